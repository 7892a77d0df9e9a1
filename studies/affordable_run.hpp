#pragma once

#include <optional>

#include "models/specs/experiment_spec.hpp"
#include "models/specs/model_spec.hpp"

namespace rehearse {

/// What a run of a model is to be compared with.
struct WantedRun {
  double seconds = 0;      // measured
  double per_second = 0;   // requests
  double longest = 0;      // seconds, of usual requests: a few of them are waited for before
  double most_events = 0;  // with more it is shorter
  double fewest_requests = 0;
};

/// A run in which nothing happens, measured after a warm-up; nothing, when fewer requests can
/// be afforded.
std::optional<ExperimentSpec> affordable_run(const ModelSpec& model, const WantedRun& wanted);

}  // namespace rehearse
