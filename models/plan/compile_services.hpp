#pragma once

#include <map>
#include <string>
#include <vector>

#include "models/plan/plan.hpp"
#include "models/specs/experiment_spec.hpp"
#include "models/specs/model_spec.hpp"

namespace rehearse {

/// The first part of compiling specs to a plan: services, their instances, endpoints and edges.
void compile_services(const ModelSpec& model, const ExperimentSpec& experiment, Plan& plan);

/// The caller's side of an edge. `caller` names the draws.
EdgePlan compile_edge(const std::string& caller, ServiceId callee,
                      const std::map<std::string, ClientSpec>& calls, const ModelSpec& model,
                      const Plan& plan);

/// Position of a name in a sorted table of things with a `name`. Expects that it is there.
ServiceId service_index(const Plan& plan, const std::string& name);
EndpointId endpoint_index(const Plan& plan, const EndpointName& name);

/// Running sums of weights, for `pick`.
std::vector<double> cumulative(const std::vector<double>& weights);

}  // namespace rehearse
