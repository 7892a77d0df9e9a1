#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/specs/experiment_spec.hpp"
#include "models/specs/model_spec.hpp"
#include "studies/recorded_load.hpp"
#include "studies/study.hpp"
#include "studies/untried_failures.hpp"

namespace rehearse {

/// How far a scenario takes a service from what was recorded of it.
struct BeyondService {
  LoadRatios load;
  double visits_per_second = 0;  // to all instances, in the interval that has the most
  double error_percent = 0;      // of visits, in the interval that has the most
  std::optional<double> error_percent_without;  // in the control arm, where there is one
  /// Of its visits, so many go to other endpoints than in the recording, in the interval that has
  /// the most. Absent where evidence does not say how often each was visited, or there is one.
  std::optional<double> mix_moved_percent;

  bool is_beyond = false;  // as the verdict has it: of those whose limit nobody knows
};

struct BeyondRecording {
  std::vector<BeyondService> services;  // those first that go furthest
  std::vector<FailureNeverRecorded> untried;
};

/// From what the replications of a study measured. `recorded`: the model without what the scenario
/// sets. Expects a study that ran at least one replication.
BeyondRecording beyond_recording(const ModelSpec& recorded, const Study& study);

}  // namespace rehearse
