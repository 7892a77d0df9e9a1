#include "outputs/recorded_load.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>

#include "models/assumed_limit.hpp"
#include "models/spec_path.hpp"

namespace rehearse {
namespace {

/// Infinite where something came and nothing was recorded.
double ratio(double brought, double recorded) {
  if (brought == 0) return 0;
  return recorded > 0 ? brought / recorded : std::numeric_limits<double>::infinity();
}

/// The highest of all load windows, each averaged over replications.
LoadSample highest_load(const ArmRecord& arm, std::size_t service) {
  LoadSample highest;
  const std::vector<LoadSample> means = arm.mean_load();
  for (std::size_t i = service; i < means.size(); i += arm.layout().services.size()) {
    highest.work = std::max(highest.work, means[i].work);
    highest.inside = std::max(highest.inside, means[i].inside);
  }
  return highest;
}

/// Seconds of "start/PT1H2M3.5S"; nothing for what reads otherwise.
std::optional<double> seconds_of(const std::string& window) {
  const std::size_t begin = window.find("/PT");
  if (begin == std::string::npos) return std::nullopt;
  double seconds = 0;
  const char* at = window.c_str() + begin + 3;
  const char* const end = window.c_str() + window.size();
  while (at < end) {
    double number = 0;
    const auto [rest, error] = std::from_chars(at, end, number);
    if (error != std::errc() || rest == end) return std::nullopt;
    seconds += number * (*rest == 'H' ? 3600 : *rest == 'M' ? 60 : 1);
    at = rest + 1;
  }
  return seconds > 0 ? std::optional(seconds) : std::nullopt;
}

/// Visits a second to an instance, as recorded: from how many were seen, and for how long.
std::optional<double> recorded_visits(const ModelSpec& model, const std::string& service) {
  const auto evidence =
      model.evidence.find(extended_path(extended_path("services", service), "instances"));
  const auto seconds = seconds_of(model.provenance.window);
  if (evidence == model.evidence.end() || evidence->second.n == 0 || !seconds) return std::nullopt;
  const double visits = static_cast<double>(evidence->second.n) * 100 /
                        std::max(1e-9, model.provenance.sampling_percent);
  return visits / *seconds / model.services.at(service).instances;
}

/// The same, as the scenario brings them on average.
double brought_visits(const ArmRecord& arm, std::size_t service) {
  const IntervalTotals run = arm.totals().front();
  double visits = 0;
  for (std::size_t i = 0; i < run.endpoints.size(); ++i) {
    if (arm.layout().endpoints[i].name.service != arm.layout().services[service]) continue;
    visits += static_cast<double>(run.endpoints[i].counts.arrived);
  }
  return ratio(visits, run.services[service].instance_time * 1e-9);
}

/// Of a model that does not say how much was recorded: by how much at least visits rose.
UnknownCapacity without_recorded_load(const ModelSpec& model, const ArmRecord& arm,
                                      std::size_t service) {
  UnknownCapacity unknown{arm.layout().services[service], {}, {}, {}};
  const auto recorded = recorded_visits(model, unknown.service);
  if (!recorded) return unknown;
  const double visits = ratio(brought_visits(arm, service), *recorded);
  if (visits > most_load_ratio) unknown.visits_ratio = visits;
  return unknown;
}

}  // namespace

std::vector<UnknownCapacity> unknown_capacities(const ModelSpec& model, const ArmRecord& arm) {
  std::vector<UnknownCapacity> unknown;
  for (std::size_t i = 0; i < arm.layout().services.size(); ++i) {
    const std::string& name = arm.layout().services[i];
    if (!limit_is_assumed(model, name)) continue;
    const LoadSample brought = highest_load(arm, i);
    if (brought.work == 0 && brought.inside == 0) continue;
    const auto& recorded = model.services.at(name).highest_recorded;
    if (!recorded) {
      unknown.push_back(without_recorded_load(model, arm, i));
      continue;
    }
    const double work = ratio(brought.work, recorded->work_per_instance);
    const double inside = ratio(brought.inside, recorded->inside_per_instance);
    if (std::max(work, inside) > most_load_ratio) unknown.push_back({name, work, inside, {}});
  }
  return unknown;
}

std::string text_of(const UnknownCapacity& unknown) {
  if (unknown.visits_ratio) {
    return fmt::format("{} ({:.3g} times the recorded visits)", unknown.service,
                       *unknown.visits_ratio);
  }
  if (!unknown.work_ratio) return fmt::format("{} (no recorded load)", unknown.service);
  const bool by_work = *unknown.work_ratio >= *unknown.inside_ratio;
  return fmt::format("{} ({:.3g} times the recorded {})", unknown.service,
                     by_work ? *unknown.work_ratio : *unknown.inside_ratio,
                     by_work ? "work" : "requests inside");
}

}  // namespace rehearse
