#pragma once

#include "models/plan/plan.hpp"
#include "models/specs/experiment_spec.hpp"

namespace rehearse {

/// The third part: intervals, windows, faults, the rollout, objectives and alarms. Expects the
/// other two to be compiled.
void compile_experiment(const ExperimentSpec& experiment, Plan& plan);

}  // namespace rehearse
