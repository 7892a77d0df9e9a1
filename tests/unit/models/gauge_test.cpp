// What an alarm sees of utilization.

#include <catch2/catch.hpp>

#include "tests/support/small_models.hpp"

using namespace rehearse;
using namespace rehearse::testing;

TEST_CASE("a service without a limit does not dilute the utilization of the others", "[models]") {
  ModelSpec model = station(constant(10));
  add_service(model, "unlimited", {});
  add_replay(model, {0});
  ExperimentSpec experiment = quiet(1);
  StopConditionSpec stop;
  stop.when.metric = Metric::utilization;
  stop.when.aggregate = Aggregate::mean;
  stop.when.comparison = Comparison::greater;
  stop.when.threshold = 0.9;
  stop.window = stop.scrape.interval = Duration::milliseconds(100);
  experiment.stop_conditions = {stop};
  FaultSpec fault;
  fault.name = "nothing";
  fault.kind = SlowDown{};
  fault.target.service = "station";
  fault.duration = Duration::seconds(1);
  experiment.faults = {fault};

  const Outcome outcome = run_replication(System(model, experiment), {.study = 1});

  CHECK(outcome.stopped_at == Time::after_start(Duration::milliseconds(100)));
}
