#include "models/plan/expected_load.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "models/checks/call_flow.hpp"
#include "sim/expects.hpp"

namespace rehearse {
namespace {

constexpr double events_per_visit = 3;

/// Adds up the calls of a sequence of steps; fallbacks are not expected.
class CallCounter {
 public:
  CallCounter(const Plan& plan, EndpointId endpoint, std::vector<CausedVisits>& calls)
      : plan_(plan),
        first_edge_(plan.services[plan.endpoints[endpoint].service].first_edge),
        calls_(calls) {}

  void count(StepId first, double times) {
    for (StepId index = first; index != none; index = plan_.steps[index].next) {
      const Step& step = plan_.steps[index];
      switch (step.kind) {
        case Step::Kind::call:
        case Step::Kind::spawn:
          calls_.push_back({step.endpoint, times * step.probability, first_edge_ + step.edge});
          break;
        case Step::Kind::parallel:
          for (Index branch = 0; branch < step.count; ++branch) {
            count(plan_.branches[step.body + branch], times);
          }
          break;
        case Step::Kind::repeat:
          count(StepId(step.body), times * plan_.count_laws[step.law].mean());
          break;
        case Step::Kind::work:
          break;
      }
    }
  }

 private:
  const Plan& plan_;
  EdgeId first_edge_;
  std::vector<CausedVisits>& calls_;
};

/// Counted by edge.
CausedByVisit caused_by(const Plan& plan) {
  CausedByVisit caused(plan.endpoints.size());
  for (EndpointId endpoint(0); endpoint < plan.endpoints.size(); ++endpoint) {
    const EndpointPlan& said = plan.endpoints[endpoint];
    CallCounter counter(plan, endpoint, caused[endpoint]);
    double before = 0;
    for (std::size_t i = 0; i < said.behaviours.size(); ++i) {
      const double weight = said.cumulative_weights[i] - before;
      before = said.cumulative_weights[i];
      counter.count(said.behaviours[i], weight / said.cumulative_weights.back());
    }
  }
  return caused;
}

/// Arrivals (or batches) until `seconds` have passed, as the integral of the rate.
double planned_arrivals(const std::vector<RateSegment>& segments, double seconds) {
  double sum = 0;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const double start = segments[i].from.since_start().in_seconds();
    const double next =
        i + 1 < segments.size() ? segments[i + 1].from.since_start().in_seconds() : seconds;
    const double length = std::max(0.0, std::min(next, seconds) - start);
    const double slope = segments[i].slope * 1e18;
    sum += (segments[i].rate_at_start * 1e9 + slope * length / 2) * length;
  }
  return sum;
}

double requests_per_second(const SourcePlan& source, double seconds) {
  switch (source.kind) {
    case SourcePlan::Kind::open_loop:
      return planned_arrivals(source.rate, seconds) / seconds *
             (source.batched ? source.batch.mean() : 1);
    case SourcePlan::Kind::replay: {
      const double length =
          source.repeat && source.period > Duration() ? source.period.in_seconds() : seconds;
      return static_cast<double>(source.offsets.size()) * source.copies / length;
    }
    case SourcePlan::Kind::closed_loop:
      return source.users / std::max(1e-3, source.think_time.mean_seconds());
  }
  return 0;
}

}  // namespace

ExpectedLoad expected_load(const Plan& plan) {
  ExpectedLoad load;
  load.calls_per_second.assign(plan.edges.size(), 0);
  load.service_visits.assign(plan.services.size(), 0);
  load.requests.assign(plan.workloads.size(), 0);
  const double seconds = std::max(1e-9, plan.end.since_start().in_seconds());
  for (const SourcePlan& source : plan.sources) {
    if (source.fault == none) {
      load.requests[source.workload] += requests_per_second(source, seconds);
    }
  }
  std::vector<double> fresh(plan.endpoints.size(), 0);
  for (Index w = 0; w < plan.workloads.size(); ++w) {
    const WorkloadPlan& workload = plan.workloads[w];
    double before = 0;
    for (std::size_t i = 0; i < workload.mix_endpoints.size(); ++i) {
      const EndpointId endpoint = workload.mix_endpoints[i];
      const double share = (workload.cumulative_mix[i] - before) / workload.cumulative_mix.back();
      before = workload.cumulative_mix[i];
      fresh[endpoint] += share * load.requests[w];
      const Index edge = workload.edge_of_service[plan.endpoints[endpoint].service];
      expects(edge < workload.edges, "a workload has an edge to each service of its mix");
      load.calls_per_second[workload.first_edge + edge] += share * load.requests[w];
    }
  }
  CallFlow flow = follow_calls(caused_by(plan), std::move(fresh), plan.edges.size());
  load.visits_per_second = std::move(flow.visits);
  for (std::size_t i = 0; i < flow.calls.size(); ++i) load.calls_per_second[i] += flow.calls[i];
  for (Index i = 0; i < plan.endpoints.size(); ++i) {
    load.service_visits[plan.endpoints[i].service] += load.visits_per_second[i];
    load.events_per_second += events_per_visit * load.visits_per_second[i];
  }
  for (const double requests : load.requests) load.events_per_second += requests;
  return load;
}

}  // namespace rehearse
