#pragma once

#include <optional>
#include <string>
#include <vector>

#include "models/experiment_spec.hpp"
#include "scenarios/scenario_kinds.hpp"
#include "scenarios/table_values.hpp"
#include "scenarios/value_kinds.hpp"

/// The table of rollouts.
namespace rehearse {

/// The keys of an analysis; the condition may be written in two parts, as Argo does.
struct AnalysisKeys {
  std::optional<std::string> metric;
  std::string failure_condition;
  AnalysisSpec rest;
};
template <class Visitor, SpecOf<AnalysisKeys> Spec>
void describe(Visitor& visitor, Spec& spec) {
  visitor.key({"metric", "The metric, when failure_condition holds only the comparison.",
               Need::conditional},
              spec.metric, Text{"a metric"});
  visitor.key({"failure_condition", "A measurement fails when this holds.", Need::required},
              spec.failure_condition, Text{"a condition"});
  visitor.key({"interval", "From one measurement to the next."}, spec.rest.interval, positive_span);
  visitor.key({"initial_delay", "Before the first measurement."}, spec.rest.initial_delay,
              Extent{});
  visitor.key({"window", "How far a measurement looks back."}, spec.rest.window, positive_span);
  visitor.key({"scrape", "How production sees its metrics."}, spec.rest.scrape,
              Table{Layout::brief});
  visitor.key({"failure_limit", "So many failed measurements are tolerated."},
              spec.rest.failure_limit, Whole{0, 1'000'000});
}

/// Kind of an analysis.
struct AnalysisTable {};
void read(Reader& reader, const Node& node, AnalysisSpec& value, const AnalysisTable& kind);
Node written(const AnalysisSpec& value, const AnalysisTable& kind);
SchemaNode schema(const AnalysisSpec& value, const AnalysisTable& kind);

/// The hypothesis about the new version.
struct ChangeKeys {
  double work_ratio = 1;
  double error_percent_added = 0;
};
template <class Visitor, SpecOf<ChangeKeys> Spec>
void describe(Visitor& visitor, Spec& spec) {
  visitor.key({"work_ratio", "Its work takes so many times as long."}, spec.work_ratio,
              Number{0, 1'000, Number::Lower::excluded});
  visitor.key({"error_percent_added", "So many percent more of its answers are errors."},
              spec.error_percent_added, percent);
}

struct RolloutKeys {
  std::string service;
  Duration at;
  ChangeKeys change;
  std::optional<int> canary_instances;
  std::vector<RolloutStep> steps;
  std::vector<AnalysisSpec> analysis;

  static RolloutKeys of(const RolloutSpec& rollout);
  RolloutSpec spec() const;
};
template <class Visitor, SpecOf<RolloutKeys> Spec>
void describe(Visitor& visitor, Spec& spec) {
  visitor.key({"service", "What is rolled out.", Need::required}, spec.service,
              Text{"the name of a service"});
  visitor.key({"at", "When it starts, from the start of the run.", Need::required}, spec.at,
              Extent{});
  visitor.key({"change", "The hypothesis about the new version."}, spec.change,
              Table{Layout::brief});
  visitor.key({"canary_instances",
               "Instances of the canary; the weight's share of the stable ones, rounded up, when "
               "absent."},
              spec.canary_instances, Whole{1, 1'000'000});
  visitor.key({"steps", "Weights and pauses; all traffic goes to the canary after the last.",
               Need::required},
              spec.steps,
              List<Via<RolloutStepKeys>>{Via<RolloutStepKeys>{Layout::whole}, 1, 1'000, true});
  visitor.key({"analysis", "Thresholds on which the rollout is aborted."}, spec.analysis,
              List<AnalysisTable>{AnalysisTable{}, 0, 100});
}

}  // namespace rehearse
