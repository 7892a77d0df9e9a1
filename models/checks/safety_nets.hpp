#pragma once

#include <string>
#include <vector>

#include "models/specs/experiment_spec.hpp"
#include "models/specs/model_spec.hpp"
#include "models/specs/preflight_spec.hpp"

namespace rehearse {

/// A safety net that a scenario falls into.
struct Trip {
  SafetyNet net;
  std::string path;  // of what trips it, as in the scenario: faults[0]; empty: of the whole
  std::string sentence;
  bool operator==(const Trip&) const = default;
};

/// One a net at most, in the order of `safety_nets`. A random choice counts in each service for as
/// many as it can meet there at worst; instances of a canary and load spikes meet no instances.
/// Expects specs without mistakes.
std::vector<Trip> find_trips(const ModelSpec& model, const ExperimentSpec& experiment);

}  // namespace rehearse
