// Load spikes beside recorded arrivals.

#include <catch2/catch.hpp>

#include "models/checks/mistakes.hpp"
#include "tests/support/small_models.hpp"

using namespace rehearse;
using namespace rehearse::testing;

namespace {

ExperimentSpec spiked(double factor) {
  ExperimentSpec experiment = quiet(1);
  FaultSpec spike;
  spike.name = "spike";
  spike.kind = LoadSpike{factor};
  spike.target.workload = "load";
  spike.at = Duration::milliseconds(500);
  spike.duration = Duration::milliseconds(250);
  experiment.faults = {spike};
  return experiment;
}

}  // namespace

TEST_CASE("a spike of a recording that repeats begins when it is said to", "[models]") {
  ModelSpec model = station(constant(0), std::nullopt);
  auto& replay = std::get<ReplaySpec>(add_replay(model, {0, 0.04, 0.08}).arrivals);
  replay.repeat = true;
  replay.period = Duration::milliseconds(100);

  const Outcome outcome =
      run_replication(System(model, spiked(3)), {.study = 91, .replication = 0});

  // By quarters of a second; the recording itself asks 8, 7, 8 and 7 times.
  const auto& windows = outcome.workload_windows;
  CHECK(windows[0].arrived == 8);
  CHECK(windows[1].arrived == 7);
  CHECK(windows[2].arrived == 3 * 8);
  CHECK(windows[3].arrived == 7);
}

TEST_CASE("a spike that would take arrivals away is a mistake", "[models]") {
  ModelSpec model = station(constant(0));
  add_poisson(model, 1);
  CHECK(find_mistakes(model, spiked(1)).empty());

  const auto mistakes = find_mistakes(model, spiked(0.5));

  REQUIRE(mistakes.size() == 1);
  CHECK(mistakes.front().path == "faults[0].factor");
}
