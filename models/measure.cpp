#include "models/measure.hpp"

#include <algorithm>
#include <limits>

#include "models/plan.hpp"
#include "sim/decimals.hpp"

namespace rehearse {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

struct Pooled {
  RequestCounts counts;
  GivenAnswers given;
  LatencyHistogram latency;
  ServiceOutcome services;
};

void add(GivenAnswers& sum, const GivenAnswers& part) {
  sum.good += part.good;
  sum.bad += part.bad;
}

Pooled pooled(const MetricScope& scope, const IntervalOutcome& interval, bool with_latency) {
  Pooled sum;
  for (const Index column : scope.endpoint_columns) {
    sum.counts += interval.endpoints[column].counts;
    add(sum.given, interval.endpoints[column].given);
    if (with_latency) sum.latency.merge(interval.endpoints[column].latency);
  }
  for (const Index workload : scope.workloads) {
    sum.counts += interval.workloads[workload].counts;
    add(sum.given, interval.workloads[workload].given);
    if (with_latency) sum.latency.merge(interval.workloads[workload].latency);
  }
  for (const Index index : scope.services) {
    const ServiceOutcome& service = interval.services[index];
    sum.services.busy_millis += service.busy_millis;
    sum.services.capacity_millis += service.capacity_millis;
    sum.services.waiting += service.waiting;
    sum.services.in_system += service.in_system;
    sum.services.instance_time += service.instance_time;
    sum.services.longest_queue = std::max(sum.services.longest_queue, service.longest_queue);
    sum.services.most_in_system = std::max(sum.services.most_in_system, service.most_in_system);
    sum.services.calls += service.calls;
    sum.services.attempts += service.attempts;
  }
  return sum;
}

std::optional<double> ratio(Integral part, Integral whole) {
  if (whole == 0) return std::nullopt;
  return quotient(part, whole);
}

/// Over all requests: one that failed never got what it came for, and counts as infinitely slow, so
/// that failing fast makes no latency better. One of them makes mean and maximum infinite.
std::optional<double> latency_of(const MetricCondition& metric, const Pooled& sum,
                                 const LatencySplit* split) {
  if (sum.latency.count() + sum.counts.errors() == 0) return std::nullopt;
  if (metric.aggregate == Aggregate::quantile) {
    const auto value =
        sum.latency.quantile_with_unfinished(metric.level, sum.counts.errors(), split);
    return value ? value->in_seconds() : infinite;
  }
  if (sum.counts.errors() > 0) return infinite;
  return metric.aggregate == Aggregate::max ? sum.latency.maximum().in_seconds()
                                            : sum.latency.mean_seconds();
}

/// The highest of the windows that lie in the interval, over the services in scope.
std::optional<double> highest_utilization(const MetricScope& scope, const Outcome& outcome,
                                          const OutcomeLayout& layout,
                                          const OutcomeLayout::IntervalKey& interval) {
  std::optional<double> highest;
  for (std::size_t w = 0; w < layout.windows; ++w) {
    const Time from = layout.warm_up_end + layout.window * static_cast<std::int64_t>(w);
    const Time to = std::min(from + layout.window, layout.intervals.front().to);
    if (to <= interval.from || from >= interval.to) continue;
    for (const Index service : scope.services) {
      const double value =
          widened(outcome.service_windows[w * layout.services.size() + service].utilization);
      highest = std::max(highest.value_or(value), value);
    }
  }
  return highest;
}

std::optional<double> rollout_ended(const Outcome& outcome, RolloutResult result) {
  if (outcome.rollout == RolloutResult::none) return std::nullopt;
  return outcome.rollout == result ? 1 : 0;
}

std::optional<double> detection(const Outcome& outcome, const OutcomeLayout& layout) {
  if (layout.is_control || layout.disturbance_from == Time::never()) return std::nullopt;
  const Time detected = std::min(outcome.stopped_at.value_or(Time::never()),
                                 outcome.rollout_aborted_at.value_or(Time::never()));
  if (detected == Time::never()) return infinite;
  return (detected - layout.disturbance_from).in_seconds();
}

}  // namespace

std::optional<double> measured(const MetricCondition& metric, const Outcome& outcome,
                               const OutcomeLayout& layout, std::size_t index,
                               const LatencySplit* split) {
  const MetricScope scope = scope_of(metric, layout);
  const OutcomeLayout::IntervalKey& interval = layout.intervals[index];
  const Pooled sum = pooled(scope, outcome.intervals[index], metric.metric == Metric::latency);
  const RequestCounts& counts = sum.counts;
  const std::uint64_t judged = counts.ok + counts.errors();
  const Duration length = std::min(interval.to, outcome.broke_off) - interval.from;
  const bool anything = counts.arrived + sum.given.good + sum.given.bad > 0;
  const bool maximum = metric.aggregate == Aggregate::max;
  switch (metric.metric) {
    case Metric::latency:
      return latency_of(metric, sum, split);
    case Metric::error_ratio:
      return ratio(counts.errors(), judged);
    case Metric::success_ratio:
      return ratio(counts.ok, judged);
    case Metric::goodput:
      if (!anything || length <= Duration()) return std::nullopt;
      return per_second(sum.given.good, length);
    case Metric::throughput:
      if (!anything || length <= Duration()) return std::nullopt;
      return per_second(sum.given.good + sum.given.bad, length);
    case Metric::attempts_per_request:
      return ratio(sum.services.attempts, sum.services.calls);
    case Metric::utilization:
      if (sum.services.capacity_millis == 0) return std::nullopt;
      return maximum ? highest_utilization(scope, outcome, layout, interval)
                     : ratio(sum.services.busy_millis, sum.services.capacity_millis);
    case Metric::queue_length:
      if (sum.services.instance_time == 0) return std::nullopt;
      return maximum ? static_cast<double>(sum.services.longest_queue)
                     : ratio(sum.services.waiting, sum.services.instance_time);
    case Metric::in_system:
      if (sum.services.instance_time == 0) return std::nullopt;
      return maximum ? static_cast<double>(sum.services.most_in_system)
                     : ratio(sum.services.in_system, sum.services.instance_time);
    case Metric::time_to_detect:
      return detection(outcome, layout);
    case Metric::promoted:
      return rollout_ended(outcome, RolloutResult::completed);
    case Metric::rolled_back:
      return rollout_ended(outcome, RolloutResult::aborted);
  }
  return std::nullopt;
}

Judgement judge(const ObjectiveSpec& objective, const Outcome& outcome, const OutcomeLayout& layout,
                std::size_t interval, const LatencySplit* split) {
  const std::optional<double> value = measured(objective.expect, outcome, layout, interval, split);
  if (!value) return Judgement::no_data;
  if (!holds(*value, objective.expect.comparison, objective.expect.threshold)) {
    return Judgement::missed;
  }
  // A run that broke off, or a fault that found nobody, has not shown what was to be shown.
  const bool shown = !outcome.capped && outcome.faults_without_target == 0;
  return shown ? Judgement::met : Judgement::no_data;
}

}  // namespace rehearse
