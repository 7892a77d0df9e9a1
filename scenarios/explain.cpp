#include "scenarios/explain.hpp"

#include <fmt/format.h>

#include "models/spec_path.hpp"
#include "models/target_counts.hpp"
#include "scenarios/documents.hpp"
#include "scenarios/quantity_text.hpp"
#include "scenarios/write.hpp"

namespace rehearse {
namespace {

std::string target_text(const ModelSpec& model, const TargetSpec& target) {
  const std::uint64_t matching = count_matching(model, target);
  const std::uint64_t meant = count_meant(target, matching);
  switch (target.mode) {
    case TargetSpec::Mode::fixed_percent:
      return fmt::format("{} % of {} instances = {}", number_text(target.value), matching, meant);
    case TargetSpec::Mode::all:
      return fmt::format("all of {} instances", matching);
    case TargetSpec::Mode::one:
    case TargetSpec::Mode::fixed:
      break;
  }
  return fmt::format("{} of {} instances", meant, matching);
}

/// What follows from values and is not in any file: by path, counts that percentages come to.
std::map<std::string, std::string> resolved_counts(const Scenario& scenario) {
  std::map<std::string, std::string> counts;
  const ExperimentSpec& experiment = scenario.experiment;
  for (std::size_t i = 0; i < experiment.faults.size(); ++i) {
    const TargetSpec& target = experiment.faults[i].target;
    if (!target.workload.empty() || target.version == "canary") continue;
    counts[indexed_path("faults", i) + ".target.mode"] = target_text(scenario.model, target);
  }
  if (experiment.rollout) {
    const RolloutSpec& rollout = *experiment.rollout;
    const auto service = scenario.model.services.find(rollout.service);
    const int instances = service == scenario.model.services.end() ? 0 : service->second.instances;
    for (std::size_t i = 0; i < rollout.steps.size(); ++i) {
      const auto* weight = std::get_if<SetWeight>(&rollout.steps[i]);
      if (weight == nullptr) continue;
      counts[indexed_path("rollout.steps", i)] =
          fmt::format("{} canary instances beside {}",
                      count_canaries(rollout, instances, weight->percent), instances);
    }
  }
  return counts;
}

std::string origin_text(const Origins& origins, const std::string& path) {
  const auto origin = origins.find(path);
  if (origin == origins.end()) return "default";
  return fmt::format("{}:{}{}", origin->second.file, origin->second.line,
                     origin->second.overridden ? " [set]" : "");
}

/// The keys of both documents in one: they are different, so the result is TOML again.
Node joined(Node experiment, Node model) {
  for (Entry& entry : model.entries) experiment.entries.push_back(std::move(entry));
  return experiment;
}

}  // namespace

std::string explain(const Scenario& scenario) {
  const auto counts = resolved_counts(scenario);
  TextStyle style;
  style.with_defaults = true;
  style.comment = [&](const std::string& path, TextStyle::Place place) -> std::string {
    if (place == TextStyle::Place::header) return "";
    std::string text = origin_text(scenario.origins, path);
    if (path == "scenario.window" && text == "default") text += ": a sixtieth of what is measured";
    const auto count = counts.find(path);
    return count == counts.end() ? text : text + "; " + count->second;
  };
  return toml_text(joined(written_experiment(scenario), written_model(scenario.model)), style);
}

}  // namespace rehearse
