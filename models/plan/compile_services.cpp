#include "models/plan/compile_services.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "models/checks/assumed_limit.hpp"
#include "sim/decimals.hpp"
#include "sim/expects.hpp"
#include "sim/hash.hpp"

namespace rehearse {
namespace {

/// Collects the services that a sequence of steps calls.
void collect_callees(const StepSequence& steps, std::set<std::string>& callees) {
  for_each_step(steps, [&callees](const StepSpec& step) {
    if (const auto* call = std::get_if<CallSpec>(&step.action)) {
      callees.insert(call->endpoint.service);
    } else if (const auto* spawn = std::get_if<SpawnSpec>(&step.action)) {
      callees.insert(spawn->endpoint.service);
    }
  });
}

/// Writes the programs of one endpoint.
class ProgramWriter {
 public:
  ProgramWriter(Plan& plan, Index endpoint)
      : plan_(plan),
        service_(plan.services[plan.endpoints[endpoint].service]),
        purpose_(plan.endpoints[endpoint].purpose) {}

  /// Returns the first step of the sequence; none when it is empty.
  StepId write(const StepSequence& sequence) {
    StepId first;
    StepId previous;
    for (const StepSpec& spec : sequence) {
      const StepId index(plan_.steps.size());
      plan_.steps.emplace_back();
      plan_.steps[index].purpose = extended(purpose_, ++position_);
      std::visit([&](const auto& action) { fill(index, action); }, spec.action);
      if (previous == none) {
        first = index;
      } else {
        plan_.steps[previous].next = index;
      }
      previous = index;
    }
    return first;
  }

 private:
  void fill(StepId index, const WorkSpec& work) {
    plan_.steps[index].kind = Step::Kind::work;
    plan_.steps[index].law = static_cast<Index>(plan_.laws.size());
    plan_.laws.emplace_back(work.duration);
    plan_.steps[index].quantile = plan_.laws.back().has_quantile_function();
  }

  void fill(StepId index, const CallSpec& call) {
    fill_target(index, Step::Kind::call, call.endpoint, call.probability);
    plan_.steps[index].on_error = call.on_error;
    plan_.steps[index].timeout = call.timeout.value_or(Duration::longest());
    if (call.tolerated > 0) {
      plan_.steps[index].law = static_cast<Index>(plan_.tolerated.size());
      plan_.tolerated.push_back(call.tolerated);
    }
    const Index fallback = write(call.fallback);
    plan_.steps[index].body = fallback;
  }

  void fill(StepId index, const SpawnSpec& spawn) {
    fill_target(index, Step::Kind::spawn, spawn.endpoint, spawn.probability);
  }

  void fill(StepId index, const ParallelSpec& parallel) {
    std::vector<StepId> firsts;
    for (const StepSequence& branch : parallel.branches) firsts.push_back(write(branch));
    Step& step = plan_.steps[index];
    step.kind = Step::Kind::parallel;
    step.body = static_cast<Index>(plan_.branches.size());
    step.count = static_cast<Index>(firsts.size());
    step.wait_for = static_cast<Index>(parallel.wait_for.value_or(static_cast<int>(step.count)));
    plan_.branches.insert(plan_.branches.end(), firsts.begin(), firsts.end());
  }

  void fill(StepId index, const RepeatSpec& repeat) {
    const Index body = write(repeat.steps);
    Step& step = plan_.steps[index];
    step.kind = Step::Kind::repeat;
    step.body = body;
    step.law = static_cast<Index>(plan_.count_laws.size());
    plan_.count_laws.emplace_back(repeat.count);
  }

  void fill_target(Index index, Step::Kind kind, const EndpointName& target, double probability) {
    Step& step = plan_.steps[index];
    step.kind = kind;
    step.endpoint = endpoint_index(plan_, target);
    step.probability = probability;
    const Index callee = plan_.endpoints[step.endpoint].service;
    const auto first = plan_.edges.begin() + service_.first_edge;
    const auto edge = std::find_if(first, first + service_.edges,
                                   [&](const EdgePlan& plan) { return plan.callee == callee; });
    expects(edge != first + service_.edges, "a service has an edge to each service that it calls");
    step.edge = static_cast<Index>(edge - first);
  }

  Plan& plan_;
  const ServicePlan& service_;
  std::uint64_t purpose_;
  std::uint64_t position_ = 0;
};

void add_instances(const std::string& name, const ServiceSpec& spec, bool canary, Index count,
                   Plan& plan) {
  const ServiceId service(plan.services.size());
  for (Index i = 0; i < count; ++i) {
    const std::string own = name + (canary ? "/canary/" : "/") + std::to_string(i);
    const auto& zones = spec.placement.zones;
    const auto& hosts = spec.placement.hosts;
    InstancePlan instance;
    instance.service = service;
    instance.canary = canary;
    instance.zone = zones.empty() ? "" : zones[i % zones.size()];
    instance.host = hosts.empty() ? own : hosts[i % hosts.size()];
    instance.purpose = hash_of(own);
    plan.instances.push_back(std::move(instance));
  }
}

void add_service(const std::string& name, const ServiceSpec& spec,
                 const std::optional<RolloutSpec>& rollout, Plan& plan) {
  expects(spec.instances >= 0, "there are no fewer instances than none");
  expects(!spec.workers || *spec.workers >= 1, "an instance has a worker, or needs none");
  ServicePlan service;
  service.name = name;
  service.first_instance = InstanceId(plan.instances.size());
  service.stable_instances = static_cast<Index>(spec.instances);
  if (rollout && rollout->service == name) {
    service.canary_instances =
        static_cast<Index>(rollout->canary_instances.value_or(spec.instances));
  }
  if (spec.workers) service.workers = static_cast<std::uint32_t>(*spec.workers);
  service.queue = Queue(spec.queue);
  service.worker_held = spec.worker_held_while_calling;
  service.cores = spec.cpu ? spec.cpu->cores : 0;
  if (spec.cpu && spec.cpu->sharpness) {
    service.core_paces = static_cast<Index>(plan.core_paces.size());
    plan.core_paces.emplace_back(spec.cpu->cores, *spec.cpu->sharpness);
  }
  // What two pieces of work share by the size of their request is part of what they share at all.
  service.correlation = std::max(spec.correlation, spec.size_loading * spec.size_loading);
  if (spec.size_loading > 0) {
    service.size_share = std::min(spec.size_loading / std::sqrt(service.correlation), 1.0);
  }
  service.shared_purpose = hash_of(name + " shared");
  add_instances(name, spec, false, service.stable_instances, plan);
  add_instances(name, spec, true, service.canary_instances, plan);
  plan.services.push_back(std::move(service));
}

void add_endpoints(const ModelSpec& model, Plan& plan) {
  for (const auto& [name, spec] : model.services) {
    for (const auto& [operation, endpoint] : spec.endpoints) {
      EndpointPlan made;
      made.name = {name, operation};
      made.service = service_index(plan, name);
      made.own_errors_at = endpoint.errors.at;
      made.purpose = hash_of(made.name.text());
      made.error_purpose = hash_of(made.name.text() + " own error");
      plan.endpoints.push_back(std::move(made));
    }
  }
}

void add_edges(const ModelSpec& model, Plan& plan) {
  for (const auto& [name, spec] : model.services) {
    std::set<std::string> callees;
    for (const auto& [operation, endpoint] : spec.endpoints) {
      for (const BehaviourSpec& behaviour : endpoint.behaviours) {
        collect_callees(behaviour.steps, callees);
      }
    }
    ServicePlan& service = plan.services[service_index(plan, name)];
    service.first_edge = EdgeId(plan.edges.size());
    service.edges = static_cast<Index>(callees.size());
    for (const std::string& callee : callees) {
      plan.edges.push_back(
          compile_edge(name, service_index(plan, callee), spec.calls, model, plan));
    }
  }
}

/// What is the same for every attempt, so that none need ask again.
void mark_certainties(EndpointPlan& endpoint, const Plan& plan) {
  const bool canary_may_fail = plan.services[endpoint.service].canary_instances > 0;
  endpoint.may_fail = canary_may_fail;
  for (const double own : endpoint.own_error_probabilities) {
    if (own > 0) endpoint.may_fail = true;
    if (own != endpoint.own_error_probabilities.front()) endpoint.errors_differ = true;
  }
  if (endpoint.behaviours.size() != 1) return;
  endpoint.first_step = endpoint.behaviours.front();
  const bool fails_first = endpoint.may_fail && endpoint.own_errors_at == OwnErrorsSpec::At::start;
  endpoint.begins_with_work = !fails_first && endpoint.first_step != none &&
                              plan.steps[endpoint.first_step].kind == Step::Kind::work;
}

void add_programs(const ModelSpec& model, Plan& plan) {
  for (EndpointId index(0); index < plan.endpoints.size(); ++index) {
    const EndpointName name = plan.endpoints[index].name;
    const EndpointSpec& spec = model.services.at(name.service).endpoints.at(name.operation);
    ProgramWriter writer(plan, index);
    std::vector<double> weights;
    for (const BehaviourSpec& behaviour : spec.behaviours) {
      const StepId first = writer.write(behaviour.steps);
      plan.endpoints[index].behaviours.push_back(first);
      plan.endpoints[index].own_error_probabilities.push_back(
          fraction_of_percent(spec.error_percent_of(behaviour)));
      weights.push_back(behaviour.weight);
    }
    plan.endpoints[index].cumulative_weights = cumulative(weights);
    mark_certainties(plan.endpoints[index], plan);
  }
}

void add_columns(Plan& plan) {
  for (const EndpointPlan& endpoint : plan.endpoints) {
    const auto column = static_cast<Index>(plan.layout.endpoints.size());
    plan.layout.endpoints.push_back({endpoint.name, "stable"});
    plan.stable_column.push_back(column);
    if (plan.services[endpoint.service].canary_instances > 0) {
      plan.layout.endpoints.push_back({endpoint.name, "canary"});
      plan.canary_column.push_back(column + 1);
    } else {
      plan.canary_column.push_back(column);
    }
  }
  for (const ServicePlan& service : plan.services) plan.layout.services.push_back(service.name);
}

}  // namespace

EdgePlan compile_edge(const std::string& caller, ServiceId callee,
                      const std::map<std::string, ClientSpec>& calls, const ModelSpec& model,
                      const Plan& plan) {
  expects(callee < plan.services.size(), "an edge leads to a service of the plan");
  const ServicePlan& service = plan.services[callee];
  ClientSpec client;
  if (const auto found = calls.find(service.name); found != calls.end()) client = found->second;
  EdgePlan edge;
  edge.callee = callee;
  edge.first_instance = service.first_instance;
  edge.instances = service.all_instances();
  edge.latency = Law(client.network_latency.value_or(model.network.latency));
  edge.latency_is_shared =
      model.services.at(service.name).correlation > 0 && edge.latency.has_quantile_function();
  edge.policies = ClientPolicies(client);
  const std::string name = caller + " -> " + service.name;
  edge.latency_purpose = hash_of(name + " latency");
  edge.balancing_purpose = hash_of(name + " balancing");
  edge.version_purpose = hash_of(name + " version");
  edge.backoff_purpose = hash_of(name + " back-off");
  return edge;
}

std::vector<double> cumulative(const std::vector<double>& weights) {
  std::vector<double> sums;
  double sum = 0;
  for (const double weight : weights) {
    expects(weight >= 0, "a weight is not negative");
    sums.push_back(sum += weight);
  }
  return sums;
}

ServiceId service_index(const Plan& plan, const std::string& name) {
  const auto found =
      std::lower_bound(plan.services.begin(), plan.services.end(), name,
                       [](const ServicePlan& s, const std::string& n) { return s.name < n; });
  expects(found != plan.services.end() && found->name == name, "a service of that name exists");
  return ServiceId(found - plan.services.begin());
}

EndpointId endpoint_index(const Plan& plan, const EndpointName& name) {
  const auto found =
      std::lower_bound(plan.endpoints.begin(), plan.endpoints.end(), name,
                       [](const EndpointPlan& e, const EndpointName& n) { return e.name < n; });
  expects(found != plan.endpoints.end() && found->name == name, "an endpoint of that name exists");
  return EndpointId(found - plan.endpoints.begin());
}

void compile_services(const ModelSpec& model, const ExperimentSpec& experiment, Plan& plan) {
  expects(plan.services.empty() && plan.edges.empty(), "a plan begins with its services");
  plan.size_purpose = hash_of("size of a request");
  for (const auto& [name, spec] : model.services) {
    add_service(name, spec, experiment.rollout, plan);
    plan.services.back().limit_is_assumed = limit_is_assumed(model, name);
    if (plan.services.back().limit_is_assumed && spec.highest_recorded) {
      plan.services.back().recorded_work = spec.highest_recorded->work_per_instance;
    }
  }
  add_endpoints(model, plan);
  add_edges(model, plan);
  add_programs(model, plan);
  add_columns(plan);
}

}  // namespace rehearse
