#include "studies/recorded_load.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <map>

#include "language/spec_path.hpp"
#include "models/checks/assumed_limit.hpp"
#include "sim/counted_text.hpp"

namespace rehearse {
namespace {

/// Infinite where something came and nothing was recorded.
double ratio(double brought, double recorded) {
  if (brought == 0) return 0;
  return recorded > 0 ? brought / recorded : std::numeric_limits<double>::infinity();
}

/// The highest of all load windows and groups of instances, each averaged over replications:
/// [service].
std::vector<LoadSample> highest_load(const ArmRecord& arm) {
  const std::size_t services = arm.layout.services.size();
  std::vector<LoadSample> highest(services);
  const std::vector<LoadSample> means = arm.mean_load();
  for (std::size_t i = 0; i < means.size(); ++i) {
    LoadSample& load = highest[i / load_groups % services];
    load.work = std::max(load.work, means[i].work);
    load.inside = std::max(load.inside, means[i].inside);
  }
  return highest;
}

std::uint64_t observations(const ModelSpec& model, const std::string& path) {
  const auto evidence = model.evidence.find(path);
  return evidence == model.evidence.end() ? 0 : evidence->second.n;
}

/// Visits a second to an instance, as recorded: from how many were seen, and for how long. Where
/// evidence does not tell of endpoints, all spans of the service stand for visits: then there are
/// too many.
std::optional<double> recorded_visits(const ModelSpec& model, const std::string& service) {
  const std::string path = extended_path("services", service);
  std::uint64_t seen = 0;
  for (const auto& [operation, endpoint] : model.services.at(service).endpoints) {
    seen += observations(model, extended_path(path + ".endpoints", operation) + ".behaviours");
  }
  if (seen == 0) seen = observations(model, path + ".instances");
  const auto seconds = recorded_seconds(model.provenance);
  if (seen == 0 || !seconds) return std::nullopt;
  const double visits =
      static_cast<double>(seen) * 100 / std::max(1e-9, model.provenance.sampling_percent);
  return visits / *seconds / model.services.at(service).instances;
}

/// The same, as the scenario brings them on average: by service.
std::map<std::string, double> brought_visits(const ArmRecord& arm) {
  const IntervalTotals run = arm.totals().front();
  std::map<std::string, double> visits;
  for (std::size_t i = 0; i < run.endpoints.size(); ++i) {
    visits[arm.layout.endpoints[i].name.service] +=
        static_cast<double>(run.endpoints[i].counts.arrived);
  }
  for (std::size_t i = 0; i < run.services.size(); ++i) {
    double& of_service = visits[arm.layout.services[i]];
    of_service = ratio(of_service, run.services[i].instance_time * 1e-9);
  }
  return visits;
}

/// Of models that do not say how much was recorded: by how much at least visits rose.
void add_visits(const ModelSpec& model, const ArmRecord& arm,
                std::vector<UnknownCapacity>& unknown) {
  const bool all_known = std::all_of(unknown.begin(), unknown.end(), [](const auto& capacity) {
    return capacity.work_ratio.has_value();
  });
  if (all_known) return;
  const auto brought = brought_visits(arm);
  for (UnknownCapacity& capacity : unknown) {
    if (capacity.work_ratio) continue;
    const auto recorded = recorded_visits(model, capacity.service);
    if (!recorded) continue;
    const double visits = ratio(brought.at(capacity.service), *recorded);
    if (visits > most_load_ratio) capacity.visits_ratio = visits;
  }
}

/// Of work, and of requests inside; without ratios where nothing was recorded.
LoadRatios ratios_of(const ModelSpec& model, const std::string& service,
                     const LoadSample& brought) {
  const auto& recorded = model.services.at(service).highest_recorded;
  if (!recorded) return {service, {}, {}, {}};
  return {service,
          ratio(brought.work, recorded->work_per_instance),
          ratio(brought.inside, recorded->inside_per_instance),
          {}};
}

bool nothing_came(const LoadSample& brought) {
  return brought.work == 0 && brought.inside == 0;
}

}  // namespace

std::optional<double> recorded_seconds(const ProvenanceSpec& provenance) {
  const std::string& window = provenance.window;  // "start/PT1H2M3.5S"
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

std::optional<double> LoadRatios::highest() const {
  std::optional<double> highest;
  for (const auto& one : {work_ratio, inside_ratio, visits_ratio}) {
    if (one) highest = std::max(highest.value_or(0), *one);
  }
  return highest;
}

std::vector<LoadRatios> load_ratios(const ModelSpec& model, const ArmRecord& arm) {
  std::vector<LoadRatios> all;
  const std::vector<LoadSample> highest = highest_load(arm);
  const auto visits = brought_visits(arm);
  for (std::size_t i = 0; i < arm.layout.services.size(); ++i) {
    const std::string& name = arm.layout.services[i];
    const auto came = visits.find(name);
    if (nothing_came(highest[i]) && (came == visits.end() || came->second == 0)) continue;
    // Load is not sampled where no limit is in doubt.
    all.push_back(nothing_came(highest[i]) ? LoadRatios{name, {}, {}, {}}
                                           : ratios_of(model, name, highest[i]));
    if (all.back().work_ratio || came == visits.end()) continue;
    if (const auto recorded = recorded_visits(model, name)) {
      all.back().visits_ratio = ratio(came->second, *recorded);
    }
  }
  return all;
}

std::vector<UnknownCapacity> unknown_capacities(const ModelSpec& model, const ArmRecord& arm) {
  std::vector<UnknownCapacity> unknown;
  const std::vector<LoadSample> highest = highest_load(arm);
  for (std::size_t i = 0; i < arm.layout.services.size(); ++i) {
    const std::string& name = arm.layout.services[i];
    if (!limit_is_assumed(model, name) || nothing_came(highest[i])) continue;
    const UnknownCapacity one = ratios_of(model, name, highest[i]);
    if (one.work_ratio && std::max(*one.work_ratio, *one.inside_ratio) <= most_load_ratio) continue;
    unknown.push_back(one);
  }
  add_visits(model, arm, unknown);
  return unknown;
}

std::string text_of(const UnknownCapacity& unknown) {
  if (unknown.visits_ratio) {
    return fmt::format("{} ({} times the recorded visits)", unknown.service,
                       times_text(*unknown.visits_ratio));
  }
  if (!unknown.work_ratio) return fmt::format("{} (no recorded load)", unknown.service);
  const bool by_work = *unknown.work_ratio >= *unknown.inside_ratio;
  return fmt::format("{} ({} times the recorded {})", unknown.service,
                     times_text(by_work ? *unknown.work_ratio : *unknown.inside_ratio),
                     by_work ? "work" : "requests inside");
}

}  // namespace rehearse
