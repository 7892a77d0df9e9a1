#include "models/checks/target_counts.hpp"

#include <algorithm>
#include <cmath>

#include "sim/expects.hpp"

namespace rehearse {
namespace {

/// How many of `count` instances stand at `name`, when instance i stands at places[i % size].
std::uint64_t count_at(const std::string& name, const std::vector<std::string>& places,
                       std::uint64_t count) {
  expects(!places.empty(), "instances stand at places");
  std::uint64_t matching = 0;
  for (std::uint64_t instance = 0; instance < count; ++instance) {
    if (places[instance % places.size()] == name) ++matching;
  }
  return matching;
}

/// ceil(percent of count), where 30 % of 10 is 3 although 0.3 * 10 may come out above it: the
/// factor takes the roundings back, and no more, so that a billionth of a percent is still
/// somebody.
std::uint64_t percent_rounded_up(double percent, std::uint64_t count) {
  expects(percent >= 0, "a share of some instances is not negative");
  const double exact = percent * static_cast<double>(count) / 100;
  return static_cast<std::uint64_t>(std::ceil(exact * (1 - 0x1p-51)));
}

}  // namespace

std::uint64_t count_matching(const ServiceSpec& service, const TargetSpec& target) {
  if (target.version == "canary") return 0;
  const auto instances = static_cast<std::uint64_t>(std::max(service.instances, 0));
  const std::vector<std::string>& zones = service.placement.zones;
  const std::vector<std::string>& hosts = service.placement.hosts;
  if (target.zone.empty() && target.host.empty()) return instances;
  if (!target.zone.empty() && zones.empty()) return 0;
  if (!target.host.empty() && hosts.empty()) return 0;
  if (target.host.empty()) return count_at(target.zone, zones, instances);
  if (target.zone.empty()) return count_at(target.host, hosts, instances);
  std::uint64_t matching = 0;
  for (std::uint64_t i = 0; i < instances; ++i) {
    const bool in_zone = zones[i % zones.size()] == target.zone;
    if (in_zone && hosts[i % hosts.size()] == target.host) ++matching;
  }
  return matching;
}

std::uint64_t count_matching(const ModelSpec& model, const TargetSpec& target) {
  if (target.version == "canary") return 0;
  std::uint64_t matching = 0;
  for (const auto& [name, service] : model.services) {
    if (!target.service.empty() && target.service != name) continue;
    matching += count_matching(service, target);
  }
  return matching;
}

std::uint64_t count_meant(const TargetSpec& target, std::uint64_t matching) {
  expects(target.value >= 0, "a fault means no fewer than nobody");
  switch (target.mode) {
    case TargetSpec::Mode::one:
      return std::min<std::uint64_t>(1, matching);
    case TargetSpec::Mode::all:
      return matching;
    case TargetSpec::Mode::fixed:
      return std::min(static_cast<std::uint64_t>(target.value), matching);
    case TargetSpec::Mode::fixed_percent:
      return std::min(percent_rounded_up(target.value, matching), matching);
  }
  return matching;
}

std::uint64_t count_canaries(const RolloutSpec& rollout, int stable_instances, double percent) {
  if (rollout.canary_instances) return static_cast<std::uint64_t>(*rollout.canary_instances);
  return percent_rounded_up(percent, static_cast<std::uint64_t>(std::max(stable_instances, 0)));
}

}  // namespace rehearse
