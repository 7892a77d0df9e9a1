#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "language/table.hpp"
#include "language/value_kinds.hpp"
#include "models/outcomes/metric_expression.hpp"
#include "models/outcomes/metric_spec.hpp"
#include "sim/time.hpp"

namespace rehearse {

/// A step of a rollout: the canary gets so large a share of the traffic.
struct SetWeight {
  double percent = 0;
  bool operator==(const SetWeight&) const = default;
};
struct Pause {
  Duration duration;
  bool operator==(const Pause&) const = default;
};
using RolloutStep = std::variant<SetWeight, Pause>;

/// A threshold on scraped metrics, measured every `interval` from `initial_delay` on; the rollout
/// is aborted when the failed measurements exceed `failure_limit` (Argo's code: the limit itself is
/// still tolerated). A measurement without data neither fails nor succeeds; it is counted.
struct AnalysisSpec {
  MetricCondition failure_condition;
  Duration interval = Duration::minutes(1);
  Duration initial_delay;
  Duration window = Duration::minutes(1);
  ScrapeSpec scrape;
  int failure_limit = 0;
  bool operator==(const AnalysisSpec&) const = default;
};

/// A canary of one service. Weights are percent of the traffic, drawn for each call; while a weight
/// w is set the canary has ceil(w % of the instances of the service) instances beside the stable
/// ones, or `canary_instances` if given. After the last step all traffic is the canary's. An abort
/// sends all traffic back to the stable version at once.
struct RolloutSpec {
  std::string service;
  Duration at;
  double work_ratio = 1;           // the hypothesis: the canary's work takes so many times as long
  double error_percent_added = 0;  // and so many percent more of its answers are errors
  std::optional<int> canary_instances;
  std::vector<RolloutStep> steps;
  std::vector<AnalysisSpec> analysis;
  bool operator==(const RolloutSpec&) const = default;
};

/// Exactly one of set_weight and pause.
struct RolloutStepKeys {
  std::optional<double> set_weight;
  std::optional<Duration> pause;

  static RolloutStepKeys of(const RolloutStep& step);
  RolloutStep spec() const;
};
template <class Visitor, SpecOf<RolloutStepKeys> Spec>
void describe(Visitor& visitor, Spec& spec) {
  visitor.key({"set_weight", "The canary gets so many percent of the calls."}, spec.set_weight,
              zero_to_hundred);
  visitor.key({"pause", "Nothing changes for so long."}, spec.pause, positive_span);
  visitor.exactly_one({"set_weight", "pause"});
}

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
              spec.error_percent_added, zero_to_hundred);
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
