#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/experiment_spec.hpp"
#include "scenarios/rollout_table.hpp"
#include "scenarios/scenario_kinds.hpp"
#include "scenarios/table_values.hpp"
#include "scenarios/value_kinds.hpp"

/// The table of scenarios.
namespace rehearse {

enum class AlarmAction { abort_and_roll_back };
inline constexpr Choice<AlarmAction, 1> action_words{
    {{{AlarmAction::abort_and_roll_back, "abort_and_roll_back"}}}};

/// A stop condition with its action, of which there is one so far.
struct StopConditionKeys {
  StopConditionSpec rest;
  AlarmAction action = AlarmAction::abort_and_roll_back;

  static StopConditionKeys of(const StopConditionSpec& spec) { return {spec}; }
  StopConditionSpec spec() const { return rest; }
};
template <class Visitor, SpecOf<StopConditionKeys> Spec>
void describe(Visitor& visitor, Spec& spec) {
  visitor.key({"when", "The alarm that production has.", Need::required}, spec.rest.when,
              ConditionText{});
  visitor.key({"window", "How far each look goes back."}, spec.rest.window, positive_span);
  visitor.key({"for", "How long it must hold, at each scrape."}, spec.rest.for_duration, Extent{});
  visitor.key({"scrape", "How production sees its metrics."}, spec.rest.scrape,
              Table{Layout::brief});
  visitor.key({"action", "Ends all faults and aborts the rollout."}, spec.action, action_words);
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

/// The [scenario] table.
struct ScenarioHead {
  std::string name;
  std::string model;
  Duration duration;
  Duration warm_up;
  std::uint64_t seed = 1;
  std::uint64_t replications = 200;
  std::optional<Duration> window;
  std::optional<int> threads_per_replication;
};
template <class Visitor, SpecOf<ScenarioHead> Spec>
void describe(Visitor& visitor, Spec& spec) {
  visitor.key({"name", "What the scenario is called.", Need::required}, spec.name, Text{"a name"});
  visitor.key({"model", "The model file, relative to this file.", Need::required}, spec.model,
              Text{"the name of a file"});
  visitor.key({"duration", "Of a run, the warm-up included.", Need::required}, spec.duration,
              positive_span);
  visitor.key({"warm_up", "At the start, not measured."}, spec.warm_up, Extent{});
  visitor.key({"seed", "Another seed, other luck."}, spec.seed, Whole{});
  visitor.key({"replications", "How many runs."}, spec.replications, Whole{1, 100'000'000});
  visitor.key({"window",
               "Width of the windows of the time series; a sixtieth of the measured time, "
               "in whole seconds, when absent."},
              spec.window, Extent{Duration::milliseconds(1)});
  visitor.key({"threads_per_replication",
               "How many threads share one run; results do not depend on it. auto: one, unless "
               "there are fewer runs than threads, or one would take longer than a minute."},
              spec.threads_per_replication, WholeOrWord{1, 1'024, "auto"});
}

/// Kind of the [set] table: applied to the model before it is read.
struct SetTable {};
struct Overrides {};
void read(Reader& reader, const Node& node, Overrides& value, const SetTable& kind);
Node written(const Overrides& value, const SetTable& kind);
SchemaNode schema(const Overrides& value, const SetTable& kind);

struct ScenarioDocument {
  int language = 1;
  ScenarioHead head;
  Overrides set;
  std::vector<FaultSpec> faults;
  std::optional<RolloutSpec> rollout;
  std::vector<StopConditionSpec> stop_conditions;
  std::vector<ObjectiveSpec> objectives;
};
template <class Visitor, SpecOf<ScenarioDocument> Spec>
void describe(Visitor& visitor, Spec& spec) {
  visitor.key({"rehearse", "Says that this file is a scenario, in version 1 of the language.",
               Need::required},
              spec.language, LanguageVersion{});
  visitor.key(
      {"scenario", "The frame of the experiment: name, model, duration, seed.", Need::required},
      spec.head, Table{});
  visitor.key(
      {"set",
       "What if: any path of the model, with another value; of a table, the keys that it says.",
       Need::conditional},
      spec.set, SetTable{});
  visitor.key({"faults", "What goes wrong."}, spec.faults,
              List<Via<FaultKeys>>{Via<FaultKeys>{}, 0, 1'000});
  visitor.key({"rollout", "A canary of one service."}, spec.rollout, Via<RolloutKeys>{});
  visitor.key({"stop_conditions", "The alarms that end the experiment."}, spec.stop_conditions,
              List<Via<StopConditionKeys>>{Via<StopConditionKeys>{}, 0, 100});
  visitor.key({"objectives", "What must hold."}, spec.objectives, List<Table>{Table{}, 0, 1'000});
}

}  // namespace rehearse
