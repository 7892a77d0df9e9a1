// What is counted where: by arrival, by answer, on which side of a threshold.

#include <catch2/catch.hpp>

#include "models/run/measure.hpp"
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
  death.kind = InstanceKill{};
  death.target.service = "station";
  death.duration = Duration::seconds(9);
  experiment.faults = {death};

  const Outcome outcome = run_replication(System(model, experiment), {.study = 9});

  CHECK(outcome.intervals.front().services.front().attempts == 2);
}

TEST_CASE("rates of adjoining intervals tell retried, given up and late answers apart",
          "[models]") {
  // A second's work, no workers to wait for; requests at 0.5, 1.5 ... 9.5 s are answered at 1.5 ...
  // 10.5 s. The user of the second workload gives up after 0.75 s: at 1.25, 2.25 ... 10.25 s. That
  // of the third has a try cut off after 0.6 s, and again: at 1.7, 2.7 ... 10.7 s.
  ModelSpec model = station(constant(1), std::nullopt);
  std::vector<double> instants = evenly(10, 1);
  for (double& instant : instants) instant += 0.5;
  add_replay(model, instants, "station", "patient");
  add_replay(model, instants, "station", "hasty").calls["station"].timeout =
      Duration::milliseconds(750);
  ClientSpec& client = add_replay(model, instants, "station", "stubborn").calls["station"];
  client.retry = RetrySpec{};
  client.retry->per_try_timeout = Duration::milliseconds(600);
  client.retry->base_backoff = Duration::nanoseconds(1);
  client.retry->jitter = Jitter::none;
  ExperimentSpec experiment = quiet(10);
  for (const auto& [from, to] : {std::pair{0, 4}, {4, 5}, {5, 10}}) {
    ObjectiveSpec part = objective(Metric::goodput, Comparison::greater, 0);
    part.name = std::to_string(from);
    part.over = {IntervalSpec::Kind::custom, Duration::seconds(from), Duration::seconds(to)};
    experiment.objectives.push_back(part);
  }
  const System system(model, experiment);

  const Outcome outcome = run_replication(system, {.study = 9});

  const auto rate = [&](Metric metric, const std::string& workload, std::size_t interval) {
    MetricCondition condition;
    condition.metric = metric;
    condition.labels.workload = workload;
    return measured(condition, outcome, system.layout(), interval);
  };
  const std::vector<std::size_t>& parts = system.layout().objective_intervals;
  CHECK(rate(Metric::goodput, "patient", 0) == 0.9);
  CHECK(rate(Metric::goodput, "patient", parts[0]) == 0.75);
  CHECK(rate(Metric::goodput, "patient", parts[1]) == 1);
  CHECK(rate(Metric::goodput, "patient", parts[2]) == 1);
  for (const std::string workload : {"hasty", "stubborn"}) {
    INFO(workload);
    CHECK(rate(Metric::goodput, workload, 0) == 0);
    CHECK(rate(Metric::throughput, workload, 0) == 0.9);
    CHECK(rate(Metric::throughput, workload, parts[0]) == 0.75);
    CHECK(rate(Metric::throughput, workload, parts[1]) == 1);
    CHECK(rate(Metric::throughput, workload, parts[2]) == 1);
  }
}
