// What an alarm prevents: the part of an experiment that has not begun.

#include <catch2/catch.hpp>

#include "tests/support/small_models.hpp"

using namespace rehearse;
using namespace rehearse::testing;

namespace {

/// Errors from 0.2 s to 0.4 s, which an alarm sees at 0.3 s.
ExperimentSpec alarmed() {
  ExperimentSpec experiment = quiet(2);
  FaultSpec abort;
  abort.name = "errors";
  abort.kind = AbortFault{};
  abort.target.service = "station";
  abort.at = Duration::milliseconds(200);
  abort.duration = Duration::milliseconds(200);
  experiment.faults = {abort};
  StopConditionSpec stop;
  stop.when.metric = Metric::error_ratio;
  stop.when.comparison = Comparison::greater;
  stop.when.threshold = 0.5;
  stop.window = stop.scrape.interval = Duration::milliseconds(100);
  experiment.stop_conditions = {stop};
  return experiment;
}

Outcome run_of(const ModelSpec& model, const ExperimentSpec& experiment) {
  return run_replication(System(model, experiment), {.study = 81, .replication = 0});
}

}  // namespace

TEST_CASE("a stopped experiment starts no load spike any more", "[models]") {
  ModelSpec model = station(constant(0), std::nullopt);
  add_poisson(model, 1'000);
  ExperimentSpec experiment = alarmed();
  const Outcome without = run_of(model, experiment);
  REQUIRE(without.stopped_at == Time::after_start(Duration::milliseconds(300)));
  FaultSpec spike;
  spike.name = "spike";
  spike.kind = LoadSpike{3};
  spike.target.workload = "load";
  spike.at = Duration::seconds(1);
  spike.duration = Duration::milliseconds(500);
  experiment.faults.push_back(spike);

  CHECK(run_of(model, experiment).workload_windows == without.workload_windows);
}

TEST_CASE("a stopped experiment starts no rollout any more", "[models]") {
  ModelSpec model = station(constant(0), std::nullopt);
  add_poisson(model, 1'000);
  ExperimentSpec experiment = alarmed();
  experiment.rollout.emplace();
  experiment.rollout->service = "station";
  experiment.rollout->at = Duration::seconds(1);
  experiment.rollout->steps = {SetWeight{50}};

  const Outcome outcome = run_of(model, experiment);

  CHECK(outcome.rollout == RolloutResult::aborted);
  CHECK(outcome.rollout_aborted_at == outcome.stopped_at);
  CHECK(outcome.intervals.front().endpoints[1].counts.arrived == 0);
}
