#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/specs/experiment_spec.hpp"
#include "models/specs/model_spec.hpp"
#include "studies/arm_record.hpp"

namespace rehearse {

/// A caller whose answer to a failure is assumed, and that met failures: that its own requests fail
/// then is a guess, which nothing recorded supports.
struct FailureNeverRecorded {
  std::string caller;
  std::string callee;
  std::uint64_t recorded_calls = 0;  // all of them good
  bool operator==(const FailureNeverRecorded&) const = default;
};

/// The edges of a model on which no failure was recorded, and which the scenario makes fail: a
/// fault meets the callee, or calls to it failed in the replications of the arm, for whatever
/// reason. Callers that nobody asked are left out.
std::vector<FailureNeverRecorded> failures_never_recorded(const ModelSpec& model,
                                                          const ExperimentSpec& experiment,
                                                          const ArmRecord& arm);

/// "frontend -> ads (120 calls)".
std::string text_of(const FailureNeverRecorded& untried);

}  // namespace rehearse
