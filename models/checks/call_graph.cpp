#include "models/checks/call_graph.hpp"

#include <algorithm>
#include <utility>

#include "sim/expects.hpp"
#include "sim/random/law.hpp"

namespace rehearse {
namespace {

double mean_of(const CountLawSpec& count) {
  if (count.kind != CountLawSpec::Kind::empirical) return count.mean;
  double sum = 0;
  double weighted = 0;
  for (std::size_t i = 0; i < count.weights.size(); ++i) {
    sum += count.weights[i];
    weighted += count.weights[i] * static_cast<double>(i);
  }
  return sum > 0 ? weighted / sum : 0;
}

/// Adds up the calls and steps of one endpoint.
class StepCounter {
 public:
  explicit StepCounter(const CallGraph& graph) : graph_(graph) {}

  /// One behaviour, of which `share` of the visits are.
  void count_behaviour(const StepSequence& steps, double share) {
    met_.clear();
    count(steps, Place{share, Manner::awaited, false});
  }
  std::vector<MeanCall> take() { return std::move(calls_); }
  double steps() const { return steps_; }

 private:
  /// Where in a behaviour a step stands.
  struct Place {
    double times = 0;
    Manner manner = Manner::awaited;
    bool repeated = false;
  };
  using Target = std::pair<std::size_t, Manner>;

  static Place within(Place place, Manner manner) {
    if (place.manner != Manner::fallback) place.manner = manner;
    return place;
  }

  void add_call(const EndpointName& endpoint, double probability, const Place& place) {
    const std::optional<std::size_t> to = graph_.find(endpoint);
    if (!to) return;
    const Target target(*to, place.manner);
    const auto [index, is_new] = index_.emplace(target, calls_.size());
    if (is_new) calls_.push_back(MeanCall{*to, place.manner, 0, true});
    MeanCall& call = calls_[index->second];
    call.times += place.times * probability;
    const bool again = !met_.emplace(target, true).second;
    if (again || place.repeated) call.at_most_once = false;
  }
  void count(const StepSequence& sequence, const Place& place) {
    for (const StepSpec& step : sequence) count(step, place);
  }
  void count(const StepSpec& step, const Place& place) {
    if (place.manner != Manner::fallback) steps_ += place.times;
    if (const auto* call = std::get_if<CallSpec>(&step.action)) {
      add_call(call->endpoint, call->probability, place);
      // Taken after failures only, and those are not expected.
      count(call->fallback, within(place, Manner::fallback));
    } else if (const auto* spawn = std::get_if<SpawnSpec>(&step.action)) {
      add_call(spawn->endpoint, spawn->probability, within(place, Manner::spawned));
    } else if (const auto* repeat = std::get_if<RepeatSpec>(&step.action)) {
      const double times = place.times * mean_of(repeat->count);
      count(repeat->steps, Place{times, place.manner, true});
    } else if (const auto* parallel = std::get_if<ParallelSpec>(&step.action)) {
      const bool alone = parallel->branches.size() == 1;
      const Place branch_place = alone ? place : within(place, Manner::parallel);
      for (const StepSequence& branch : parallel->branches) count(branch, branch_place);
    }
  }

  const CallGraph& graph_;
  std::vector<MeanCall> calls_;
  std::map<Target, std::size_t> index_;  // into `calls_`
  std::map<Target, bool> met_;           // in this behaviour
  double steps_ = 0;
};

/// An endpoint whose calls are being drawn.
struct OpenEndpoint {
  std::size_t endpoint;
  std::size_t next_call;
};

}  // namespace

std::optional<std::size_t> CallGraph::find(const EndpointName& name) const {
  const auto place = std::lower_bound(endpoints.begin(), endpoints.end(), name);
  if (place == endpoints.end() || *place != name) return std::nullopt;
  return static_cast<std::size_t>(place - endpoints.begin());
}

CallGraph call_graph_of(const ModelSpec& model) {
  CallGraph graph;
  for (const auto& [name, service] : model.services) {
    for (const auto& [operation, endpoint] : service.endpoints) {
      graph.endpoints.push_back(EndpointName{name, operation});
    }
  }
  expects(std::is_sorted(graph.endpoints.begin(), graph.endpoints.end()),
          "endpoints are found by their order");
  for (const auto& [name, service] : model.services) {
    for (const auto& [operation, endpoint] : service.endpoints) {
      double weights = 0;
      for (const BehaviourSpec& behaviour : endpoint.behaviours) weights += behaviour.weight;
      StepCounter counter(graph);
      for (const BehaviourSpec& behaviour : endpoint.behaviours) {
        if (weights > 0) counter.count_behaviour(behaviour.steps, behaviour.weight / weights);
      }
      graph.steps.push_back(counter.steps());
      graph.calls.push_back(counter.take());
    }
  }
  expects(graph.calls.size() == graph.endpoints.size(), "each endpoint has its calls counted");
  return graph;
}

CausedByVisit caused_by(const CallGraph& graph) {
  CausedByVisit caused;
  for (const std::vector<MeanCall>& calls : graph.calls) {
    std::map<std::size_t, double> times;
    for (const MeanCall& call : calls) {
      if (call.manner != Manner::fallback) times[call.to] += call.times;
    }
    std::vector<CausedVisits>& visits = caused.emplace_back();
    for (const auto& [to, sum] : times) {
      if (sum > 0) visits.push_back(CausedVisits{to, sum, 0});
    }
  }
  return caused;
}

std::map<EndpointName, double> shares_asked(const WorkloadSpec& workload) {
  std::map<EndpointName, double> shares;
  double from_mix = 1;
  if (const auto* replay = std::get_if<ReplaySpec>(&workload.arrivals)) {
    const auto all = static_cast<double>(std::max<std::size_t>(1, replay->arrivals.size()));
    for (const ReplaySpec::Arrival& arrival : replay->arrivals) {
      const auto endpoint = parse_endpoint(arrival.endpoint);
      if (!endpoint) continue;
      shares[*endpoint] += 1 / all;
      from_mix -= 1 / all;
    }
  }
  double weights = 0;
  for (const auto& [endpoint, weight] : workload.mix) weights += weight;
  if (weights <= 0 || from_mix <= 1e-9) return shares;
  for (const auto& [endpoint, weight] : workload.mix) {
    shares[endpoint] += from_mix * weight / weights;
  }
  return shares;
}

std::optional<double> arrival_rate(const ArrivalsSpec& arrivals) {
  if (const auto* poisson = std::get_if<PoissonSpec>(&arrivals)) return poisson->rate.per_second;
  if (const auto* batch = std::get_if<BatchSpec>(&arrivals)) {
    return batch->rate.per_second * mean_of(batch->size);
  }
  const auto* replay = std::get_if<ReplaySpec>(&arrivals);
  if (replay == nullptr || !replay->repeat || replay->period <= Duration()) return std::nullopt;
  return static_cast<double>(replay->arrivals.size()) / replay->period.in_seconds();
}

std::vector<CallTreeLine> call_tree(const CallGraph& graph, std::size_t root,
                                    std::vector<CallTreeLine::Seen>& seen) {
  expects(root < graph.endpoints.size() && seen.size() == graph.endpoints.size(),
          "the root of a tree is an endpoint of its graph");
  using Seen = CallTreeLine::Seen;
  std::vector<CallTreeLine> lines = {CallTreeLine{0, root, {}, {}, seen[root]}};
  std::vector<OpenEndpoint> open;
  const auto begin = [&](std::size_t endpoint) {
    if (seen[endpoint] != Seen::never) return;
    seen[endpoint] = Seen::cycle;
    open.push_back(OpenEndpoint{endpoint, 0});
  };
  begin(root);
  while (!open.empty()) {
    const std::size_t caller = open.back().endpoint;
    if (open.back().next_call == graph.calls[caller].size()) {
      seen[caller] = Seen::above;
      open.pop_back();
      continue;
    }
    const MeanCall& call = graph.calls[caller][open.back().next_call++];
    lines.push_back(CallTreeLine{open.size(), call.to, caller, call, seen[call.to]});
    begin(call.to);
  }
  return lines;
}

}  // namespace rehearse
