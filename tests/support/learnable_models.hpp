#pragma once

#include <cstdint>

#include "models/specs/experiment_spec.hpp"
#include "models/specs/model_spec.hpp"

/// Models for tests of what can be learned from the traces of a model.
namespace rehearse::testing {

struct LearnableScenario {
  ModelSpec model;
  ExperimentSpec experiment;
};

/// Three to eight services that call only later ones, in trees and joins; calls one after another,
/// in parallel, by chance, and fire and forget; several behaviours, errors that callers pass on or
/// ignore, instances, now and then a timeout or retries. "users" send about 3,000 Poisson requests
/// to one to three endpoints. The same number gives the same scenario.
///
/// What traces cannot tell is left out: waiting for workers (it is inside the times that are
/// recorded), branches of several calls (whether the second waits for the first or for the other
/// branch), retries where a behaviour calls the same service in two steps (a second call may look
/// like a second attempt), two callers that do differently towards one endpoint when it fails.
LearnableScenario learnable_scenario(std::uint64_t number);

}  // namespace rehearse::testing
