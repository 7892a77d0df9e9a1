#include "models/control/watch.hpp"

#include <catch2/catch.hpp>

using namespace rehearse;

namespace {

Time at(int seconds) {
  return Time::after_start(Duration::seconds(seconds));
}

/// Scrapes each ten seconds, known five seconds later, over a window of twenty.
WatchPlan plan_for(Metric metric, Aggregate aggregate = Aggregate::absent) {
  WatchPlan plan;
  plan.condition.metric = metric;
  plan.condition.aggregate = aggregate;
  plan.condition.level = 0.5;
  plan.condition.comparison = Comparison::greater;
  plan.condition.threshold = 0.2;
  plan.scrape = {Duration::seconds(10), Duration::seconds(5)};
  plan.window = Duration::seconds(20);
  return plan;
}

Scrape scrape(int seconds, std::uint64_t finished, std::uint64_t errors, double gauge = 0) {
  Scrape seen;
  seen.time = at(seconds);
  seen.counters.finished = finished;
  seen.counters.errors = errors;
  seen.counters.calls = finished;
  seen.counters.retries = errors;
  seen.gauge = gauge;
  return seen;
}

}  // namespace

TEST_CASE("a watch knows nothing before two scrapes have arrived", "[models]") {
  const WatchPlan plan = plan_for(Metric::error_ratio);
  Watch watch(plan);
  CHECK_FALSE(watch.value(at(100)));
  watch.add(scrape(0, 0, 0));
  CHECK_FALSE(watch.value(at(100)));
  watch.add(scrape(10, 100, 10));

  CHECK_FALSE(watch.value(at(14)));
  CHECK_FALSE(watch.holds_at(at(14)));
  CHECK(watch.value(at(15)) == 0.1);
}

TEST_CASE("a watch looks back one window from the newest scrape that it knows", "[models]") {
  const WatchPlan plan = plan_for(Metric::error_ratio);
  Watch watch(plan);
  watch.add(scrape(0, 0, 0));
  watch.add(scrape(10, 100, 0));
  watch.add(scrape(20, 200, 0));
  watch.add(scrape(30, 300, 60));

  CHECK(watch.value(at(34)) == 0);           // from 0 to 20
  CHECK(watch.value(at(35)) == 60.0 / 200);  // from 10 to 30
  CHECK(watch.holds_at(at(35)) == true);
  CHECK(watch.holds_at(at(34)) == false);
}

TEST_CASE("no traffic is no data for a ratio, and none for a rate", "[models]") {
  const WatchPlan ratios = plan_for(Metric::success_ratio);
  const WatchPlan rates = plan_for(Metric::throughput);
  Watch ratio(ratios);
  Watch rate(rates);
  for (const int seconds : {0, 10, 20}) {
    ratio.add(scrape(seconds, 50, 5));
    rate.add(scrape(seconds, 50, 5));
  }

  CHECK_FALSE(ratio.value(at(25)));
  CHECK_FALSE(ratio.holds_at(at(25)));
  CHECK(rate.value(at(25)) == 0);
}

TEST_CASE("rates are per second of the window", "[models]") {
  const auto value_of = [](Metric metric) {
    const WatchPlan plan = plan_for(metric);
    Watch watch(plan);
    watch.add(scrape(0, 0, 0));
    watch.add(scrape(10, 200, 20));
    watch.add(scrape(20, 400, 100));
    return *watch.value(at(25));
  };

  CHECK(value_of(Metric::throughput) == 20);
  CHECK(value_of(Metric::goodput) == 15);
  CHECK(value_of(Metric::success_ratio) == 0.75);
  CHECK(value_of(Metric::attempts_per_request) == 1.25);
}

TEST_CASE("gauges are averaged over their scrapes, or the largest is taken", "[models]") {
  const auto value_of = [](Aggregate aggregate) {
    const WatchPlan plan = plan_for(Metric::queue_length, aggregate);
    Watch watch(plan);
    watch.add(scrape(0, 0, 0, 100));
    watch.add(scrape(10, 0, 0, 2));
    watch.add(scrape(20, 0, 0, 6));
    return *watch.value(at(25));
  };

  CHECK(value_of(Aggregate::mean) == 4);
  CHECK(value_of(Aggregate::max) == 6);
}

TEST_CASE("latencies of a window are those between its scrapes", "[models]") {
  const WatchPlan plan = plan_for(Metric::latency, Aggregate::mean);
  Watch watch(plan);
  for (const int seconds : {0, 10, 20, 30}) {
    LatencyRecorder recorder;
    recorder.add(Duration::seconds(seconds));
    Scrape seen = scrape(seconds, 0, 0);
    seen.latencies = recorder.histogram();
    watch.add(std::move(seen));
  }

  CHECK(watch.value(at(25)) == Approx(15));
  CHECK(watch.value(at(35)) == Approx(25));
}

TEST_CASE("a watch that has run for long still reaches back a whole window", "[models]") {
  const WatchPlan plan = plan_for(Metric::throughput);
  Watch watch(plan);
  for (int i = 0; i <= 1'000; ++i) {
    watch.add(scrape(10 * i, static_cast<std::uint64_t>(i) * static_cast<std::uint64_t>(i), 0));
  }

  CHECK(watch.value(at(10'005)) == (1'000.0 * 1'000 - 998.0 * 998) / 20);
  CHECK(watch.value(at(10'004)) == (999.0 * 999 - 997.0 * 997) / 20);
}
