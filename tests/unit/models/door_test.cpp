// Attempts that a latency fault holds at the door of their instance.

#include <catch2/catch.hpp>

#include "tests/support/small_models.hpp"

using namespace rehearse;
using namespace rehearse::testing;

namespace {

/// Whoever comes in the first second waits half a second at the door.
ExperimentSpec delayed() {
  ExperimentSpec experiment = quiet(2);
  FaultSpec slow;
  slow.name = "slow";
  slow.kind = LatencyFault{constant(0.5)};
  slow.target.service = "station";
  slow.duration = Duration::seconds(1);
  experiment.faults = {slow};
  return experiment;
}

}  // namespace

TEST_CASE("a killed instance resets the connections of those at its door, too", "[models]") {
  ModelSpec model = station(constant(0));
  add_replay(model, {0.1});
  ExperimentSpec experiment = delayed();
  FaultSpec kill;
  kill.name = "kill";
  kill.kind = InstanceKill{};
  kill.target.service = "station";
  kill.at = Duration::milliseconds(200);
  kill.duration = Duration::milliseconds(100);  // alive again before the door would have opened
  experiment.faults.push_back(kill);

  const Outcome outcome = run_replication(System(model, experiment), {.study = 1});

  const WorkloadOutcome& load = outcome.intervals.front().workloads.front();
  CHECK(load.counts.lost == 1);
  CHECK(load.time_to_failure.maximum() == Duration::milliseconds(100));
  CHECK(outcome.spans == 0);
}

TEST_CASE("who is withdrawn at the door never gets in, and its place is used again", "[models]") {
  ModelSpec model = station(constant(0.010));
  std::vector<double> instants;
  for (int i = 0; i < 50; ++i) instants.push_back(0.1 + 0.02 * i);
  ClientSpec& client = add_replay(model, instants).calls["station"];
  client.timeout = Duration::milliseconds(100);
  client.propagate_cancellation = true;

  const Outcome outcome = run_replication(System(model, delayed()), {.study = 1});

  const IntervalOutcome& run = outcome.intervals.front();
  CHECK(run.workloads.front().counts.timed_out == 45);
  CHECK(run.workloads.front().counts.ok == 5);
  CHECK(run.endpoints.front().counts.cancelled == 45);
  CHECK(outcome.spans == 5);
}
