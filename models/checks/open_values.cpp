#include "models/checks/open_values.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <variant>

#include "language/spec_path.hpp"
#include "models/checks/assumed_limit.hpp"
#include "models/checks/call_graph.hpp"
#include "models/checks/untried_failures.hpp"
#include "sim/expects.hpp"

namespace rehearse {
namespace {

using Services = std::set<std::string>;

/// Whom requests reach, and along which edges somebody waits for an answer.
struct Reached {
  Services services;
  std::set<EdgeName> awaited;
};

Reached reached_by_requests(const ModelSpec& model) {
  const CallGraph graph = call_graph_of(model);
  std::vector<std::size_t> next;
  for (const auto& [name, workload] : model.workloads) {
    for (const EndpointName& asked : endpoints_asked(workload)) {
      if (const auto place = graph.find(asked)) next.push_back(*place);
    }
  }
  Reached reached;
  std::vector<bool> seen(graph.endpoints.size());
  while (!next.empty()) {
    const std::size_t endpoint = next.back();
    next.pop_back();
    if (seen[endpoint]) continue;
    seen[endpoint] = true;
    const std::string& service = graph.endpoints[endpoint].service;
    reached.services.insert(service);
    for (const MeanCall& call : graph.calls[endpoint]) {
      if (call.times <= 0) continue;
      next.push_back(call.to);
      if (call.manner == Manner::spawned) continue;
      reached.awaited.insert({service, graph.endpoints[call.to].service});
    }
  }
  return reached;
}

/// These, and all who wait for them, directly or not.
Services with_callers(const Services& services, const std::set<EdgeName>& awaited) {
  std::map<std::string, std::vector<std::string>> callers;
  for (const auto& [caller, callee] : awaited) callers[callee].push_back(caller);
  Services all;
  std::vector<std::string> next(services.begin(), services.end());
  while (!next.empty()) {
    const std::string service = std::move(next.back());
    next.pop_back();
    if (!all.insert(service).second) continue;
    const auto found = callers.find(service);
    if (found == callers.end()) continue;
    next.insert(next.end(), found->second.begin(), found->second.end());
  }
  return all;
}

/// Zones and hosts may hold any service.
bool may_meet(const FaultSpec& fault, const std::string& service) {
  if (!fault.target.workload.empty()) return false;
  return fault.target.service.empty() || fault.target.service == service;
}

bool may_delay(const ExperimentSpec& experiment, const std::string& service) {
  if (experiment.rollout && experiment.rollout->service == service) return true;
  return std::any_of(
      experiment.faults.begin(), experiment.faults.end(), [&](const FaultSpec& fault) {
        return !std::holds_alternative<AbortFault>(fault.kind) && may_meet(fault, service);
      });
}

bool may_queue(const ModelSpec& model, const std::string& service) {
  const ServiceSpec& spec = model.services.at(service);
  return spec.workers || spec.cpu || limit_is_assumed(model, service);
}

bool has_own_failures(const ServiceSpec& service) {
  if (service.queue.capacity || drops_jobs(service.queue.discipline)) return true;
  for (const auto& [operation, endpoint] : service.endpoints) {
    for (const BehaviourSpec& behaviour : endpoint.behaviours) {
      if (endpoint.error_percent_of(behaviour) > 0) return true;
    }
  }
  return false;
}

bool may_fail(const ModelSpec& model, const ExperimentSpec& experiment,
              const std::string& service) {
  if (has_own_failures(model.services.at(service))) return true;
  const auto& rollout = experiment.rollout;
  if (rollout && rollout->service == service && rollout->error_percent_added > 0) return true;
  return std::any_of(experiment.faults.begin(), experiment.faults.end(),
                     [&](const FaultSpec& fault) {
                       return fails_attempts(fault.kind) && may_meet(fault, service);
                     });
}

OpenValue limit_of(const ModelSpec& model, const std::string& service) {
  OpenValue value;
  value.service = service;
  const auto& recorded = model.services.at(service).highest_recorded;
  // What was seen at once is possible; and an instance that works has a worker.
  static constexpr double most = 1e6;
  if (recorded) {
    const auto at_least = [](double seen) {
      return static_cast<int>(std::clamp(std::ceil(seen), 1.0, most));
    };
    value.least_workers = at_least(recorded->inside_per_instance);
    value.least_cores = at_least(recorded->work_per_instance);
  }
  return value;
}

bool is_said(const ModelSpec& model, const OpenValue& value) {
  const auto evidence = model.evidence.find(value.path());
  return evidence != model.evidence.end() && evidence->second.basis != Basis::assumed;
}

void ignore_failures(StepSequence& steps, const std::string& callee) {
  for (StepSpec& step : steps) {
    if (auto* call = std::get_if<CallSpec>(&step.action)) {
      if (call->endpoint.service == callee && call->on_error == OnError::fail) {
        call->on_error = OnError::ignore;
      }
      ignore_failures(call->fallback, callee);
    } else if (auto* repeat = std::get_if<RepeatSpec>(&step.action)) {
      ignore_failures(repeat->steps, callee);
    } else if (auto* parallel = std::get_if<ParallelSpec>(&step.action)) {
      for (StepSequence& branch : parallel->branches) ignore_failures(branch, callee);
    }
  }
}

template <class Values>
void take_entry(Values& values, const Values& others, const typename Values::key_type& key) {
  values.erase(key);
  const auto other = others.find(key);
  if (other != others.end()) values.insert(*other);
}

template <class Values>
bool same_entry(const Values& values, const Values& others, const typename Values::key_type& key) {
  const auto one = values.find(key);
  const auto other = others.find(key);
  if (one == values.end() || other == others.end()) {
    return (one == values.end()) == (other == others.end());
  }
  return *one == *other;
}

}  // namespace

std::string OpenValue::path() const {
  const std::string of_service = extended_path("services", service);
  if (kind == Kind::limit) return extended_path(of_service, "workers");
  const std::string of_edge = extended_path(extended_path(of_service, "calls"), callee);
  return extended_path(of_edge, kind == Kind::failure ? "on_error" : "timeout");
}

void Reading::take(const OpenValue& value, const Reading& other) {
  switch (value.kind) {
    case OpenValue::Kind::limit:
      return take_entry(limits, other.limits, value.service);
    case OpenValue::Kind::failure:
      return take_entry(survived, other.survived, value.edge());
    case OpenValue::Kind::timeout:
      return take_entry(timeouts, other.timeouts, value.edge());
  }
}

bool Reading::agrees(const OpenValue& value, const Reading& other) const {
  switch (value.kind) {
    case OpenValue::Kind::limit:
      return same_entry(limits, other.limits, value.service);
    case OpenValue::Kind::failure:
      return same_entry(survived, other.survived, value.edge());
    case OpenValue::Kind::timeout:
      return same_entry(timeouts, other.timeouts, value.edge());
  }
  return true;
}

std::vector<OpenValue> open_values(const ModelSpec& model, const ExperimentSpec& experiment) {
  std::vector<OpenValue> open;
  if (model.provenance.calibrated_by.empty()) return open;
  const Reached reached = reached_by_requests(model);
  Services slow;
  Services failing;
  for (const std::string& service : reached.services) {
    if (limit_is_assumed(model, service)) open.push_back(limit_of(model, service));
    if (may_queue(model, service) || may_delay(experiment, service)) slow.insert(service);
    if (may_fail(model, experiment, service)) failing.insert(service);
  }
  slow = with_callers(slow, reached.awaited);

  std::vector<OpenValue> timeouts;
  std::set<EdgeName> timed;  // where calls may be given up
  for (const EdgeName& edge : reached.awaited) {
    if (!slow.contains(edge.second)) continue;
    const OpenValue value{OpenValue::Kind::timeout, edge.first, edge.second};
    const bool known = patience(model, edge.first, edge.second) < Duration::longest();
    if (!known && !is_said(model, value)) timeouts.push_back(value);
    if (!known && is_said(model, value)) continue;
    timed.insert(edge);
    failing.insert(edge.first);
  }
  failing = with_callers(failing, reached.awaited);

  for (const UntriedEdge& edge : untried_edges(model)) {
    const EdgeName name{edge.caller, edge.callee};
    if (!reached.awaited.contains(name)) continue;
    if (!failing.contains(edge.callee) && !timed.contains(name)) continue;
    open.push_back({OpenValue::Kind::failure, edge.caller, edge.callee});
  }
  open.insert(open.end(), timeouts.begin(), timeouts.end());
  return open;
}

ModelSpec applied(ModelSpec model, const Reading& reading) {
  for (const auto& [service, limit] : reading.limits) {
    expects(model.services.contains(service), "a reading is one of the model's open values");
    ServiceSpec& limited = model.services.at(service);
    if (limit.of == Limit::Of::workers) {
      limited.workers = limit.count;
    } else {
      limited.cpu = CpuSpec{static_cast<double>(limit.count)};
    }
  }
  for (const auto& [caller, callee] : reading.survived) {
    expects(model.services.contains(caller), "a reading is one of the model's open values");
    for (auto& [operation, endpoint] : model.services.at(caller).endpoints) {
      for (BehaviourSpec& behaviour : endpoint.behaviours) ignore_failures(behaviour.steps, callee);
    }
  }
  for (const auto& [edge, timeout] : reading.timeouts) {
    expects(model.services.contains(edge.first), "a reading is one of the model's open values");
    model.services.at(edge.first).calls[edge.second].timeout = timeout;
  }
  return model;
}

}  // namespace rehearse
