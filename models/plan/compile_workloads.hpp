#pragma once

#include "models/plan/plan.hpp"
#include "models/specs/experiment_spec.hpp"
#include "models/specs/model_spec.hpp"

namespace rehearse {

/// The second part: workloads, and the sources of their requests, those of load spikes included.
/// Expects services to be compiled.
void compile_workloads(const ModelSpec& model, const ExperimentSpec& experiment, Plan& plan);

}  // namespace rehearse
