#pragma once

#include <optional>
#include <vector>

#include "scenarios/law_kinds.hpp"
#include "scenarios/step_kinds.hpp"
#include "scenarios/table_values.hpp"
#include "scenarios/value_kinds.hpp"

/// The table of steps; `step_kinds.cpp` turns the keys into specs and back.
namespace rehearse {

/// Kind of the branches of a parallel step: each an endpoint, a step, or an array of steps.
struct Branches {};
void read(Reader& reader, const Node& node, std::vector<StepSequence>& value, const Branches& kind);
Node written(const std::vector<StepSequence>& value, const Branches& kind);
SchemaNode schema(const std::vector<StepSequence>& value, const Branches& kind);

inline constexpr Choice<OnError, 3> on_error_words{
    {{{OnError::fail, "fail"}, {OnError::ignore, "ignore"}, {OnError::fallback, "fallback"}}}};

/// All the keys that a step may have, whatever its action.
struct StepKeys {
  std::optional<LawSpec> work;
  std::optional<EndpointName> call;
  std::optional<std::vector<StepSequence>> parallel;
  std::optional<CountLawSpec> repeat;
  std::optional<EndpointName> spawn;
  double probability = 1;
  OnError on_error = OnError::fail;
  std::optional<StepSequence> fallback;
  std::optional<int> wait_for;
  std::optional<StepSequence> steps;

  static StepKeys of(const StepSpec& step);
  StepSpec spec() const;
};
template <class Visitor, SpecOf<StepKeys> Spec>
void describe(Visitor& visitor, Spec& spec) {
  visitor.key({"work", "Works for a time drawn from this law."}, spec.work, LawTable{});
  visitor.key({"call", "Calls an endpoint and waits for the answer."}, spec.call, EndpointText{});
  visitor.key({"parallel", "All branches at once: endpoints, steps, or arrays of steps."},
              spec.parallel, Branches{});
  visitor.key({"repeat", "Goes through `steps` so many times."}, spec.repeat, CountLawTable{});
  visitor.key({"spawn", "Calls an endpoint and goes on at once: fire and forget."}, spec.spawn,
              EndpointText{});
  visitor.key({"probability", "With call or spawn: how often the call is made at all."},
              spec.probability, ratio);
  visitor.key({"on_error", "With call: what happens when the call has failed for good."},
              spec.on_error, on_error_words);
  visitor.key({"fallback", "With on_error = \"fallback\": the steps taken instead."}, spec.fallback,
              Steps{});
  visitor.key({"wait_for",
               "With parallel: goes on when so many branches have succeeded; all, "
               "when absent."},
              spec.wait_for, Whole{1, 10'000});
  visitor.key({"steps", "With repeat: what is repeated."}, spec.steps, Steps{});
  visitor.exactly_one({"work", "call", "parallel", "repeat", "spawn"});
}

/// Keys stand only beside the action they belong to.
void inspect(Reader& reader, const Node& node, const StepKeys& keys);

}  // namespace rehearse
