#include "models/run/measure.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "tests/support/small_models.hpp"

using namespace rehearse;
using namespace rehearse::testing;

namespace {

MetricCondition metric(Metric kind, Aggregate aggregate = Aggregate::absent, double level = 0) {
  MetricCondition condition;
  condition.metric = kind;
  condition.aggregate = aggregate;
  condition.level = level;
  return condition;
}

/// A run of ten seconds in which requests took 1, 2 ... `answered` ms and others got no answer.
struct Example {
  System system;
  Outcome outcome;

  Example(std::uint64_t answered, std::uint64_t unfinished) : system(model(), quiet(10)) {
    outcome = run_replication(system, {.study = 71, .replication = 0});
    WorkloadOutcome& load = outcome.intervals.front().workloads.front();
    LatencyRecorder recorder;
    for (std::uint64_t i = 1; i <= answered; ++i) {
      recorder.add(Duration::milliseconds(static_cast<std::int64_t>(i)));
    }
    load.latency = recorder.histogram();
    load.counts = {};
    load.counts.arrived = answered + unfinished;
    load.counts.ok = answered;
    load.counts.unfinished = unfinished;
    load.given = {.good = answered, .bad = 0};
  }

  static ModelSpec model() {
    ModelSpec made = station(constant(0.001));
    add_replay(made, {});
    return made;
  }

  std::optional<double> value(const MetricCondition& condition) const {
    return measured(condition, outcome, system.layout(), 0);
  }
};

}  // namespace

TEST_CASE("a quantile that falls among the unanswered is infinite", "[models]") {
  const Example example(90, 10);

  CHECK(*example.value(metric(Metric::latency, Aggregate::quantile, 0.5)) ==
        Approx(0.050).epsilon(LatencyBins::relative_error));
  CHECK(*example.value(metric(Metric::latency, Aggregate::quantile, 0.9)) ==
        Approx(0.090).epsilon(LatencyBins::relative_error));
  CHECK(std::isinf(*example.value(metric(Metric::latency, Aggregate::quantile, 0.91))));
  CHECK(std::isinf(*example.value(metric(Metric::latency, Aggregate::mean))));
  CHECK(std::isinf(*example.value(metric(Metric::latency, Aggregate::max))));
}

TEST_CASE("with all answers there, mean and maximum are those of the answers", "[models]") {
  const Example example(99, 0);

  CHECK(*example.value(metric(Metric::latency, Aggregate::mean)) == Approx(0.050));
  CHECK(*example.value(metric(Metric::latency, Aggregate::max)) == Approx(0.099));
}

TEST_CASE("the unanswered count as errors", "[models]") {
  const Example example(90, 10);

  CHECK(*example.value(metric(Metric::error_ratio)) == Approx(0.1));
  CHECK(*example.value(metric(Metric::success_ratio)) == Approx(0.9));
  CHECK(*example.value(metric(Metric::goodput)) == Approx(9));
  CHECK(*example.value(metric(Metric::throughput)) == Approx(9));
}

TEST_CASE("nothing measured is no data, and an objective about it is not met", "[models]") {
  const Example example(0, 0);

  for (const Metric kind :
       {Metric::latency, Metric::error_ratio, Metric::success_ratio, Metric::goodput,
        Metric::throughput, Metric::attempts_per_request, Metric::time_to_detect}) {
    CHECK_FALSE(example.value(metric(kind, Aggregate::max)));
  }
  ObjectiveSpec objective;
  objective.expect = metric(Metric::error_ratio);
  objective.expect.threshold = 1;
  CHECK(judge(objective, example.outcome, example.system.layout(), 0) == Judgement::no_data);
}

TEST_CASE("an objective is met or missed by its comparison", "[models]") {
  const Example example(90, 10);
  ObjectiveSpec objective;
  objective.expect = metric(Metric::goodput);
  objective.expect.comparison = Comparison::greater_or_equal;
  objective.expect.threshold = 9;
  const auto judged = [&] { return judge(objective, example.outcome, example.system.layout(), 0); };

  CHECK(judged() == Judgement::met);
  objective.expect.comparison = Comparison::greater;
  CHECK(judged() == Judgement::missed);
}

TEST_CASE("averages and maxima of a service are those of its instances", "[models]") {
  // One job at work for 10 ms, two waiting for 10 ms and one for another 10 ms, in one second.
  ModelSpec model = station(constant(0.010));
  add_replay(model, {0.1, 0.1, 0.1});
  const System system(model, quiet(1));
  const Outcome outcome = run_replication(system, {.study = 72, .replication = 0});
  const auto value = [&](Metric kind, Aggregate aggregate) {
    return *measured(metric(kind, aggregate), outcome, system.layout(), 0);
  };

  CHECK(value(Metric::utilization, Aggregate::mean) == Approx(0.030));
  // The largest of four windows of 250 ms.
  CHECK(value(Metric::utilization, Aggregate::max) == Approx(0.120));
  CHECK(value(Metric::queue_length, Aggregate::mean) == Approx(0.030));
  CHECK(value(Metric::queue_length, Aggregate::max) == 2);
  CHECK(value(Metric::in_system, Aggregate::mean) == Approx(0.060));
  CHECK(value(Metric::in_system, Aggregate::max) == 3);
  CHECK(value(Metric::attempts_per_request, Aggregate::absent) == 1);
}

TEST_CASE("requests that hang are counted, and none are nothing to count", "[models]") {
  CHECK(Example(90, 10).value(metric(Metric::requests_hung)) == 10);
  CHECK(Example(90, 0).value(metric(Metric::requests_hung)) == 0);
  CHECK(Example(0, 0).value(metric(Metric::requests_hung)) == std::nullopt);
}
