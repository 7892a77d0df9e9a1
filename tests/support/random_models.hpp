#pragma once

#include <cstdint>

#include "models/specs/experiment_spec.hpp"
#include "models/specs/model_spec.hpp"

/// Models for tests of invariants: small, random, and full of everything that the language knows.
namespace rehearse::testing {

struct RandomScenario {
  ModelSpec model;
  ExperimentSpec experiment;
};

/// What a random scenario may hold; a test leaves out what its invariant does not cover.
struct Ingredients {
  bool faults = true;
  bool rollout = true;
  /// Retries are throttled. Left out unless asked for: scenarios stay what they were.
  bool throttled = false;
  /// Attempts and answers are lost on their way. Left out unless asked for.
  bool lossy = false;
  /// Of what is lossy, losses come in bursts. Likewise.
  bool bursty = false;
  /// Behaviours have errors of their own. Likewise.
  bool uneven = false;
  /// Instances wait for CPU. Likewise.
  bool stressed = false;
  /// Callers have circuit breakers. Likewise.
  bool guarded = false;
  /// Queues of whole jobs drop those that wait too long. Likewise.
  bool dropping = false;
  /// Work at different services follows the size of the request. Likewise.
  bool sized = false;
  /// Some calls have a timeout in place of the client's. Likewise.
  bool impatient = false;
  /// Some failures of calls do no harm. Likewise.
  bool tolerant = false;
  /// Cores have a sharpness. Likewise.
  bool bent = false;
};

/// Two to six services that call only later ones (so that no feedback arises), one or two
/// workloads, and one run of two to four simulated seconds. The same number gives the same
/// scenario.
RandomScenario random_scenario(std::uint64_t number, Ingredients ingredients = {});

}  // namespace rehearse::testing
