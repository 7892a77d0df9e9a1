// Runs that fall too far behind.

#include <cmath>

#include <catch2/catch.hpp>

#include "models/run/measure.hpp"
#include "tests/support/small_models.hpp"

using namespace rehearse;
using namespace rehearse::testing;

TEST_CASE("goodput of a run that broke off is that of the seconds it lasted", "[models]") {
  ModelSpec model = station(constant(0.1), 1);
  add_poisson(model, 30);
  ExperimentSpec experiment = quiet(60);
  experiment.most_in_flight = 100;
  MetricCondition goodput;
  goodput.metric = Metric::goodput;
  const System system(model, experiment);

  const Outcome outcome = run_replication(system, {.study = 1});

  REQUIRE(outcome.capped);
  const double lasted = outcome.broke_off.since_start().in_seconds();
  CHECK(lasted < 30);
  // Each answer takes a tenth of a second of the only worker; the last one is under way.
  const auto busy = static_cast<double>(outcome.intervals[0].services[0].busy_millis) * 1e-12;
  const double value = measured(goodput, outcome, system.layout(), 0).value();
  CHECK(value * lasted == Approx(std::floor(busy / 0.1)).epsilon(1e-12));
}

TEST_CASE("callers that wait for ever end a run before they fill the memory", "[models][.slow]") {
  ModelSpec model = station(constant(0));
  model.services["station"].placement.zones = {"a"};
  add_poisson(model, 4'500'000);
  ExperimentSpec experiment = quiet(1);
  FaultSpec zone;
  zone.name = "zone";
  zone.kind = ZoneDown{};
  zone.target.zone = "a";
  zone.duration = Duration::seconds(1);
  experiment.faults = {zone};

  const Outcome outcome = run_replication(System(model, experiment), {.study = 1});

  CHECK(outcome.capped);
  const RequestCounts& counts = outcome.intervals.front().workloads.front().counts;
  CHECK(counts.unfinished == counts.arrived);
}
