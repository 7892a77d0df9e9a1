#include "models/run/measure.hpp"

#include <algorithm>
#include <limits>

#include "models/outcomes/metric.hpp"
#include "models/plan/plan.hpp"
#include "sim/decimals.hpp"
#include "sim/expects.hpp"

namespace rehearse {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

Measured added_up(const MetricScope& scope, const IntervalOutcome& interval, bool with_latency) {
  Measured sum;
  const auto add = [&](const auto& requests) {
    sum.counts += requests.counts;
    sum.given += requests.given;
    if (with_latency) sum.latency.merge(requests.latency);
  };
  for (const Index column : scope.endpoint_columns) add(interval.endpoints[column]);
  for (const WorkloadId workload : scope.workloads) add(interval.workloads[workload]);
  for (const ServiceId service : scope.services) sum.services += interval.services[service];
  return sum;
}

/// The highest of the windows that lie in the interval, over the services in scope.
std::optional<double> highest_utilization(const MetricScope& scope, const Outcome& outcome,
                                          const OutcomeLayout& layout,
                                          const OutcomeLayout::IntervalKey& interval) {
  expects(outcome.service_windows.size() == layout.windows * layout.services.size(),
          "an outcome has a sample of each service in each window");
  std::optional<double> highest;
  for (std::size_t w = 0; w < layout.windows; ++w) {
    const Time from = layout.warm_up_end + layout.window * static_cast<std::int64_t>(w);
    const Time to = std::min(from + layout.window, layout.intervals.front().to);
    if (to <= interval.from || from >= interval.to) continue;
    for (const ServiceId service : scope.services) {
      const double value =
          widened(outcome.service_windows[w * layout.services.size() + service].utilization);
      highest = std::max(highest.value_or(value), value);
    }
  }
  return highest;
}

std::optional<double> rollout_ended(const Outcome& outcome, RolloutResult result) {
  if (outcome.rollout == RolloutResult::absent) return std::nullopt;
  return outcome.rollout == result ? 1 : 0;
}

std::optional<double> detection(const Outcome& outcome, const OutcomeLayout& layout) {
  if (layout.is_control || layout.disturbance_from == Time::never()) return std::nullopt;
  Time detected = outcome.rollout_aborted_at.value_or(Time::never());
  for (const AlarmOutcome& alarm : outcome.alarms) {
    detected = std::min(detected, alarm.fired_at.value_or(Time::never()));
  }
  if (detected == Time::never()) return infinite;
  return (detected - layout.disturbance_from).in_seconds();
}

}  // namespace

std::optional<double> measured(const MetricCondition& metric, const Outcome& outcome,
                               const OutcomeLayout& layout, std::size_t index,
                               const LatencySplit* split) {
  expects(index < layout.intervals.size(), "what is measured is an interval of the layout");
  expects(outcome.intervals.size() == layout.intervals.size(),
          "an outcome is measured by the layout that it was made by");
  const MetricScope scope = scope_of(metric, layout);
  const OutcomeLayout::IntervalKey& interval = layout.intervals[index];
  const MetricRow& row = row_of(metric.metric);
  Measured sum =
      added_up(scope, outcome.intervals[index], row.needs == MetricRow::Needs::latencies);
  sum.split = split;
  sum.length = std::min(interval.to, outcome.broke_off) - interval.from;
  if (row.needs == MetricRow::Needs::windows) {
    sum.highest_utilization = highest_utilization(scope, outcome, layout, interval);
  }
  sum.time_to_detect = detection(outcome, layout);
  sum.promoted = rollout_ended(outcome, RolloutResult::completed);
  sum.rolled_back = rollout_ended(outcome, RolloutResult::aborted);
  return row.from_outcome(metric, sum);
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
