#include "scenarios/explain.hpp"

#include <fmt/format.h>

#include "language/quantity_text.hpp"
#include "language/spec_path.hpp"
#include "language/toml_text.hpp"
#include "models/checks/target_counts.hpp"
#include "models/checks/untried_failures.hpp"
#include "models/faults/fault_spec.hpp"
#include "scenarios/documents.hpp"
#include "scenarios/write.hpp"
#include "sim/counted_text.hpp"
#include "sim/duration_text.hpp"

namespace rehearse {
namespace {

std::string target_text(const ModelSpec& model, const TargetSpec& target) {
  const std::uint64_t matching = count_matching(model, target);
  const std::uint64_t meant = count_meant(target, matching);
  switch (target.mode) {
    case TargetSpec::Mode::fixed_percent:
      return fmt::format("{} % of {} = {}", number_text(target.value),
                         counted(matching, "instance"), meant);
    case TargetSpec::Mode::all:
      return "all of " + counted(matching, "instance");
    case TargetSpec::Mode::one:
    case TargetSpec::Mode::fixed:
      break;
  }
  return fmt::format("{} of {}", meant, counted(matching, "instance"));
}

using Notes = std::map<std::string, std::string>;

/// The defaults of callers that follow from other values.
void add_clients(const std::string& path, const std::map<std::string, ClientSpec>& clients,
                 Notes& notes) {
  for (const auto& [callee, client] : clients) {
    const std::string edge = extended_path(path + ".calls", callee);
    if (!client.network_latency) notes[edge + ".network_latency"] = "that of [network]";
    if (client.retry && !client.retry->max_backoff) {
      notes[edge + ".retry.max_backoff"] =
          fmt::format("ten times base_backoff: {}", duration_text(client.retry->base_backoff * 10));
    }
  }
}

/// Beside each fault: what becomes of its callers is assumed.
void add_untried(const Scenario& scenario, Notes& notes) {
  const std::vector<UntriedEdge> edges = untried_edges(scenario.model);
  const std::vector<FaultSpec>& faults = scenario.experiment.faults;
  for (std::size_t i = 0; i < faults.size(); ++i) {
    std::string names;
    for (const UntriedEdge& edge : edges) {
      if (!makes_fail(faults[i], edge, scenario.model, scenario.experiment)) continue;
      names += fmt::format("{}{} -> {}", names.empty() ? "" : ", ", edge.caller, edge.callee);
    }
    if (names.empty()) continue;
    notes[indexed_path("faults", i) + ".kind"] +=
        "; no failure was recorded, so that callers fail too is assumed: " + names;
  }
}

/// What follows from values and is not in any file, by path: counts that percentages come to, and
/// defaults that depend on other values.
Notes resolved_values(const Scenario& scenario) {
  Notes counts;
  for (const auto& [name, workload] : scenario.model.workloads) {
    add_clients(extended_path("workloads", name), workload.calls, counts);
  }
  for (const auto& [name, service] : scenario.model.services) {
    add_clients(extended_path("services", name), service.calls, counts);
  }
  const ExperimentSpec& experiment = scenario.experiment;
  for (std::size_t i = 0; i < experiment.faults.size(); ++i) {
    const TargetSpec& target = experiment.faults[i].target;
    counts[indexed_path("faults", i) + ".kind"] = meaning_of(experiment.faults[i].kind);
    if (!target.workload.empty() || target.version == "canary") continue;
    counts[indexed_path("faults", i) + ".target.mode"] = target_text(scenario.model, target);
  }
  add_untried(scenario, counts);
  if (experiment.rollout) {
    const RolloutSpec& rollout = *experiment.rollout;
    const auto service = scenario.model.services.find(rollout.service);
    const int instances = service == scenario.model.services.end() ? 0 : service->second.instances;
    for (std::size_t i = 0; i < rollout.steps.size(); ++i) {
      const auto* weight = std::get_if<SetWeight>(&rollout.steps[i]);
      if (weight == nullptr) continue;
      counts[indexed_path("rollout.steps", i)] = fmt::format(
          "{} beside {}",
          counted(static_cast<std::uint64_t>(count_canaries(rollout, instances, weight->percent)),
                  "canary instance"),
          instances);
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
  const Notes notes = resolved_values(scenario);
  TextStyle style;
  style.with_defaults = true;
  style.comment = [&](const std::string& path, TextStyle::Place place) -> std::string {
    if (place == TextStyle::Place::header) return "";
    std::string text = origin_text(scenario.origins, path);
    if (path == "scenario.window" && text == "default") text += ": a sixtieth of what is measured";
    const auto note = notes.find(path);
    return note == notes.end() ? text : text + "; " + note->second;
  };
  std::string warnings;
  for (const std::string& doubt : scenario.doubts) {
    warnings += "# warning: " + toml_comment(doubt) + "\n";
  }
  if (!warnings.empty()) warnings += '\n';
  return warnings +
         toml_text(joined(written_experiment(scenario), written_model(scenario.model)), style);
}

}  // namespace rehearse
