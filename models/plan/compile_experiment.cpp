#include "models/plan/compile_experiment.hpp"

#include <algorithm>

#include "models/plan/compile_services.hpp"
#include "sim/decimals.hpp"
#include "sim/duration_text.hpp"
#include "sim/expects.hpp"
#include "sim/hash.hpp"

namespace rehearse {
namespace {

/// So often a run is asked: rarely enough to cost nothing, often enough that a drain ends soon.
constexpr std::int64_t heartbeats = 256;

/// From the first start to the last end of faults and rollout, as planned.
OutcomeLayout::IntervalKey planned_disturbance(const ExperimentSpec& experiment) {
  OutcomeLayout::IntervalKey interval{"fault", Time::never(), Time()};
  const auto cover = [&](Duration from, Duration to) {
    interval.from = std::min(interval.from, Time::after_start(from));
    interval.to = std::max(interval.to, Time::after_start(to));
  };
  for (const FaultSpec& fault : experiment.faults) cover(fault.at, fault.at + fault.duration);
  if (experiment.rollout) {
    Duration end = experiment.rollout->at;
    for (const RolloutStep& step : experiment.rollout->steps) {
      if (const auto* pause = std::get_if<Pause>(&step)) end += pause->duration;
    }
    cover(experiment.rollout->at, end);
  }
  return interval;
}

OutcomeLayout::IntervalKey resolved(const IntervalSpec& spec, const OutcomeLayout::IntervalKey& run,
                                    const OutcomeLayout::IntervalKey& disturbance) {
  OutcomeLayout::IntervalKey key = run;
  switch (spec.kind) {
    case IntervalSpec::Kind::run:
      return run;
    case IntervalSpec::Kind::fault:
      key = disturbance;
      break;
    case IntervalSpec::Kind::after:
      key = {"after", disturbance.to, run.to};
      break;
    case IntervalSpec::Kind::custom:
      key = {duration_text(spec.from) + " to " + duration_text(spec.to),
             Time::after_start(spec.from), Time::after_start(spec.to)};
      break;
  }
  key.from = std::clamp(key.from, run.from, run.to);
  key.to = std::clamp(key.to, key.from, run.to);
  return key;
}

void compile_intervals(const ExperimentSpec& experiment, Plan& plan) {
  OutcomeLayout& layout = plan.layout;
  const OutcomeLayout::IntervalKey run{"run", Time::after_start(experiment.warm_up),
                                       Time::after_start(experiment.duration)};
  expects(run.from < run.to, "a run lasts longer than its warm-up");
  expects(experiment.window > Duration(), "a window takes time");
  const OutcomeLayout::IntervalKey disturbance = planned_disturbance(experiment);
  layout.intervals = {run};
  if (disturbance.from < run.to) {
    layout.intervals.push_back(resolved({IntervalSpec::Kind::fault, {}, {}}, run, disturbance));
  }
  layout.disturbance_from = disturbance.from;
  layout.disturbance_to = disturbance.to;
  layout.is_control = experiment.is_control;
  for (const ObjectiveSpec& objective : experiment.objectives) {
    const auto key = resolved(objective.over, run, disturbance);
    const auto same =
        std::find_if(layout.intervals.begin(), layout.intervals.end(), [&](const auto& known) {
          return known.name == key.name && known.from == key.from && known.to == key.to;
        });
    layout.objective_intervals.push_back(static_cast<std::size_t>(same - layout.intervals.begin()));
    if (same == layout.intervals.end()) layout.intervals.push_back(key);
  }
  layout.warm_up_end = run.from;
  layout.window = experiment.window;
  layout.windows = static_cast<std::size_t>(
      (run.to - run.from + experiment.window - Duration::nanoseconds(1)) / experiment.window);
  plan.end = run.to;
  plan.most_in_flight = experiment.most_in_flight;
  plan.drain_limit = run.to + experiment.duration;
  plan.heartbeat =
      std::max(Duration::nanoseconds(1),
               Duration::nanoseconds(experiment.duration.in_nanoseconds() / heartbeats));
}

void compile_boundaries(Plan& plan) {
  for (const auto& interval : plan.layout.intervals) {
    plan.boundaries.push_back(interval.from);
    plan.boundaries.push_back(interval.to);
  }
  std::sort(plan.boundaries.begin(), plan.boundaries.end());
  plan.boundaries.erase(std::unique(plan.boundaries.begin(), plan.boundaries.end()),
                        plan.boundaries.end());
  for (const auto& interval : plan.layout.intervals) {
    auto& covered = plan.elementary_of_interval.emplace_back();
    for (Index e = 0; e + 1 < plan.boundaries.size(); ++e) {
      if (plan.boundaries[e] >= interval.from && plan.boundaries[e + 1] <= interval.to) {
        covered.push_back(e);
      }
    }
  }
}

/// As long as those of a recording. Of a run so long (weeks, of many services) that there would be
/// too many, the highest of some neighbours is kept: the average of them would hide a short peak.
void compile_load_windows(Plan& plan) {
  constexpr std::size_t most_samples = 4 << 20;  // all services and groups together
  constexpr std::size_t fewest_kept = 3'600;
  const bool in_doubt = std::any_of(plan.services.begin(), plan.services.end(),
                                    [](const ServicePlan& s) { return s.limit_is_assumed; });
  if (!in_doubt) return;
  OutcomeLayout& layout = plan.layout;
  const Duration measured = layout.intervals.front().to - layout.intervals.front().from;
  const auto rounded_up = [](std::size_t all, std::size_t part) { return (all + part - 1) / part; };
  const Duration one = Duration::nanoseconds(1);
  const auto windows =
      static_cast<std::size_t>((measured + recorded_load_window - one) / recorded_load_window);
  const std::size_t series = plan.services.size() * load_groups;
  layout.load_windows_merged = rounded_up(windows, std::max(fewest_kept, most_samples / series));
  layout.load_windows = rounded_up(windows, layout.load_windows_merged);
}

void compile_thresholds(const ExperimentSpec& experiment, Plan& plan) {
  for (Index i = 0; i < experiment.objectives.size(); ++i) {
    const MetricCondition& condition = experiment.objectives[i].expect;
    if (condition.metric != Metric::latency || condition.aggregate != Aggregate::quantile) continue;
    plan.thresholds.push_back({i, latency_limit(condition), scope_of(condition, plan.layout)});
  }
}

bool matches(const std::string& filter, const std::string& value) {
  return filter.empty() || filter == value;
}

/// Which edges are of services that a fault may meet.
std::vector<std::uint8_t> edges_of(const std::vector<InstanceId>& candidates, const Plan& plan) {
  std::vector<std::uint8_t> edges(plan.edges.size(), 0);
  for (const InstanceId instance : candidates) {
    const ServicePlan& service = plan.services[plan.instances[instance].service];
    std::fill_n(edges.begin() + service.first_edge, service.edges, 1);
  }
  return edges;
}

/// Which edges are of a caller of this name; all of them, where there is no name.
std::vector<std::uint8_t> edges_of(const std::string& caller, const Plan& plan) {
  std::vector<std::uint8_t> edges(plan.edges.size(), caller.empty());
  const auto mark = [&](const auto& host) {
    if (host.name != caller) return;
    for (EdgeId edge = host.first_edge; edge < host.first_edge + host.edges; ++edge)
      edges[edge] = 1;
  };
  for (const ServicePlan& service : plan.services) mark(service);
  for (const WorkloadPlan& workload : plan.workloads) mark(workload);
  return edges;
}

void add_effects(const FaultSpec& spec, const Plan& plan, FaultPlan& fault) {
  const auto add = [&](const auto& kind) {
    if constexpr (requires { kind.at_door(); }) fault.door = kind.at_door();
    if constexpr (requires { kind.on_links(); }) fault.link = kind.on_links();
  };
  std::visit(add, spec.kind);
  if (!fault.link) return;
  fault.disturbs =
      fault.link->stall ? edges_of(fault.candidates, plan) : edges_of(spec.target.caller, plan);
}

std::vector<InstanceId> candidates_of(const TargetSpec& target, const Plan& plan) {
  std::vector<InstanceId> candidates;
  for (InstanceId i(0); i < plan.instances.size(); ++i) {
    const InstancePlan& instance = plan.instances[i];
    if (matches(target.service, plan.services[instance.service].name) &&
        matches(target.zone, instance.zone) && matches(target.host, instance.host) &&
        matches(target.version, instance.canary ? "canary" : "stable")) {
      candidates.push_back(i);
    }
  }
  return candidates;
}

FaultPlan compiled(const FaultSpec& spec, const Plan& plan) {
  FaultPlan fault;
  fault.spec = spec;
  fault.purpose = hash_of("fault " + spec.name);
  if (!spec.target.operation.empty()) {
    fault.endpoint = endpoint_index(plan, {spec.target.service, spec.target.operation});
  }
  if (!targets_of(spec.kind).workload) fault.candidates = candidates_of(spec.target, plan);
  add_effects(spec, plan, fault);
  return fault;
}

Index add_watch(const MetricCondition& condition, const ScrapeSpec& scrape, Duration window,
                Plan& plan) {
  plan.watches.push_back({condition, scope_of(condition, plan.layout), scrape, window});
  return static_cast<Index>(plan.watches.size() - 1);
}

}  // namespace

MetricScope scope_of(const MetricCondition& condition, const OutcomeLayout& layout) {
  const MetricLabels& labels = condition.labels;
  MetricScope scope;
  const bool anybody = labels.workload.empty() && labels.service.empty() &&
                       labels.endpoint.empty() && labels.version.empty();
  for (WorkloadId i(0); i < layout.workloads.size(); ++i) {
    if (anybody || (!labels.workload.empty() && layout.workloads[i] == labels.workload)) {
      scope.workloads.push_back(i);
    }
  }
  for (Index i = 0; i < layout.endpoints.size() && !anybody && labels.workload.empty(); ++i) {
    const auto& key = layout.endpoints[i];
    if (matches(labels.service, key.name.service) && matches(labels.endpoint, key.name.text()) &&
        matches(labels.version, key.version)) {
      scope.endpoint_columns.push_back(i);
    }
  }
  const std::string service = labels.endpoint.substr(0, labels.endpoint.find('/'));
  for (ServiceId i(0); i < layout.services.size(); ++i) {
    if (matches(labels.service, layout.services[i]) && matches(service, layout.services[i])) {
      scope.services.push_back(i);
    }
  }
  return scope;
}

void compile_experiment(const ExperimentSpec& experiment, Plan& plan) {
  expects(plan.layout.intervals.empty(), "a plan is for one experiment");
  compile_intervals(experiment, plan);
  compile_boundaries(plan);
  compile_load_windows(plan);
  compile_thresholds(experiment, plan);
  if (!experiment.is_control) {
    for (const FaultSpec& fault : experiment.faults) plan.faults.push_back(compiled(fault, plan));
  }
  if (experiment.rollout && !experiment.is_control) {
    RolloutPlan rollout{*experiment.rollout,
                        service_index(plan, experiment.rollout->service),
                        fraction_of_percent(experiment.rollout->error_percent_added),
                        {}};
    for (const AnalysisSpec& analysis : experiment.rollout->analysis) {
      rollout.analysis_watches.push_back(
          add_watch(analysis.failure_condition, analysis.scrape, analysis.window, plan));
    }
    plan.rollout = std::move(rollout);
  }
  for (const StopConditionSpec& stop : experiment.stop_conditions) {
    const Index watch = add_watch(stop.when, stop.scrape, stop.window, plan);
    plan.stop_conditions.push_back({watch, stop.for_duration, stop.action});
    plan.layout.alarms.push_back(stop.when.text);
  }
}

}  // namespace rehearse
