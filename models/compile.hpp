#pragma once

#include "models/plan.hpp"
#include "models/specs/experiment_spec.hpp"
#include "models/specs/model_spec.hpp"

namespace rehearse {

/// The three parts of compiling specs to a plan, in this order: each uses what the ones before
/// made.
void compile_services(const ModelSpec& model, const ExperimentSpec& experiment, System::Plan& plan);
void compile_workloads(const ModelSpec& model, const ExperimentSpec& experiment,
                       System::Plan& plan);
void compile_experiment(const ExperimentSpec& experiment, System::Plan& plan);

/// The caller's side of an edge. `caller` names the draws.
EdgePlan compile_edge(const std::string& caller, Index callee,
                      const std::map<std::string, ClientSpec>& calls, const ModelSpec& model,
                      const System::Plan& plan);

/// Gives constant delays and arrivals their lanes.
void assign_lanes(System::Plan& plan);

/// Position of a name in a sorted table of things with a `name`. Expects that it is there.
Index service_index(const System::Plan& plan, const std::string& name);
Index endpoint_index(const System::Plan& plan, const EndpointName& name);

/// Running sums of weights, for `pick`.
std::vector<double> cumulative(const std::vector<double>& weights);

}  // namespace rehearse
