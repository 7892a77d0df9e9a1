#pragma once

#include <cstdint>

#include "models/specs/experiment_spec.hpp"
#include "models/specs/model_spec.hpp"

/// Systems with properties that their recordings do not show, and experiments that meet them.
namespace rehearse::testing {

struct UnknownSystem {
  ModelSpec truth;
  ExperimentSpec recording;   // nothing happens
  ExperimentSpec experiment;  // one thing, and one objective, accepted risk 10 %
};

/// A learnable system with limits that it does not reach while it is recorded: workers or cores,
/// five to sixty per cent of them at work; and, along some edges, timeouts that no call reaches
/// and retries of failures that do not occur. Most of its endpoints never fail, so that what their
/// callers make of it is not recorded. The experiment is a spike of load, a slow service, a delay,
/// failures or a killed instance. The same number gives the same.
UnknownSystem unknown_system(std::uint64_t number);

}  // namespace rehearse::testing
