#pragma once

#include <deque>
#include <optional>

#include "models/outcomes/counters.hpp"
#include "models/plan/plan.hpp"
#include "sim/stats/latency_histogram.hpp"

namespace rehearse {

/// What one scrape saw.
struct Scrape {
  Time time;
  Counters counters;
  LatencyHistogram latencies;  // of the answers since the scrape before, failures included
  LatencySplit split;          // of those, at the condition's threshold
  double gauge = 0;            // utilization, queue_length, in_system: at this instant
};

/// A condition and the scrapes it is judged by: knowledge that is late (by the scrape's interval
/// and delay) and blurred (by the window).
class Watch {
 public:
  explicit Watch(const WatchPlan& plan) : condition_(&plan.condition), plan_(&plan) {}

  void add(Scrape scrape);

  /// The metric as it is known at `now`: from the newest scrape that has arrived back to the one a
  /// window earlier (or the oldest there is). Nothing when there were no measurements.
  std::optional<double> value(Time now) const;

  /// Whether the condition holds at `now`; nothing without measurements.
  std::optional<bool> holds_at(Time now) const;

 private:
  const MetricCondition* condition_;
  const WatchPlan* plan_;
  std::deque<Scrape> scrapes_;
};

}  // namespace rehearse
