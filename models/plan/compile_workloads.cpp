#include "models/plan/compile_workloads.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "models/plan/compile_services.hpp"
#include "sim/expects.hpp"
#include "sim/hash.hpp"

namespace rehearse {
namespace {

double per_nanosecond(Rate rate) {
  expects(rate.per_second >= 0, "a rate is not negative");
  return rate.per_second * 1e-9;
}

std::vector<RateSegment> rate_of(const StagesSpec& spec) {
  std::vector<RateSegment> segments;
  Time start;
  double before = 0;
  for (const StagesSpec::Stage& stage : spec.stages) {
    const double goal = per_nanosecond(stage.rate);
    const auto length = static_cast<double>(stage.duration.in_nanoseconds());
    expects(stage.duration > Duration(), "a stage takes time");
    if (stage.shape == StagesSpec::Shape::ramp) {
      segments.push_back({start, before, (goal - before) / length});
    } else {
      segments.push_back({start, goal, 0});
    }
    start = start + stage.duration;
    before = goal;
  }
  segments.push_back({start, before, 0});
  return segments;
}

void describe_arrivals(const PoissonSpec& spec, const Plan&, SourcePlan& source) {
  source.rate = {{Time(), per_nanosecond(spec.rate), 0}};
}

void describe_arrivals(const BatchSpec& spec, const Plan&, SourcePlan& source) {
  source.rate = {{Time(), per_nanosecond(spec.rate), 0}};
  source.batched = true;
  source.batch = CountLaw(spec.size);
}

void describe_arrivals(const StagesSpec& spec, const Plan&, SourcePlan& source) {
  source.rate = rate_of(spec);
}

void describe_arrivals(const ReplaySpec& spec, const Plan& plan, SourcePlan& source) {
  source.kind = SourcePlan::Kind::replay;
  source.repeat = spec.repeat;
  source.period = spec.period;
  for (const ReplaySpec::Arrival& arrival : spec.arrivals) {
    source.offsets.push_back(arrival.offset);
    const auto slash = arrival.endpoint.find('/');
    expects(arrival.endpoint.empty() || slash != std::string::npos,
            "a recorded arrival names its endpoint by service and operation");
    source.endpoints.push_back(arrival.endpoint.empty()
                                   ? none
                                   : endpoint_index(plan, {arrival.endpoint.substr(0, slash),
                                                           arrival.endpoint.substr(slash + 1)}));
  }
}

void describe_arrivals(const ClosedLoopSpec& spec, const Plan&, SourcePlan& source) {
  expects(spec.users >= 0, "there are no fewer users than none");
  source.kind = SourcePlan::Kind::closed_loop;
  source.users = static_cast<std::uint32_t>(spec.users);
  source.think_time = Law(spec.think_time);
}

/// What a load spike adds beside the planned arrivals of a workload.
SourcePlan spike_of(SourcePlan source, const FaultSpec& fault, const LoadSpike& spike,
                    FaultId index) {
  expects(spike.factor >= 1, "a load spike adds to the load");
  source.fault = index;
  source.from = Time::after_start(fault.at);
  source.until = source.from + fault.duration;
  source.purpose = extended(source.purpose, hash_of("load spike " + fault.name));
  source.copies = spike.factor - 1;
  for (RateSegment& segment : source.rate) {
    segment.rate_at_start *= spike.factor - 1;
    segment.slope *= spike.factor - 1;
  }
  source.users = static_cast<std::uint32_t>(std::llround(source.users * (spike.factor - 1)));
  return source;
}

void add_edges(const std::string& name, const WorkloadSpec& spec, const SourcePlan& source,
               const ModelSpec& model, Plan& plan, WorkloadPlan& workload) {
  std::set<ServiceId> callees;
  for (const EndpointId endpoint : workload.mix_endpoints) {
    callees.insert(plan.endpoints[endpoint].service);
  }
  for (const EndpointId endpoint : source.endpoints) {
    if (endpoint != none) callees.insert(plan.endpoints[endpoint].service);
  }
  workload.edge_of_service.assign(plan.services.size(), none);
  workload.first_edge = EdgeId(plan.edges.size());
  for (const ServiceId callee : callees) {
    workload.edge_of_service[callee] = workload.edges++;
    plan.edges.push_back(compile_edge(name, callee, spec.calls, model, plan));
  }
}

}  // namespace

void compile_workloads(const ModelSpec& model, const ExperimentSpec& experiment, Plan& plan) {
  expects(plan.services.size() == model.services.size() && plan.workloads.empty(),
          "workloads are compiled after the services that they ask");
  for (const auto& [name, spec] : model.workloads) {
    WorkloadPlan workload;
    workload.name = name;
    workload.purpose = hash_of(name + " workload");
    std::vector<double> weights;
    for (const auto& [endpoint, weight] : spec.mix) {
      workload.mix_endpoints.push_back(endpoint_index(plan, endpoint));
      weights.push_back(weight);
    }
    workload.cumulative_mix = cumulative(weights);

    SourcePlan source;
    source.workload = WorkloadId(plan.workloads.size());
    source.purpose = hash_of(name + " arrivals");
    std::visit([&](const auto& arrivals) { describe_arrivals(arrivals, plan, source); },
               spec.arrivals);
    add_edges(name, spec, source, model, plan, workload);
    plan.sources.push_back(source);
    for (FaultId index(0); index < experiment.faults.size(); ++index) {
      const FaultSpec& fault = experiment.faults[index];
      const bool meets = fault.target.workload.empty() || fault.target.workload == name;
      const auto* spike = std::get_if<LoadSpike>(&fault.kind);
      if (spike != nullptr && meets && !experiment.is_control) {
        plan.sources.push_back(spike_of(source, fault, *spike, index));
      }
    }
    plan.layout.workloads.push_back(name);
    plan.workloads.push_back(std::move(workload));
  }
}

}  // namespace rehearse
