#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "language/table.hpp"
#include "language/value_kinds.hpp"
#include "models/faults/fault_spec.hpp"
#include "models/outcomes/metric_expression.hpp"
#include "models/outcomes/metric_spec.hpp"
#include "models/specs/rollout_spec.hpp"
#include "sim/time.hpp"

namespace rehearse {

/// What an alarm does when it fires: ends all faults and aborts the rollout, or calls somebody.
enum class AlarmAction { abort_and_roll_back, page };

/// The alarm that production has: fires when `when` holds at each scrape for `for_duration`.
struct StopConditionSpec {
  MetricCondition when;
  Duration window = Duration::minutes(1);
  Duration for_duration;
  ScrapeSpec scrape;
  AlarmAction action = AlarmAction::abort_and_roll_back;
  bool operator==(const StopConditionSpec&) const = default;
};

/// The part of a run that an objective is about. fault: from the first start to the last end of
/// faults and rollout, as planned; after: from there to the end of the run.
struct IntervalSpec {
  enum class Kind { run, fault, after, custom };
  Kind kind = Kind::run;
  Duration from;  // custom only; from the start of the replication
  Duration to;
  bool operator==(const IntervalSpec&) const = default;
};

/// What must hold, in which part of the run, and with what probability.
struct ObjectiveSpec {
  std::string name;
  MetricCondition expect;
  IntervalSpec over;
  double probability = 0.95;
  bool operator==(const ObjectiveSpec&) const = default;
};

/// Everything that is done to a system and what must hold.
struct ExperimentSpec {
  Duration duration;
  Duration warm_up;  // part of `duration`, not measured
  Duration window;   // width of the windows of the time series
  /// Beyond so many attempts in flight, or calls that wait, a run ends early and says so: memory
  /// stays bounded, and a system that is so far behind has lost anyway.
  std::uint32_t most_in_flight = 4'000'000;
  std::vector<FaultSpec> faults;
  std::optional<RolloutSpec> rollout;
  std::vector<StopConditionSpec> stop_conditions;
  std::vector<ObjectiveSpec> objectives;
  /// The control arm plans the same, so that its intervals are the same, and does none of it: no
  /// fault, no rollout. Alarms stay on: what they do here is a false alarm.
  bool is_control = false;
  bool operator==(const ExperimentSpec&) const = default;

  ExperimentSpec control() const {
    ExperimentSpec calm = *this;
    calm.is_control = true;
    return calm;
  }
};

/// "run", "fault", "after", or ["5m", "10m"].
struct OverValue {};
void read(Reader& reader, const Node& node, IntervalSpec& value, const OverValue& kind);
Node written(const IntervalSpec& value, const OverValue& kind);
SchemaNode schema(const IntervalSpec& value, const OverValue& kind);

/// ">= 0.95".
struct AtLeast {};
void read(Reader& reader, const Node& node, double& value, const AtLeast& kind);
Node written(double value, const AtLeast& kind);
SchemaNode schema(double value, const AtLeast& kind);

inline constexpr Choice<AlarmAction> action_words{
    {AlarmAction::abort_and_roll_back, "abort_and_roll_back"}, {AlarmAction::page, "page"}};

template <class Visitor, SpecOf<StopConditionSpec> Spec>
void describe(Visitor& visitor, Spec& spec) {
  visitor.key({"when", "The alarm that production has.", Need::required}, spec.when,
              ConditionText{});
  visitor.key({"window", "How far each look goes back."}, spec.window, positive_span);
  visitor.key({"for", "How long it must hold, at each scrape."}, spec.for_duration, Extent{});
  visitor.key({"scrape", "How production sees its metrics."}, spec.scrape, Table{Layout::brief});
  visitor.key({"action",
               "abort_and_roll_back: ends all faults and aborts the rollout. page: somebody is "
               "called, and the experiment goes on."},
              spec.action, action_words);
}

template <class Visitor, SpecOf<ObjectiveSpec> Spec>
void describe(Visitor& visitor, Spec& spec) {
  visitor.key({"name", "What people call it.", Need::required}, spec.name, Text{"a name"});
  visitor.key({"expect", "What must hold.", Need::required}, spec.expect, ConditionText{});
  visitor.key(
      {"over",
       "run; fault: from the first start to the last end of faults and rollout; after: from "
       "there on; or [from, to]."},
      spec.over, OverValue{});
  visitor.key({"probability", "How often it must hold: of all runs, so large a part at least."},
              spec.probability, AtLeast{});
}

}  // namespace rehearse
