#include "models/outcomes/metric.hpp"

#include <algorithm>
#include <limits>

#include "sim/decimals.hpp"
#include "sim/expects.hpp"

namespace rehearse {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

std::optional<double> quotient_if_any(Integral part, Integral whole) {
  if (whole == 0) return std::nullopt;
  return quotient(part, whole);
}

/// Over all requests: one that failed never got what it came for, and counts as infinitely slow, so
/// that failing fast makes no latency better. One of them makes mean and maximum infinite.
std::optional<double> latency_of(const MetricCondition& metric, const Measured& sum) {
  if (sum.latency.count() + sum.counts.errors() == 0) return std::nullopt;
  if (metric.aggregate == Aggregate::quantile) {
    const auto value =
        sum.latency.quantile_with_unfinished(metric.level, sum.counts.errors(), sum.split);
    return value ? value->in_seconds() : infinite;
  }
  if (sum.counts.errors() > 0) return infinite;
  return metric.aggregate == Aggregate::max ? sum.latency.maximum().in_seconds()
                                            : sum.latency.mean_seconds();
}

std::optional<double> rate_of(std::uint64_t answers, const Measured& sum) {
  const bool anything = sum.counts.arrived + sum.given.good + sum.given.bad > 0;
  if (!anything || sum.length <= Duration()) return std::nullopt;
  return per_second(answers, sum.length);
}

std::optional<double> utilization_of(const MetricCondition& metric, const Measured& sum) {
  if (sum.services.capacity_millis == 0) return std::nullopt;
  return metric.aggregate == Aggregate::max
             ? sum.highest_utilization
             : quotient_if_any(sum.services.busy_millis, sum.services.capacity_millis);
}

std::optional<double> crowd_of(const MetricCondition& metric, const Measured& sum,
                               Integral over_time, std::uint64_t most) {
  if (sum.services.instance_time == 0) return std::nullopt;
  return metric.aggregate == Aggregate::max
             ? static_cast<double>(most)
             : quotient_if_any(over_time, sum.services.instance_time);
}

std::optional<double> scraped_latency(const MetricCondition& metric, const Scraped& scraped) {
  expects(scraped.length > Duration(), "two scrapes are some time apart");
  const LatencyHistogram& latencies = scraped.latencies;
  if (latencies.count() == 0) return std::nullopt;
  switch (metric.aggregate) {
    case Aggregate::mean:
      return latencies.mean_seconds();
    case Aggregate::max:
      return latencies.maximum().in_seconds();
    default:
      return latencies.quantile_with_unfinished(metric.level, 0, &scraped.split)->in_seconds();
  }
}

std::optional<double> gauge_of(const MetricCondition& metric, const Scraped& scraped) {
  return metric.aggregate == Aggregate::max ? scraped.highest_gauge : scraped.mean_gauge;
}

using Condition = const MetricCondition&;
using Outcomes = const Measured&;
using Scrapes = const Scraped&;
using Value = std::optional<double>;
using Row = MetricRow;
using enum MetricRow::Needs;
constexpr auto by_whom = Row::Labels::who;
constexpr auto by_service = Row::Labels::service;
constexpr auto of_all = Row::Labels::nobody;
constexpr auto alone = Row::Aggregates::alone;
constexpr auto mean_max = Row::Aggregates::mean_max;

constexpr std::array<MetricRow, metric_count> rows = {{
    {Metric::latency, "latency", "From the arrival to the good answer.", Row::Unit::seconds,
     by_whom, Row::Aggregates::quantile_mean_max, latencies, latency_of, scraped_latency},
    {Metric::error_ratio, "error_ratio", "Failed, refused, aborted, lost or unanswered, over all.",
     Row::Unit::ratio, by_whom, alone, counters,
     [](Condition, Outcomes o) -> Value {
       return quotient_if_any(o.counts.errors(), o.counts.ok + o.counts.errors());
     },
     [](Condition, Scrapes s) -> Value { return quotient_if_any(s.seen.errors, s.seen.finished); }},
    {Metric::success_ratio, "success_ratio", "One less the error ratio.", Row::Unit::ratio, by_whom,
     alone, counters,
     [](Condition, Outcomes o) -> Value {
       return quotient_if_any(o.counts.ok, o.counts.ok + o.counts.errors());
     },
     [](Condition, Scrapes s) -> Value {
       return quotient_if_any(s.seen.finished - s.seen.errors, s.seen.finished);
     }},
    {Metric::goodput, "goodput", "Good answers per second.", Row::Unit::per_second, by_whom, alone,
     counters, [](Condition, Outcomes o) -> Value { return rate_of(o.given.good, o); },
     [](Condition, Scrapes s) -> Value {
       return per_second(s.seen.finished - s.seen.errors, s.length);
     }},
    {Metric::throughput, "throughput", "Answers per second.", Row::Unit::per_second, by_whom, alone,
     counters,
     [](Condition, Outcomes o) -> Value { return rate_of(o.given.good + o.given.bad, o); },
     [](Condition, Scrapes s) -> Value { return per_second(s.seen.finished, s.length); }},
    {Metric::attempts_per_request, "attempts_per_request",
     "Attempts over calls: the amplification by retries.", Row::Unit::number, by_service, alone,
     counters,
     [](Condition, Outcomes o) -> Value {
       return quotient_if_any(o.services.attempts, o.services.calls);
     },
     [](Condition, Scrapes s) -> Value {
       return quotient_if_any(s.seen.attempts(), s.seen.calls);
     }},
    {Metric::utilization, "utilization", "Busy workers (or cores) over all.", Row::Unit::ratio,
     by_service, mean_max, windows, utilization_of, gauge_of},
    {Metric::queue_length, "queue_length", "Jobs waiting.", Row::Unit::number, by_service, mean_max,
     counters,
     [](Condition c, Outcomes o) -> Value {
       return crowd_of(c, o, o.services.waiting, o.services.longest_queue);
     },
     gauge_of},
    {Metric::in_system, "in_system", "Jobs waiting or served.", Row::Unit::number, by_service,
     mean_max, counters,
     [](Condition c, Outcomes o) -> Value {
       return crowd_of(c, o, o.services.in_system, o.services.most_in_system);
     },
     gauge_of},
    {Metric::time_to_detect, "time_to_detect",
     "From the first fault or rollout to the first alarm or abort.", Row::Unit::seconds, of_all,
     alone, counters, [](Condition, Outcomes o) -> Value { return o.time_to_detect; }, nullptr},
    {Metric::promoted, "promoted", "1 where the rollout completed, else 0.", Row::Unit::truth,
     of_all, alone, rollout, [](Condition, Outcomes o) -> Value { return o.promoted; }, nullptr},
    {Metric::rolled_back, "rolled_back", "1 where the rollout was aborted, else 0.",
     Row::Unit::truth, of_all, alone, rollout,
     [](Condition, Outcomes o) -> Value { return o.rolled_back; }, nullptr},
    {Metric::requests_hung, "requests_hung", "Requests without an answer when the run ended.",
     Row::Unit::number, by_whom, alone, counters,
     [](Condition, Outcomes o) -> Value {
       if (o.counts.arrived == 0) return std::nullopt;
       return static_cast<double>(o.counts.unfinished);
     },
     nullptr},
}};
static_assert(lists_every(rows, &MetricRow::metric));
static_assert(std::all_of(rows.begin(), rows.end(),
                          [](const MetricRow& row) { return row.from_outcome != nullptr; }),
              "an objective may be about any metric");
static_assert(std::all_of(rows.begin(), rows.end(),
                          [](const MetricRow& row) {
                            return row.needs != windows || row.labels == by_service;
                          }),
              "only services have windows to be measured by");

}  // namespace

const std::array<MetricRow, metric_count>& metric_rows() {
  return rows;
}

const MetricRow& row_of(Metric metric) {
  expects(static_cast<std::size_t>(metric) < rows.size(),
          "a metric is one of those that there are");
  return rows[static_cast<std::size_t>(metric)];
}

std::string_view unit_word(MetricRow::Unit unit) {
  switch (unit) {
    case Row::Unit::seconds:
      return "s";
    case Row::Unit::per_second:
      return "1/s";
    case Row::Unit::ratio:
    case Row::Unit::truth:
    case Row::Unit::number:
      break;
  }
  return "1";
}

}  // namespace rehearse
