#include <algorithm>
#include <utility>

#include "models/checks/target_counts.hpp"
#include "models/control/run.hpp"
#include "sim/decimals.hpp"

namespace rehearse {

/// Performs steps up to the next pause.
void Run::rollout_step() {
  const RolloutPlan& plan = *plan_->rollout;
  if (outcome_.rollout != RolloutResult::absent) return;
  if (!rollout_.running) {
    rollout_.running = true;
    for (Index i = 0; i < plan.spec.analysis.size(); ++i) {
      agenda_.add(now_ + plan.spec.analysis[i].initial_delay, AgendaItem::Kind::analysis, i);
    }
  }
  while (rollout_.step < plan.spec.steps.size()) {
    const RolloutStep& step = plan.spec.steps[rollout_.step++];
    if (const auto* pause = std::get_if<Pause>(&step)) {
      agenda_.add(now_ + pause->duration, AgendaItem::Kind::rollout_step);
      return;
    }
    set_canary_weight(std::get<SetWeight>(step).percent);
  }
  end_rollout(RolloutResult::completed);
}

void Run::set_canary_weight(double percent) {
  const RolloutPlan& plan = *plan_->rollout;
  const ServicePlan& service = plan_->services[plan.service];
  surroundings_.canary_share = fraction_of_percent(percent);
  const std::uint64_t counted =
      count_canaries(plan.spec, static_cast<int>(service.stable_instances), percent);
  const std::uint64_t wanted = percent == 0 ? 0 : counted;
  const Index first = service.first_instance + service.stable_instances;
  for (Index i = 0; i < service.canary_instances; ++i) {
    Instance& canary = hosts_.instances[first + i];
    canary.wanted = i < wanted;
    canary.started = canary.started || canary.wanted;
    live_or_die(first + i);
  }
  list_instances(plan.service);
}

/// A completed rollout leaves only the canary with traffic; an aborted one only the stable version.
void Run::end_rollout(RolloutResult result) {
  const ServicePlan& service = plan_->services[plan_->rollout->service];
  outcome_.rollout = result;
  rollout_.running = false;
  if (result == RolloutResult::aborted) {
    outcome_.rollout_aborted_at = now_;
    set_canary_weight(0);
    return;
  }
  set_canary_weight(100);
  for (Index i = 0; i < service.stable_instances; ++i) {
    hosts_.instances[service.first_instance + i].wanted = false;
  }
  list_instances(plan_->rollout->service);
}

void Run::scrape(Index index) {
  const WatchPlan& plan = plan_->watches[index];
  Scrape seen;
  seen.time = now_;
  for (Recorder& recorder : recorders()) {
    seen.counters += scraped_counters(plan, recorder);
    seen.latencies.merge(recorder.watched(index).histogram());
    recorder.watched(index).clear();
    seen.split.at_or_below += std::exchange(recorder.watched_split(index).at_or_below, 0);
  }
  seen.gauge = gauge(plan);
  watches_[index].add(std::move(seen));
  agenda_.add(now_ + plan.scrape.interval, AgendaItem::Kind::scrape, index);
}

Counters Run::scraped_counters(const WatchPlan& watch, const Recorder& recorder) const {
  Counters sum;
  if (watch.condition.metric == Metric::attempts_per_request) {
    for (const Index service : watch.scope.services) sum += recorder.service_total(service);
    return sum;
  }
  for (const Index column : watch.scope.endpoint_columns) sum += recorder.endpoint_total(column);
  for (const Index workload : watch.scope.workloads) sum += recorder.workload_total(workload);
  return sum;
}

/// What an exporter would show at this instant, over the listed instances in scope.
double Run::gauge(const WatchPlan& watch) const {
  double sum = 0;
  double whole = 0;
  double largest = 0;
  for (const Index index : watch.scope.services) {
    const ServicePlan& service = plan_->services[index];
    const Index count = service.stable_instances + service.canary_instances;
    const bool unlimited = service.cores == 0 && service.workers == none;
    if (watch.condition.metric == Metric::utilization && unlimited) continue;
    for (Index i = service.first_instance; i < service.first_instance + count; ++i) {
      const Instance& instance = hosts_.instances[i];
      if (!instance.listed) continue;
      double part = 0;
      double of = 1;
      if (watch.condition.metric == Metric::utilization) {
        if (service.cores > 0) {
          of = service.cores;
          part = std::min(service.cores, static_cast<double>(instance.cores.running));
        } else {
          of = service.workers;
          part = instance.busy;
        }
      } else {
        part =
            watch.condition.metric == Metric::queue_length ? instance.waiting : instance.in_system;
      }
      sum += part;
      whole += of;
      largest = std::max(largest, part / of);
    }
  }
  if (watch.condition.aggregate == Aggregate::max) return largest;
  return whole > 0 ? sum / whole : 0;
}

void Run::evaluate_analysis(Index index) {
  if (!rollout_.running) return;
  const AnalysisSpec& spec = plan_->rollout->spec.analysis[index];
  const std::optional<bool> failed =
      watches_[plan_->rollout->analysis_watches[index]].holds_at(now_);
  if (!failed) {
    ++outcome_.analyses_without_data;
  } else if (*failed && ++rollout_.failures[index] > spec.failure_limit) {
    end_rollout(RolloutResult::aborted);
    return;
  }
  agenda_.add(now_ + spec.interval, AgendaItem::Kind::analysis, index);
}

void Run::evaluate_stop(Index index) {
  const Index watch = plan_->stop_watches[index];
  const std::optional<bool> holding = watches_[watch].holds_at(now_);
  std::optional<Time>& since = stop_holding_since_[index];
  if (!holding.value_or(false)) {
    since.reset();
  } else if (!since) {
    since = now_;
  }
  // An alarm before the experiment began says nothing about it, nor does one that rings on from
  // then: only one that begins to ring has noticed anything.
  AlarmOutcome& alarm = outcome_.alarms[index];
  const bool rings = since && now_ - *since >= plan_->stop_for[index];
  const bool rang = ringing_[index];
  ringing_[index] = rings;
  const bool begun = now_ >= std::min(plan_->layout.disturbance_from, plan_->end);
  if (rings && !begun) alarm.rang_before = true;
  if (rings && begun && !rang) {
    alarm.fired_at = now_;
    stop_experiment();
    return;
  }
  agenda_.add(now_ + plan_->watches[watch].scrape.interval, AgendaItem::Kind::stop_condition,
              index);
}

void Run::stop_experiment() {
  if (outcome_.stopped_at) return;
  outcome_.stopped_at = now_;
  for (Index fault = 0; fault < surroundings_.faults.size(); ++fault) {
    fault_ends(fault);
    surroundings_.faults[fault].cancelled = true;
  }
  // What has not begun yet never will.
  for (Index source = 0; source < hosts_.sources.size(); ++source) {
    if (plan_->sources[source].fault != none) hosts_.sources[source].stopped = true;
  }
  if (plan_->rollout && outcome_.rollout == RolloutResult::absent) {
    end_rollout(RolloutResult::aborted);
  }
}

}  // namespace rehearse
