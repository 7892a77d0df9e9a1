// Runs that fall too far behind.

#include <catch2/catch.hpp>

#include "tests/support/small_models.hpp"

using namespace rehearse;
using namespace rehearse::testing;

TEST_CASE("callers that wait for ever end a run before they fill the memory", "[models][.slow]") {
  ModelSpec model = station(constant(0));
  model.services["station"].placement.zones = {"a"};
  add_poisson(model, 4'500'000);
  ExperimentSpec experiment = quiet(1);
  FaultSpec zone;
  zone.name = "zone";
  zone.kind = FaultKind::zone_down;
  zone.target.zone = "a";
  zone.duration = Duration::seconds(1);
  experiment.faults = {zone};

  const Outcome outcome = run_replication(System(model, experiment), {.study = 1});

  CHECK(outcome.capped);
  const RequestCounts& counts = outcome.intervals.front().workloads.front().counts;
  CHECK(counts.unfinished == counts.arrived);
}
