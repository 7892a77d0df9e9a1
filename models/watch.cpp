#include "models/watch.hpp"

#include <algorithm>

#include "sim/decimals.hpp"

namespace rehearse {
namespace {

std::optional<double> ratio(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return std::nullopt;
  return quotient(part, whole);
}

std::optional<double> from_histogram(const LatencyHistogram& latencies, const LatencySplit& split,
                                     const MetricCondition& condition) {
  if (latencies.count() == 0) return std::nullopt;
  switch (condition.aggregate) {
    case Aggregate::mean:
      return latencies.mean_seconds();
    case Aggregate::max:
      return latencies.maximum().in_seconds();
    default:
      return latencies.quantile_with_unfinished(condition.level, 0, &split)->in_seconds();
  }
}

}  // namespace

Counters& Counters::operator+=(const Counters& other) {
  arrived += other.arrived;
  finished += other.finished;
  errors += other.errors;
  calls += other.calls;
  retries += other.retries;
  return *this;
}

Counters Counters::operator-(const Counters& other) const {
  return {arrived - other.arrived, finished - other.finished, errors - other.errors,
          calls - other.calls, retries - other.retries};
}

void Watch::add(Scrape scrape) {
  // One more than the window holds stays behind: it is where the window starts.
  const Time oldest_useful =
      scrape.time - (plan_->window + plan_->scrape.delay + plan_->scrape.interval * 2);
  while (scrapes_.size() > 2 && scrapes_[1].time < oldest_useful) scrapes_.pop_front();
  scrapes_.push_back(std::move(scrape));
}

std::optional<double> Watch::value(Time now) const {
  std::size_t newest = scrapes_.size();
  while (newest > 0 && scrapes_[newest - 1].time + plan_->scrape.delay > now) --newest;
  if (newest < 2) return std::nullopt;
  const Scrape& end = scrapes_[newest - 1];
  std::size_t first = newest - 1;
  while (first > 0 && scrapes_[first].time + plan_->window > end.time) --first;
  const Scrape& begin = scrapes_[first];

  const Counters seen = end.counters - begin.counters;
  const Duration length = end.time - begin.time;
  switch (condition_->metric) {
    case Metric::error_ratio:
      return ratio(seen.errors, seen.finished);
    case Metric::success_ratio:
      return ratio(seen.finished - seen.errors, seen.finished);
    case Metric::goodput:
      return per_second(seen.finished - seen.errors, length);
    case Metric::throughput:
      return per_second(seen.finished, length);
    case Metric::attempts_per_request:
      return ratio(seen.calls + seen.retries, seen.calls);
    case Metric::latency: {
      LatencyHistogram merged;
      LatencySplit split{.limit = latency_limit(*condition_)};
      for (std::size_t i = first + 1; i < newest; ++i) {
        merged.merge(scrapes_[i].latencies);
        split.at_or_below += scrapes_[i].split.at_or_below;
      }
      return from_histogram(merged, split, *condition_);
    }
    case Metric::utilization:
    case Metric::queue_length:
    case Metric::in_system: {
      double sum = 0;
      double largest = 0;
      for (std::size_t i = first + 1; i < newest; ++i) {
        sum += scrapes_[i].gauge;
        largest = std::max(largest, scrapes_[i].gauge);
      }
      return condition_->aggregate == Aggregate::max
                 ? largest
                 : sum / static_cast<double>(newest - 1 - first);
    }
    case Metric::time_to_detect:
    case Metric::promoted:
    case Metric::rolled_back:
      break;
  }
  return std::nullopt;
}

std::optional<bool> Watch::holds_at(Time now) const {
  const std::optional<double> known = value(now);
  if (!known) return std::nullopt;
  return holds(*known, condition_->comparison, condition_->threshold);
}

}  // namespace rehearse
