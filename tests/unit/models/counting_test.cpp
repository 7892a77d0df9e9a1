// What is counted where: by arrival, by answer, on which side of a threshold.

#include <catch2/catch.hpp>

#include "models/measure.hpp"
#include "tests/support/small_models.hpp"

using namespace rehearse;
using namespace rehearse::testing;

namespace {

ObjectiveSpec objective(Metric metric, Comparison comparison, double threshold) {
  ObjectiveSpec made;
  made.name = "it";
  made.expect.metric = metric;
  made.expect.comparison = comparison;
  made.expect.threshold = threshold;
  return made;
}

ObjectiveSpec median(Comparison comparison, double threshold) {
  ObjectiveSpec made = objective(Metric::latency, comparison, threshold);
  made.expect.aggregate = Aggregate::quantile;
  made.expect.level = 0.5;
  return made;
}

Judgement judged(const ModelSpec& model, const ObjectiveSpec& objective, double seconds) {
  ExperimentSpec experiment = quiet(seconds);
  experiment.objectives = {objective};
  const System system(model, experiment);
  const Outcome outcome = run_replication(system, {.study = 9});
  return judge(objective, outcome, system.layout(), 0, &outcome.splits.at(0));
}

std::vector<double> evenly(int count, double gap) {
  std::vector<double> instants;
  for (int i = 0; i < count; ++i) instants.push_back(gap * i);
  return instants;
}

}  // namespace

TEST_CASE("goodput is what was answered within the interval, not what arrived in it", "[models]") {
  // One worker, a second a request, two requests a second.
  ModelSpec model = station(constant(1));
  add_replay(model, evenly(200, 0.5));

  const auto more = Comparison::greater_or_equal;
  CHECK(judged(model, objective(Metric::goodput, more, 0.99), 100) == Judgement::met);
  CHECK(judged(model, objective(Metric::goodput, more, 1.01), 100) == Judgement::missed);
  CHECK(judged(model, objective(Metric::throughput, more, 0.99), 100) == Judgement::met);
  CHECK(judged(model, objective(Metric::throughput, more, 1.01), 100) == Judgement::missed);
}

TEST_CASE("what the warm-up left behind is answered in the interval, too", "[models]") {
  ModelSpec model = station(constant(1));
  add_replay(model, evenly(20, 0.5));
  ExperimentSpec experiment = quiet(15, 10);
  const System system(model, experiment);

  const Outcome outcome = run_replication(system, {.study = 9});

  CHECK(outcome.intervals.front().workloads.front().counts.arrived == 0);
  CHECK(outcome.intervals.front().workloads.front().given.good == 5);
}

TEST_CASE("a threshold inside a bin is judged exactly", "[models]") {
  // A third 100 ms, a third 402 ms, a third 500 ms: the median is 402 ms, and so is its bin's edge
  // nowhere near.
  ModelSpec model = station(constant(0.402), std::nullopt);
  add_service(model, "fast", {work(constant(0.1))});
  add_service(model, "slow", {work(constant(0.5))});
  add_replay(model, evenly(11, 1), "station", "a");
  add_replay(model, evenly(11, 1), "fast", "b");
  add_replay(model, evenly(11, 1), "slow", "c");

  for (const double below : {0.4, 0.401, 0.4019, 0.401999999}) {
    INFO(below);
    CHECK(judged(model, median(Comparison::less_or_equal, below), 20) == Judgement::missed);
    CHECK(judged(model, median(Comparison::less, below), 20) == Judgement::missed);
    CHECK(judged(model, median(Comparison::greater, below), 20) == Judgement::met);
  }
  for (const double above : {0.402000001, 0.4021, 0.403}) {
    INFO(above);
    CHECK(judged(model, median(Comparison::less_or_equal, above), 20) == Judgement::met);
    CHECK(judged(model, median(Comparison::less, above), 20) == Judgement::met);
    CHECK(judged(model, median(Comparison::greater_or_equal, above), 20) == Judgement::missed);
  }
  CHECK(judged(model, median(Comparison::less_or_equal, 0.402), 20) == Judgement::met);
  CHECK(judged(model, median(Comparison::less, 0.402), 20) == Judgement::missed);
  CHECK(judged(model, median(Comparison::greater, 0.402), 20) == Judgement::missed);
  CHECK(judged(model, median(Comparison::greater_or_equal, 0.402), 20) == Judgement::met);
}

TEST_CASE("an outage misses an objective on the mean", "[models]") {
  ModelSpec model = station(constant(0.01));
  add_replay(model, evenly(10, 1));
  model.services["station"].endpoints["serve"].errors.percent = 100;
  for (const Aggregate aggregate : {Aggregate::mean, Aggregate::max, Aggregate::quantile}) {
    ObjectiveSpec said = objective(Metric::latency, Comparison::less, 1);
    said.expect.aggregate = aggregate;
    said.expect.level = 0.5;

    CHECK(judged(model, said, 20) == Judgement::missed);
  }
}

TEST_CASE("reset includes an instance that nobody reached", "[models]") {
  ModelSpec model = station(constant(0));
  ClientSpec& client = add_replay(model, {1}).calls["station"];
  client.retry = RetrySpec{};
  client.retry->max_attempts = 2;
  client.retry->retry_on = RetryOn{.reset = true};
  ExperimentSpec experiment = quiet(10);
  FaultSpec death;
  death.name = "death";
  death.kind = FaultKind::instance_kill;
  death.target.service = "station";
  death.duration = Duration::seconds(9);
  experiment.faults = {death};

  const Outcome outcome = run_replication(System(model, experiment), {.study = 9});

  CHECK(outcome.intervals.front().services.front().attempts == 2);
}
