#include "models/checks/untried_failures.hpp"

#include <algorithm>

#include "language/spec_path.hpp"
#include "models/checks/target_counts.hpp"
#include "sim/expects.hpp"

namespace rehearse {
namespace {

/// Adds the operations of `callee` that these steps await, and fail without.
void add_operations(const StepSequence& steps, const std::string& callee,
                    std::set<std::string>& operations) {
  for_each_step(steps, [&](const StepSpec& step) {
    const auto* call = std::get_if<CallSpec>(&step.action);
    if (call == nullptr || call->endpoint.service != callee) return;
    const bool fails =
        call->on_error == OnError::fail && call->tolerated < 1 && call->probability > 0;
    if (fails) operations.insert(call->endpoint.operation);
  });
}

std::set<std::string> operations_needed(const ServiceSpec& caller, const std::string& callee) {
  std::set<std::string> operations;
  for (const auto& [name, endpoint] : caller.endpoints) {
    for (const BehaviourSpec& behaviour : endpoint.behaviours) {
      add_operations(behaviour.steps, callee, operations);
    }
  }
  return operations;
}

/// services.CALLER.calls.CALLEE.on_error; nothing for other paths.
bool is_edge(const std::string& path, UntriedEdge& edge) {
  const auto parts = parse_path(path);
  if (!parts || parts->size() != 5) return false;
  const auto word = [&](std::size_t index) {
    const auto* key = std::get_if<std::string>(&(*parts)[index]);
    return key != nullptr ? *key : std::to_string(std::get<std::size_t>((*parts)[index]));
  };
  edge.caller = word(1);
  edge.callee = word(3);
  return word(0) == "services" && word(2) == "calls" && word(4) == "on_error";
}

/// Of the timeouts that calls to a service have in place of the client's.
Duration shortest_of_own(const ServiceSpec& caller, const std::string& callee) {
  Duration shortest = Duration::longest();
  for (const auto& [operation, endpoint] : caller.endpoints) {
    for (const BehaviourSpec& behaviour : endpoint.behaviours) {
      for_each_step(behaviour.steps, [&](const StepSpec& step) {
        const auto* call = std::get_if<CallSpec>(&step.action);
        if (call == nullptr || !call->timeout || call->endpoint.service != callee) return;
        shortest = std::min(shortest, *call->timeout);
      });
    }
  }
  return shortest;
}

}  // namespace

std::vector<UntriedEdge> untried_edges(const ModelSpec& model) {
  std::vector<UntriedEdge> edges;
  for (const auto& [path, evidence] : model.evidence) {
    UntriedEdge edge;
    if (evidence.basis != Basis::assumed || !is_edge(path, edge)) continue;
    const auto caller = model.services.find(edge.caller);
    if (caller == model.services.end()) continue;
    edge.recorded = evidence.n;
    edge.operations = operations_needed(caller->second, edge.callee);
    if (!edge.operations.empty()) edges.push_back(std::move(edge));
  }
  return edges;
}

bool makes_fail(const FaultSpec& fault, const UntriedEdge& edge, const ModelSpec& model,
                const ExperimentSpec& experiment) {
  expects(!edge.operations.empty(), "an edge is untried where some call along it would fail");
  if (!fails_attempts(fault.kind)) return false;
  TargetSpec target = fault.target;
  if (!target.service.empty() && target.service != edge.callee) return false;
  if (!target.caller.empty() && target.caller != edge.caller) return false;
  if (!target.operation.empty() && !edge.operations.contains(target.operation)) return false;
  if (target.version == "canary") {
    return experiment.rollout && experiment.rollout->service == edge.callee;
  }
  target.service = edge.callee;
  return count_matching(model, target) > 0;
}

Duration patience(const ModelSpec& model, const std::string& caller, const std::string& callee) {
  const auto said = model.services.find(caller);
  expects(said != model.services.end(), "the model has the service that calls");
  Duration shortest = shortest_of_own(said->second, callee);
  const auto client = said->second.calls.find(callee);
  if (client == said->second.calls.end()) return shortest;
  if (client->second.timeout) shortest = std::min(shortest, *client->second.timeout);
  const auto& retry = client->second.retry;
  if (retry && retry->per_try_timeout) shortest = std::min(shortest, *retry->per_try_timeout);
  return shortest;
}

}  // namespace rehearse
