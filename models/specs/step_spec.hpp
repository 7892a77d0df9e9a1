#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "language/table.hpp"
#include "language/value_kinds.hpp"
#include "models/values/endpoint_name.hpp"
#include "models/values/law_keys.hpp"
#include "sim/random/law_spec.hpp"

namespace rehearse {

/// What a job does when one of its calls has failed for good.
enum class OnError : std::uint8_t { fail, ignore, fallback };

struct StepSpec;
using StepSequence = std::vector<StepSpec>;

/// Time on a worker (or on the cores, where the service declares a cpu).
struct WorkSpec {
  LawSpec duration;
  bool operator==(const WorkSpec&) const = default;
};

/// A call to another endpoint, awaited.
struct CallSpec {
  EndpointName endpoint;
  double probability = 1;
  OnError on_error = OnError::fail;
  StepSequence fallback;  // used when on_error is fallback; then the sequence goes on
  std::optional<Duration> timeout = std::nullopt;  // in place of the client's
  double tolerated = 0;  // the share of its failures that does no harm; the others do on_error
  bool operator==(const CallSpec&) const;
};

/// All branches at once. Goes on as soon as `wait_for` of them have succeeded (all, when absent),
/// and fails as soon as that has become impossible; what is still under way is given up.
struct ParallelSpec {
  std::vector<StepSequence> branches;
  std::optional<int> wait_for;
  bool operator==(const ParallelSpec&) const;
};

/// The steps, one round after another.
struct RepeatSpec {
  CountLawSpec count;
  StepSequence steps;
  bool operator==(const RepeatSpec&) const;
};

/// A call nobody waits for: fire and forget.
struct SpawnSpec {
  EndpointName endpoint;
  double probability = 1;
  bool operator==(const SpawnSpec&) const = default;
};

struct StepSpec {
  std::variant<WorkSpec, CallSpec, ParallelSpec, RepeatSpec, SpawnSpec> action;
  bool operator==(const StepSpec& other) const;
};

// Spelt out: clang 14 crashes on a defaulted comparison of a type that contains itself.
inline bool StepSpec::operator==(const StepSpec& other) const {
  return action == other.action;
}
inline bool CallSpec::operator==(const CallSpec&) const = default;
inline bool ParallelSpec::operator==(const ParallelSpec&) const = default;
inline bool RepeatSpec::operator==(const RepeatSpec&) const = default;

/// Calls `visit(step)` for every step, those inside of branches, rounds and fallbacks included.
template <class Visit>
void for_each_step(const StepSequence& steps, Visit&& visit) {
  for (const StepSpec& step : steps) {
    visit(step);
    if (const auto* call = std::get_if<CallSpec>(&step.action)) {
      for_each_step(call->fallback, visit);
    } else if (const auto* repeat = std::get_if<RepeatSpec>(&step.action)) {
      for_each_step(repeat->steps, visit);
    } else if (const auto* parallel = std::get_if<ParallelSpec>(&step.action)) {
      for (const StepSequence& branch : parallel->branches) for_each_step(branch, visit);
    }
  }
}

/// An array of steps, each a table with exactly one action.
struct Steps {
  /// Steps inside of steps are as deep as this at most.
  static constexpr int most_nested = 64;
  static constexpr std::size_t most = 10'000;
};
void read(Reader& reader, const Node& node, StepSequence& value, const Steps& kind);
Node written(const StepSequence& value, const Steps& kind);
SchemaNode schema(const StepSequence& value, const Steps& kind);

/// The definitions that `schema` of steps refers to: "step".
std::vector<SchemaProperty> step_definitions();

/// Kind of the branches of a parallel step: each an endpoint, a step, or an array of steps.
struct Branches {};
void read(Reader& reader, const Node& node, std::vector<StepSequence>& value, const Branches& kind);
Node written(const std::vector<StepSequence>& value, const Branches& kind);
SchemaNode schema(const std::vector<StepSequence>& value, const Branches& kind);

inline constexpr Choice<OnError> on_error_words{
    {OnError::fail, "fail"}, {OnError::ignore, "ignore"}, {OnError::fallback, "fallback"}};

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
  std::optional<Duration> timeout;
  double tolerated = 0;

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
              spec.probability, zero_to_one);
  visitor.key({"on_error", "With call: what happens when the call has failed for good."},
              spec.on_error, on_error_words);
  visitor.key({"fallback", "With on_error = \"fallback\": the steps taken instead."}, spec.fallback,
              Steps{});
  visitor.key({"tolerated",
               "With call: how often a failure does no harm all the same, at random; the others do "
               "what `on_error` says."},
              spec.tolerated, zero_to_one);
  visitor.key({"timeout",
               "With call: it is given up after so long, its retries included; the `timeout` of "
               "`calls` when absent."},
              spec.timeout, positive_span);
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
