// Controllers that watch scraped metrics: rollout, analysis, stop condition.

#include <catch2/catch.hpp>

#include "models/control/agenda.hpp"
#include "models/run/measure.hpp"
#include "tests/support/small_models.hpp"

using namespace rehearse;
using namespace rehearse::testing;

namespace {

Duration milliseconds(int count) {
  return Duration::milliseconds(count);
}

ModelSpec busy_station() {
  ModelSpec model = station(constant(0), std::nullopt);
  model.services["station"].instances = 4;
  add_poisson(model, 2'000);
  return model;
}

RolloutSpec canary(double percent, double error_percent_added) {
  RolloutSpec rollout;
  rollout.service = "station";
  rollout.at = milliseconds(500);
  rollout.error_percent_added = error_percent_added;
  rollout.steps = {SetWeight{percent}, Pause{milliseconds(1'000)}};
  return rollout;
}

/// Measures the canary's errors each 100 ms, over the last 100 ms, without delay.
AnalysisSpec analysis(int failure_limit) {
  AnalysisSpec spec;
  spec.failure_condition.metric = Metric::error_ratio;
  spec.failure_condition.labels.service = "station";
  spec.failure_condition.labels.version = "canary";
  spec.failure_condition.comparison = Comparison::greater;
  spec.failure_condition.threshold = 0.5;
  spec.interval = spec.initial_delay = spec.window = milliseconds(100);
  spec.scrape.interval = milliseconds(50);
  spec.failure_limit = failure_limit;
  return spec;
}

Outcome run_of(const ModelSpec& model, const ExperimentSpec& experiment) {
  return run_replication(System(model, experiment), {.study = 61, .replication = 0});
}

/// All answers are errors from one second on; an alarm scrapes each 100 ms, knows it 200 ms later,
/// and fires when the ratio over 100 ms has been high for 300 ms.
ExperimentSpec alarmed(double abort_percentage) {
  ExperimentSpec experiment = quiet(4);
  FaultSpec abort;
  abort.name = "errors";
  abort.kind = AbortFault{abort_percentage};
  abort.target.service = "station";
  abort.at = milliseconds(1'000);
  abort.duration = milliseconds(2'000);
  experiment.faults = {abort};
  StopConditionSpec stop;
  stop.when.metric = Metric::error_ratio;
  stop.when.comparison = Comparison::greater;
  stop.when.threshold = 0.5;
  stop.window = milliseconds(100);
  stop.for_duration = milliseconds(300);
  stop.scrape = {milliseconds(100), milliseconds(200)};
  experiment.stop_conditions = {stop};
  return experiment;
}

}  // namespace

TEST_CASE("a canary gets its share of the traffic, and all of it in the end", "[models]") {
  ExperimentSpec experiment = quiet(2);
  experiment.rollout = canary(20, 0);
  ObjectiveSpec during;
  during.expect.metric = Metric::throughput;
  during.over.kind = IntervalSpec::Kind::fault;
  ObjectiveSpec afterwards = during;
  afterwards.over.kind = IntervalSpec::Kind::after;
  experiment.objectives = {during, afterwards};
  const System system(busy_station(), experiment);
  REQUIRE(system.layout().endpoints[1].version == "canary");

  const Estimate share = replicated(system, 40, 62, [](const Outcome& o) {
    CHECK(o.rollout == RolloutResult::completed);
    CHECK(o.intervals[2].endpoints[0].counts.arrived == 0);
    CHECK(o.intervals[2].endpoints[1].counts.arrived > 0);
    const auto& endpoints = o.intervals[1].endpoints;
    const auto canaries = static_cast<double>(endpoints[1].counts.arrived);
    return canaries / (canaries + static_cast<double>(endpoints[0].counts.arrived));
  });

  CHECK(agrees(share, 0.20));
  CHECK_FALSE(agrees(share, 0.21));
}

TEST_CASE("the hypothesis about a canary makes it slower and worse", "[models]") {
  ModelSpec model = station(constant(0.010), std::nullopt);
  add_poisson(model, 500);
  ExperimentSpec experiment = quiet(2);
  experiment.rollout = canary(50, 100);
  experiment.rollout->work_ratio = 1.5;

  const IntervalOutcome run = run_of(model, experiment).intervals.front();

  CHECK(run.endpoints[0].latency.maximum() == milliseconds(10));
  CHECK(run.workloads[0].time_to_failure.minimum() == milliseconds(15));
  CHECK(run.endpoints[0].counts.failed == 0);
  CHECK(run.endpoints[1].counts.ok == 0);
}

TEST_CASE("a rollout is aborted by the failure after the limit", "[models]") {
  for (const int limit : {0, 2}) {
    ExperimentSpec experiment = quiet(2);
    experiment.rollout = canary(20, 100);
    experiment.rollout->analysis = {analysis(limit)};

    const Outcome outcome = run_of(busy_station(), experiment);

    REQUIRE(outcome.rollout == RolloutResult::aborted);
    CHECK(*outcome.rollout_aborted_at == Time::after_start(milliseconds(500 + 100 * (limit + 1))));
  }
}

TEST_CASE("a good canary passes its analysis", "[models]") {
  ExperimentSpec experiment = quiet(2);
  experiment.rollout = canary(20, 10);
  experiment.rollout->analysis = {analysis(0)};

  const Outcome outcome = run_of(busy_station(), experiment);

  CHECK(outcome.rollout == RolloutResult::completed);
  CHECK_FALSE(outcome.rollout_aborted_at);
}

TEST_CASE("an aborted rollout sends all traffic back to the stable version", "[models]") {
  ExperimentSpec experiment = quiet(2);
  experiment.rollout = canary(20, 100);
  experiment.rollout->analysis = {analysis(0)};

  const Outcome outcome = run_of(busy_station(), experiment);

  // Aborted at 0.6 s; the first window ends at 0.5 s, the second at 1 s.
  CHECK(outcome.endpoint_windows[2 * 1 + 1].arrived > 0);
  CHECK(outcome.endpoint_windows[2 * 2 + 1].arrived == 0);
  CHECK(outcome.endpoint_windows[2 * 2].arrived > 900);
}

TEST_CASE("a canary without traffic keeps its capacity until its work is done", "[models]") {
  // Its last job begins before the abort and lasts for seconds after it; it made its service more
  // than fully busy.
  ModelSpec model = station(constant(3), 1);
  add_replay(model, {0.55, 0.56, 0.57, 0.58});
  ExperimentSpec experiment = quiet(2);
  experiment.rollout = canary(100, 0);
  experiment.rollout->steps = {SetWeight{100}, Pause{milliseconds(100)}, SetWeight{0},
                               Pause{milliseconds(1'600)}};

  const ServiceOutcome service = run_of(model, experiment).intervals.front().services.front();

  // The stable instance: 2 s, idle. The canary: from the start of the rollout at 0.5 s to the end.
  CHECK(service.busy_millis == 1'450'000'000'000);
  CHECK(service.capacity_millis == 3'500'000'000'000);
}

TEST_CASE("a measurement without data neither fails nor passes", "[models]") {
  ModelSpec model = station(constant(0), std::nullopt);
  add_replay(model, {0.1});
  ExperimentSpec experiment = quiet(2);
  experiment.rollout = canary(20, 100);
  experiment.rollout->analysis = {analysis(0)};

  const Outcome outcome = run_of(model, experiment);

  CHECK(outcome.rollout == RolloutResult::completed);
  // At 0.6, 0.7, ... 1.4 s; at 1.5 s the step that completes the rollout comes first.
  CHECK(outcome.analyses_without_data == 9);
}

TEST_CASE("an alarm knows late, waits, and then ends the fault", "[models]") {
  const ExperimentSpec experiment = alarmed(100);
  const System system(busy_station(), experiment);

  const Outcome outcome = run_replication(system, {.study = 63, .replication = 0});

  // The scrape of 1.1 s is the first that shows errors only; it is known at 1.3 s, and still true
  // at 1.4, 1.5 and 1.6 s.
  REQUIRE(outcome.stopped_at);
  CHECK(*outcome.stopped_at == Time::after_start(milliseconds(1'600)));
  MetricCondition detection;
  detection.metric = Metric::time_to_detect;
  CHECK(measured(detection, outcome, system.layout(), 0) == Approx(0.6));
  // Windows of one second: the fault ends with the alarm.
  const auto errors = outcome.workload_windows[1].errors;
  CHECK(errors > 0.55 * outcome.workload_windows[1].arrived);
  CHECK(errors < 0.65 * outcome.workload_windows[1].arrived);
  CHECK(outcome.workload_windows[2].errors == 0);
}

TEST_CASE("an alarm that pages has noticed, and stops nothing", "[models]") {
  ExperimentSpec experiment = alarmed(100);
  experiment.stop_conditions[0].action = AlarmAction::page;
  const System system(busy_station(), experiment);

  const Outcome outcome = run_replication(system, {.study = 63, .replication = 0});

  CHECK(outcome.alarms.at(0).fired_at == Time::after_start(milliseconds(1'600)));
  CHECK_FALSE(outcome.stopped_at);
  MetricCondition detection;
  detection.metric = Metric::time_to_detect;
  CHECK(measured(detection, outcome, system.layout(), 0) == Approx(0.6));
  // The fault goes on through the whole second.
  CHECK(outcome.workload_windows[1].errors == outcome.workload_windows[1].finished);
}

TEST_CASE("of two alarms the one that stops ends the fault, and the first that fires detects",
          "[models]") {
  ExperimentSpec experiment = alarmed(100);
  experiment.stop_conditions.push_back(experiment.stop_conditions[0]);
  experiment.stop_conditions[0].action = AlarmAction::page;
  experiment.stop_conditions[1].for_duration = milliseconds(500);
  const System system(busy_station(), experiment);

  const Outcome outcome = run_replication(system, {.study = 63, .replication = 0});

  CHECK(outcome.alarms.at(0).fired_at == Time::after_start(milliseconds(1'600)));
  CHECK(outcome.stopped_at == Time::after_start(milliseconds(1'800)));
  MetricCondition detection;
  detection.metric = Metric::time_to_detect;
  CHECK(measured(detection, outcome, system.layout(), 0) == Approx(0.6));
}

TEST_CASE("an alarm below its threshold stays silent", "[models]") {
  const ExperimentSpec experiment = alarmed(40);
  const System system(busy_station(), experiment);

  const Outcome outcome = run_replication(system, {.study = 64, .replication = 0});

  CHECK_FALSE(outcome.stopped_at);
  MetricCondition detection;
  detection.metric = Metric::time_to_detect;
  CHECK(std::isinf(*measured(detection, outcome, system.layout(), 0)));
}

TEST_CASE("things of one instant are done by kind, and of one kind in order", "[models]") {
  using Kind = AgendaItem::Kind;
  const Time instant = Time::after_start(milliseconds(5));
  Agenda agenda;
  agenda.add(instant, Kind::stop_condition, 1);
  agenda.add(instant, Kind::fault_starts, 2);
  agenda.add(instant + milliseconds(1), Kind::close_window, 3);
  agenda.add(instant, Kind::fault_starts, 4);
  agenda.add(instant, Kind::close_window, 5);

  std::vector<Index> order;
  while (agenda.next_time() != Time::never()) order.push_back(agenda.pop().index);

  CHECK(order == std::vector<Index>{5, 2, 4, 1, 3});
}

TEST_CASE("calls of the canary are spread over its instances", "[models]") {
  ModelSpec model = station(constant(0.02));
  model.services["station"].instances = 10;
  model.services["station"].queue.capacity = 0;
  for (const BalancingPolicy policy : {BalancingPolicy::random, BalancingPolicy::least_request}) {
    add_poisson(model, 200).calls["station"].load_balancer.policy = policy;
    ExperimentSpec experiment = quiet(60);
    experiment.rollout = canary(10, 0);
    experiment.rollout->at = Duration();
    experiment.rollout->canary_instances = 10;
    experiment.rollout->steps = {SetWeight{10}, Pause{Duration::seconds(90)}};

    const Outcome outcome = run_of(model, experiment);

    // Twenty calls a second at each instance would find it busy 0.29 of the time; two, 0.04.
    const RequestCounts& counts = outcome.intervals.front().endpoints[1].counts;
    CHECK(counts.arrived > 800);
    CHECK(static_cast<double>(counts.refused) < 0.1 * static_cast<double>(counts.arrived));
  }
}

TEST_CASE("an alarm that rings already detects nothing", "[models]") {
  // Errors from the beginning on ring it at 0.6 s; the experiment begins at 1 s.
  ExperimentSpec experiment = alarmed(100);
  ModelSpec model = busy_station();
  model.services["station"].endpoints["serve"].errors.percent = 90;

  const System system(model, experiment);
  const Outcome outcome = run_replication(system, {.study = 61, .replication = 0});

  CHECK(outcome.alarms.at(0).rang_before);
  CHECK_FALSE(outcome.alarms.at(0).fired_at);
  CHECK_FALSE(outcome.stopped_at);
  MetricCondition detection;
  detection.metric = Metric::time_to_detect;
  CHECK(std::isinf(*measured(detection, outcome, system.layout(), 0)));
}

TEST_CASE("whether a rollout completes is a metric", "[models]") {
  for (const bool good : {true, false}) {
    ExperimentSpec experiment = quiet(2);
    experiment.rollout = canary(20, good ? 0 : 100);
    experiment.rollout->analysis = {analysis(0)};
    const System system(busy_station(), experiment);
    const Outcome outcome = run_replication(system, {.study = 61, .replication = 0});
    MetricCondition metric;
    metric.metric = Metric::promoted;
    CHECK(measured(metric, outcome, system.layout(), 0) == (good ? 1 : 0));
    metric.metric = Metric::rolled_back;
    CHECK(measured(metric, outcome, system.layout(), 0) == (good ? 0 : 1));
  }
}
