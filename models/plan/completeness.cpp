#include "models/plan/completeness.hpp"

#include <algorithm>

#include "sim/expects.hpp"

namespace rehearse {
namespace {

bool is_probability(double value) {
  return value >= 0 && value <= 1;
}

/// Whether `count` elements from `first` on are some of `size`.
bool lies_within(Index first, Index count, std::size_t size) {
  return std::size_t{first} + count <= size;
}

template <class Some>
bool all_below(const std::vector<Some>& indices, std::size_t size) {
  return std::all_of(indices.begin(), indices.end(), [size](Some i) { return i < size; });
}

template <class Some>
bool all_below_or_none(const std::vector<Some>& indices, std::size_t size) {
  return std::all_of(indices.begin(), indices.end(),
                     [size](Some i) { return i == none || i < size; });
}

/// Whether these are running sums of weights of which one at least is not zero.
bool are_running_sums(const std::vector<double>& sums) {
  return sums.front() >= 0 && sums.back() > 0 && std::is_sorted(sums.begin(), sums.end());
}

void expect_time_axis(const Plan& plan) {
  const OutcomeLayout& layout = plan.layout;
  const auto rises_from = [](Time a, Time b) { return a >= b; };
  expects(plan.boundaries.size() >= 2, "a run has an interval, and that two ends");
  expects(std::adjacent_find(plan.boundaries.begin(), plan.boundaries.end(), rises_from) ==
              plan.boundaries.end(),
          "boundaries rise");
  expects(plan.elementary_of_interval.size() == layout.intervals.size(),
          "each interval is made of elementary ones");
  for (const std::vector<Index>& covered : plan.elementary_of_interval) {
    expects(all_below(covered, plan.boundaries.size() - 1),
            "elementary intervals lie between boundaries");
  }
  for (const std::size_t interval : layout.objective_intervals) {
    expects(interval < layout.intervals.size(), "an objective is about an interval of the run");
  }
  expects(plan.end == layout.intervals.front().to, "the first interval ends with the run");
  expects(plan.drain_limit >= plan.end, "answers are waited for after the end of the run");
  expects(plan.heartbeat > Duration(), "time passes between two beats");
  expects(layout.window > Duration(), "a window takes time");
  expects(
      layout.warm_up_end + layout.window * static_cast<std::int64_t>(layout.windows) >= plan.end,
      "windows cover all that follows the warm-up");
  expects(layout.load_windows_merged > 0, "a load window that is kept stands for one at least");
  expects(plan.most_in_flight > 0, "a run may have a request in flight");
}

void expect_services(const Plan& plan) {
  const auto is_out_of_turn = [](const ServicePlan& a, const ServicePlan& b) {
    return a.name >= b.name;
  };
  expects(std::adjacent_find(plan.services.begin(), plan.services.end(), is_out_of_turn) ==
              plan.services.end(),
          "services are sorted by name, and no two have one");
  expects(plan.layout.services.size() == plan.services.size(), "an outcome reports each service");
  for (Index s = 0; s < plan.services.size(); ++s) {
    const ServicePlan& service = plan.services[s];
    expects(lies_within(service.first_instance, service.all_instances(), plan.instances.size()),
            "the instances of a service are in the plan");
    expects(lies_within(service.first_edge, service.edges, plan.edges.size()),
            "the edges of a service are in the plan");
    expects(service.workers > 0, "an instance has a worker, or needs none");
    expects(service.cores >= 0, "an instance has no negative cores");
    expects(service.core_paces == none || service.core_paces < plan.core_paces.size(),
            "cores with a sharpness have paces");
    expects(is_probability(service.correlation), "a correlation lies in [0, 1]");
    expects(is_probability(service.size_share), "a share lies in [0, 1]");
    for (Index i = 0; i < service.all_instances(); ++i) {
      const InstancePlan& instance = plan.instances[service.first_instance + i];
      expects(instance.service == s, "an instance knows the service that counts on it");
      expects(instance.canary == (i >= service.stable_instances),
              "the canary stands behind the stable instances");
    }
  }
}

void expect_edges(const Plan& plan) {
  for (const EdgePlan& edge : plan.edges) {
    expects(edge.callee < plan.services.size(), "an edge leads to a service of the plan");
    const ServicePlan& callee = plan.services[edge.callee];
    expects(
        edge.first_instance == callee.first_instance && edge.instances == callee.all_instances(),
        "an edge knows all instances of its callee");
    expects(edge.lane == none || edge.lane < plan.lanes, "the lane of an edge exists");
    expects(edge.lane == none || edge.latency.constant_value() == edge.constant_latency,
            "only what takes a constant time travels in a lane");
  }
}

void expect_endpoints(const Plan& plan) {
  const std::size_t endpoints = plan.endpoints.size();
  const std::size_t columns = plan.layout.endpoints.size();
  expects(plan.stable_column.size() == endpoints && all_below(plan.stable_column, columns),
          "each endpoint has a column of its stable version");
  expects(plan.canary_column.size() == endpoints && all_below(plan.canary_column, columns),
          "each endpoint has a column of its canary, be it that of the stable version");
  for (const EndpointPlan& endpoint : plan.endpoints) {
    expects(endpoint.service < plan.services.size(), "an endpoint is one of a service");
    expects(!endpoint.behaviours.empty() &&
                endpoint.behaviours.size() == endpoint.cumulative_weights.size(),
            "an endpoint has behaviours, with a weight each");
    expects(are_running_sums(endpoint.cumulative_weights), "weights of behaviours add up");
    expects(all_below_or_none(endpoint.behaviours, plan.steps.size()),
            "a behaviour begins with a step of the plan");
    expects(endpoint.own_error_probabilities.size() == endpoint.behaviours.size() &&
                std::all_of(endpoint.own_error_probabilities.begin(),
                            endpoint.own_error_probabilities.end(), is_probability),
            "a behaviour fails with a probability");
    expects(
        !endpoint.begins_with_work || (endpoint.first_step < plan.steps.size() &&
                                       plan.steps[endpoint.first_step].kind == Step::Kind::work),
        "what begins with work has a first step, and that is work");
  }
}

/// `index`: of the step. What it leads to stands behind it, so no program goes round in circles.
void expect_step(const Plan& plan, Index index) {
  const Step& step = plan.steps[index];
  const auto goes_forward = [&](Index to) {
    return to == none || (to > index && to < plan.steps.size());
  };
  expects(goes_forward(step.next), "a sequence of steps goes forward");
  switch (step.kind) {
    case Step::Kind::work:
      expects(step.law < plan.laws.size(), "work has a law of its duration");
      expects(step.lane == none || step.lane < plan.lanes, "the lane of a piece of work exists");
      return;
    case Step::Kind::call:
      expects(goes_forward(step.body), "a fallback stands behind its call");
      expects(step.law == none || step.law < plan.tolerated.size(),
              "of what is tolerated a share is known");
      [[fallthrough]];
    case Step::Kind::spawn:
      expects(step.endpoint < plan.endpoints.size(), "a call asks for an endpoint of the plan");
      expects(is_probability(step.probability), "a call is made with a probability");
      return;
    case Step::Kind::repeat:
      expects(goes_forward(step.body), "what is repeated stands behind its repetition");
      expects(step.law < plan.count_laws.size(), "a repetition has a law of its count");
      return;
    case Step::Kind::parallel:
      expects(lies_within(step.body, step.count, plan.branches.size()),
              "the branches of a parallel step are in the plan");
      expects(step.wait_for <= step.count, "no more branches are waited for than there are");
      for (Index branch = 0; branch < step.count; ++branch) {
        expects(goes_forward(plan.branches[step.body + branch]),
                "a branch stands behind its parallel step");
      }
      return;
  }
}

void expect_workloads(const Plan& plan) {
  expects(plan.layout.workloads.size() == plan.workloads.size(),
          "an outcome reports each workload");
  for (const WorkloadPlan& workload : plan.workloads) {
    expects(workload.mix_endpoints.size() == workload.cumulative_mix.size(),
            "each endpoint of a mix has a weight");
    expects(workload.cumulative_mix.empty() || are_running_sums(workload.cumulative_mix),
            "weights of a mix add up");
    expects(lies_within(workload.first_edge, workload.edges, plan.edges.size()),
            "the edges of a workload are in the plan");
    expects(workload.edge_of_service.size() == plan.services.size() &&
                all_below_or_none(workload.edge_of_service, workload.edges),
            "a workload knows by which of its edges it calls a service");
    for (const Index endpoint : workload.mix_endpoints) {
      expects(endpoint < plan.endpoints.size(), "a mix is one of endpoints of the plan");
      expects(workload.edge_of_service[plan.endpoints[endpoint].service] != none,
              "a workload has an edge to each service of its mix");
    }
  }
}

void expect_sources(const Plan& plan) {
  const auto begins_earlier = [](const RateSegment& a, const RateSegment& b) {
    return a.from < b.from;
  };
  for (const SourcePlan& source : plan.sources) {
    expects(source.workload < plan.workloads.size(), "a source is one of a workload");
    expects(source.from <= source.until, "a source does not end before it begins");
    expects(source.fault == none || source.fault < plan.faults.size(),
            "what a load spike adds belongs to a fault of the plan");
    if (source.kind == SourcePlan::Kind::closed_loop) continue;
    expects(source.lane < plan.lanes, "the next arrival of a source has a lane to wait in");
    if (source.kind == SourcePlan::Kind::open_loop) {
      expects(!source.rate.empty() &&
                  std::is_sorted(source.rate.begin(), source.rate.end(), begins_earlier),
              "an open loop has a rate, one stretch after another");
    } else {
      expects(source.offsets.size() == source.endpoints.size() &&
                  all_below_or_none(source.endpoints, plan.endpoints.size()),
              "each recorded arrival asks for an endpoint, or takes one of the mix");
      expects(std::is_sorted(source.offsets.begin(), source.offsets.end()),
              "recorded arrivals never go back in time");
      expects(source.copies >= 0, "no recorded arrival is sent less than never");
    }
  }
}

void expect_scope(const Plan& plan, const MetricScope& scope) {
  expects(all_below(scope.endpoint_columns, plan.layout.endpoints.size()) &&
              all_below(scope.workloads, plan.workloads.size()) &&
              all_below(scope.services, plan.services.size()),
          "a metric is about columns, workloads and services of the outcome");
}

void expect_watches(const Plan& plan) {
  for (const ThresholdPlan& threshold : plan.thresholds) {
    expect_scope(plan, threshold.scope);
    expects(threshold.objective < plan.layout.objective_intervals.size(),
            "a threshold belongs to an objective");
  }
  for (const WatchPlan& watch : plan.watches) {
    expect_scope(plan, watch.scope);
    expects(watch.scrape.interval > Duration(), "time passes between two scrapes");
    expects(watch.scrape.delay >= Duration(), "nobody knows a scrape before it is made");
  }
  expects(plan.layout.alarms.size() == plan.stop_conditions.size(),
          "an outcome reports each stop condition");
  for (const StopPlan& stop : plan.stop_conditions) {
    expects(stop.watch < plan.watches.size(), "an alarm has a watch");
  }
  if (!plan.rollout) return;
  expects(plan.rollout->service < plan.services.size(), "a rollout is one of a service");
  expects(is_probability(plan.rollout->errors_added), "a canary fails with a probability");
  expects(plan.rollout->analysis_watches.size() == plan.rollout->spec.analysis.size() &&
              all_below(plan.rollout->analysis_watches, plan.watches.size()),
          "each analysis of a rollout has a watch");
}

}  // namespace

void expect_complete(const Plan& plan) {
  expect_time_axis(plan);
  expect_services(plan);
  expect_edges(plan);
  expect_endpoints(plan);
  for (Index step = 0; step < plan.steps.size(); ++step) expect_step(plan, step);
  expects(all_below_or_none(plan.branches, plan.steps.size()),
          "a branch begins with a step of the plan");
  expect_workloads(plan);
  expect_sources(plan);
  for (const FaultPlan& fault : plan.faults) {
    expects(all_below(fault.candidates, plan.instances.size()),
            "a fault chooses among instances of the plan");
    if (fault.door) {
      expects(is_probability(fault.door->chance), "a fault meets a request with a probability");
    }
    if (fault.link) {
      expects(fault.disturbs.size() == plan.edges.size(),
              "a fault says of each edge whether it may meet what is sent there");
      expects(!fault.link->stall || fault.link->attempts_lost + fault.link->answers_lost == 0,
              "a fault on links loses or stalls");
      expects(is_probability(fault.link->attempts_lost) && is_probability(fault.link->answers_lost),
              "a message is lost with a probability");
      expects(is_probability(fault.link->correlation), "a correlation lies in [0, 1]");
    }
  }
  expect_watches(plan);
}

}  // namespace rehearse
