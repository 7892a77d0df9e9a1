// Work that outlasts every clock does not end at once.

#include <catch2/catch.hpp>

#include "tests/support/small_models.hpp"

using namespace rehearse;
using namespace rehearse::testing;

TEST_CASE("work longer than time itself is never done", "[models]") {
  ModelSpec model = station(constant(100));
  add_replay(model, {0.5});
  ExperimentSpec experiment = quiet(1);
  SECTION("slowed down") {
    FaultSpec slow;
    slow.name = "slow";
    slow.kind = SlowDown{1e9};
    slow.duration = Duration::seconds(1);
    FaultSpec slower = slow;
    slower.name = "slower";
    experiment.faults = {slow, slower};
  }
  SECTION("on a sliver of a core") {
    model.services["station"].cpu = CpuSpec{1e-9};
  }

  const Outcome outcome = run_replication(System(model, experiment), {.study = 1});

  CHECK(outcome.intervals.front().workloads.front().counts.unfinished == 1);
}
