#include "models/checks/safety_nets.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>

#include "language/spec_path.hpp"
#include "models/checks/target_counts.hpp"
#include "models/outcomes/metric.hpp"
#include "sim/expects.hpp"

namespace rehearse {
namespace {

constexpr std::uint64_t most_of_service_percent = 80;
constexpr std::uint64_t most_of_system_percent = 66;

/// How many instances of how many.
struct InstancesMet {
  std::uint64_t met = 0;
  std::uint64_t all = 0;

  bool is_above(std::uint64_t percent) const {
    expects(met <= all, "faults meet no more instances than there are");
    return met * 100 > all * percent;
  }
};

std::string text_of(const InstancesMet& part, std::uint64_t percent) {
  return fmt::format("{} of {} instances, above {} %", part.met, part.all, percent);
}

/// Whom faults can meet at once, at worst.
struct BlastRadius {
  std::map<std::string, InstancesMet> services;
  InstancesMet system;
};

/// How many of a service match, whatever service the target names.
std::uint64_t matching_in(const ModelSpec& model, const std::string& service,
                          const TargetSpec& target) {
  if (!target.service.empty() && target.service != service) return 0;
  TargetSpec of_service = target;
  of_service.service = service;
  return count_matching(model, of_service);
}

void add_fault(const ModelSpec& model, const FaultSpec& fault, BlastRadius& radius) {
  if (targets_of(fault.kind).workload) return;
  const std::uint64_t meant = count_meant(fault.target, count_matching(model, fault.target));
  radius.system.met = std::min(radius.system.all, radius.system.met + meant);
  for (auto& [name, part] : radius.services) {
    part.met =
        std::min(part.all, part.met + std::min(meant, matching_in(model, name, fault.target)));
  }
}

/// While a fault begins: whatever overlaps, overlaps when one of them begins.
BlastRadius radius_at(const ModelSpec& model, const ExperimentSpec& experiment, Duration now) {
  BlastRadius radius;
  for (const auto& [name, service] : model.services) {
    const auto instances = static_cast<std::uint64_t>(std::max(service.instances, 0));
    radius.services[name].all = instances;
    radius.system.all += instances;
  }
  for (const FaultSpec& fault : experiment.faults) {
    if (fault.at <= now && now < fault.at + fault.duration) add_fault(model, fault, radius);
  }
  return radius;
}

std::optional<Trip> trip_of_service(const ModelSpec& model, const ExperimentSpec& experiment) {
  for (std::size_t i = 0; i < experiment.faults.size(); ++i) {
    const BlastRadius radius = radius_at(model, experiment, experiment.faults[i].at);
    for (const auto& [name, part] : radius.services) {
      if (!part.is_above(most_of_service_percent)) continue;
      return Trip{
          SafetyNet::blast_radius_service, indexed_path("faults", i),
          fmt::format("faults can meet {} of '{}'", text_of(part, most_of_service_percent), name)};
    }
  }
  return std::nullopt;
}

std::optional<Trip> trip_of_system(const ModelSpec& model, const ExperimentSpec& experiment) {
  for (std::size_t i = 0; i < experiment.faults.size(); ++i) {
    const InstancesMet part = radius_at(model, experiment, experiment.faults[i].at).system;
    if (!part.is_above(most_of_system_percent)) continue;
    return Trip{
        SafetyNet::blast_radius_system, indexed_path("faults", i),
        fmt::format("faults can meet {} of the system", text_of(part, most_of_system_percent))};
  }
  return std::nullopt;
}

bool is_stopped(const ExperimentSpec& experiment) {
  return std::any_of(
      experiment.stop_conditions.begin(), experiment.stop_conditions.end(),
      [](const StopConditionSpec& one) { return one.action == AlarmAction::abort_and_roll_back; });
}

std::optional<Trip> trip_without_stop(const ModelSpec&, const ExperimentSpec& experiment) {
  if (experiment.faults.empty() || is_stopped(experiment)) return std::nullopt;
  return Trip{SafetyNet::no_stop_condition, indexed_path("faults", 0),
              fmt::format("nothing would stop '{}': no stop condition aborts and rolls back",
                          experiment.faults.front().name)};
}

std::optional<Trip> trip_of_choice(const ModelSpec& model, const ExperimentSpec& experiment) {
  for (std::size_t i = 0; i < experiment.faults.size(); ++i) {
    const TargetSpec& target = experiment.faults[i].target;
    if (target.mode == TargetSpec::Mode::all || target.version == "canary") continue;
    const std::uint64_t matching = count_matching(model, target);
    if (matching == 0 || count_meant(target, matching) < matching) continue;
    return Trip{SafetyNet::all_targets, indexed_path("faults", i),
                fmt::format("the random choice of '{}' leaves nobody out: {} of {} that match",
                            experiment.faults[i].name, matching, matching)};
  }
  return std::nullopt;
}

std::optional<Trip> trip_without_end(const ModelSpec&, const ExperimentSpec& experiment) {
  for (std::size_t i = 0; i < experiment.faults.size(); ++i) {
    const FaultSpec& fault = experiment.faults[i];
    if (fault.at + fault.duration < experiment.duration) continue;
    return Trip{SafetyNet::fault_without_end, indexed_path("faults", i),
                fmt::format("'{}' lasts until the run ends", fault.name)};
  }
  return std::nullopt;
}

std::optional<Trip> trip_without_rollback(const ModelSpec&, const ExperimentSpec& experiment) {
  if (!experiment.rollout || !experiment.rollout->analysis.empty() || is_stopped(experiment)) {
    return std::nullopt;
  }
  return Trip{SafetyNet::no_rollback, "rollout",
              fmt::format("nothing would roll back '{}': no analysis, and no stop condition that "
                          "aborts and rolls back",
                          experiment.rollout->service)};
}

/// Whether users meet what the metric measures.
bool is_of_users(const MetricCondition& condition, const std::set<std::string>& asked_for) {
  const MetricLabels& labels = condition.labels;
  if (row_of(condition.metric).labels != MetricRow::Labels::who) return false;
  if (!labels.workload.empty()) return true;
  if (!labels.endpoint.empty()) return asked_for.count(labels.endpoint) != 0;
  return labels.service.empty() && labels.version.empty();
}

std::optional<Trip> trip_without_objective(const ModelSpec& model,
                                           const ExperimentSpec& experiment) {
  std::set<std::string> asked_for;
  for (const auto& [name, workload] : model.workloads) {
    for (const EndpointName& endpoint : endpoints_asked(workload)) {
      asked_for.insert(endpoint.text());
    }
  }
  const auto& objectives = experiment.objectives;
  const bool any = std::any_of(objectives.begin(), objectives.end(), [&](const ObjectiveSpec& one) {
    return is_of_users(one.expect, asked_for);
  });
  if (any) return std::nullopt;
  return Trip{SafetyNet::no_objective, objectives.empty() ? "" : indexed_path("objectives", 0),
              objectives.empty() ? "there is no objective"
                                 : "no objective is about what users meet: a workload, or an "
                                   "endpoint that one asks for"};
}

}  // namespace

std::vector<Trip> find_trips(const ModelSpec& model, const ExperimentSpec& experiment) {
  std::vector<Trip> trips;
  for (const auto find : {trip_of_service, trip_of_system, trip_without_stop, trip_of_choice,
                          trip_without_end, trip_without_rollback, trip_without_objective}) {
    if (auto trip = find(model, experiment)) trips.push_back(*std::move(trip));
  }
  return trips;
}

}  // namespace rehearse
