// Faults that overlap on one instance, and faults beside a rollout.

#include <catch2/catch.hpp>

#include "models/run/measure.hpp"
#include "tests/support/small_models.hpp"

using namespace rehearse;
using namespace rehearse::testing;

namespace {

FaultSpec lost_zone(const std::string& zone, double at, double duration) {
  FaultSpec spec = fault_at_station("zone", ZoneDown{}, at, duration);
  spec.target.service.clear();
  spec.target.zone = zone;
  return spec;
}

/// From `at` on half of the traffic goes to the canary; a second later all of it.
RolloutSpec half(double at) {
  RolloutSpec rollout;
  rollout.service = "station";
  rollout.at = Duration::rounded_seconds(at);
  rollout.steps = {SetWeight{50}, Pause{Duration::seconds(1)}};
  return rollout;
}

Outcome run_of(const ModelSpec& model, const ExperimentSpec& experiment) {
  return run_replication(System(model, experiment), {.study = 71, .replication = 0});
}

const RequestCounts& requests_of(const Outcome& outcome) {
  return outcome.intervals.front().workloads.front().counts;
}

}  // namespace

TEST_CASE("an instance stays down until the last fault that keeps it down is over", "[models]") {
  ModelSpec model = station(constant(0));
  model.services["station"].placement.zones = {"a"};
  add_replay(model, {0.35, 0.55, 0.75}).calls["station"].timeout = Duration::milliseconds(10);
  ExperimentSpec experiment = quiet(1);
  FaultSpec kill = fault_at_station("kill", InstanceKill{Duration::seconds(1)}, 0.1, 0.4);
  experiment.faults = {kill, lost_zone("a", 0.3, 0.4)};

  for (int order = 0; order < 2; ++order) {
    const RequestCounts counts = requests_of(run_of(model, experiment));
    // While the zone is lost nobody says that the instance is dead.
    CHECK(counts.timed_out == 2);
    CHECK(counts.ok == 1);
    std::swap(experiment.faults[0], experiment.faults[1]);
  }
}

TEST_CASE("a death is not detected by the probe of an earlier one", "[models]") {
  ModelSpec model = station(constant(0));
  model.services["station"].instances = 2;
  std::vector<double> instants;
  for (int i = 0; i < 100; ++i) instants.push_back(0.3005 + 0.001 * i);
  add_replay(model, instants);
  ExperimentSpec experiment = quiet(1);
  FaultSpec first = fault_at_station("first", InstanceKill{Duration::milliseconds(220)}, 0.1, 0.1);
  first.target.mode = TargetSpec::Mode::fixed;
  first.target.value = 2;
  // Detected at 0.32 s, if it were still dead.
  FaultSpec second = fault_at_station("second", InstanceKill{Duration::milliseconds(60)}, 0.3, 0.5);
  second.target.mode = TargetSpec::Mode::one;
  experiment.faults = {first, second};

  CHECK(requests_of(run_of(model, experiment)).unreachable == 30);
}

TEST_CASE("a rollout does not raise the dead", "[models]") {
  ModelSpec model = station(constant(0), std::nullopt);
  add_replay(model, {0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8});
  ExperimentSpec experiment = quiet(1);
  experiment.rollout = half(0);
  experiment.rollout->steps = {SetWeight{100}, Pause{Duration::milliseconds(450)}, SetWeight{100},
                               Pause{Duration::seconds(1)}};
  FaultSpec kill = fault_at_station("kill", InstanceKill{}, 0.25, 0.5);
  kill.target.version = "canary";
  experiment.faults = {kill};

  const RequestCounts counts = requests_of(run_of(model, experiment));

  CHECK(counts.unreachable == 5);
  CHECK(counts.ok == 3);
}

TEST_CASE("no canary starts in a lost zone", "[models]") {
  ModelSpec model = station(constant(0), std::nullopt);
  model.services["station"].placement.zones = {"a"};
  add_replay(model, {0.5}).calls["station"].timeout = Duration::milliseconds(10);
  ExperimentSpec experiment = quiet(1);
  experiment.rollout = half(0.3);
  experiment.rollout->steps.front() = SetWeight{100};
  experiment.faults = {lost_zone("a", 0.2, 0.5)};

  CHECK(requests_of(run_of(model, experiment)).timed_out == 1);
}

TEST_CASE("a fault of all instances meets those that start or come back later", "[models]") {
  ModelSpec model = station(constant(0), std::nullopt);
  add_replay(model, {0.5});
  ExperimentSpec experiment = quiet(1);
  FaultSpec abort = fault_at_station("errors", AbortFault{}, 0.2, 0.5);
  SECTION("a canary") {
    experiment.rollout = half(0.3);
    experiment.rollout->steps.front() = SetWeight{100};
    experiment.faults = {abort};
  }
  SECTION("one that was dead") {
    experiment.faults = {fault_at_station("kill", InstanceKill{}, 0.1, 0.2), abort};
  }

  const Outcome outcome = run_of(model, experiment);

  CHECK(requests_of(outcome).aborted == 1);
  CHECK(outcome.faults_without_target == 0);
}

TEST_CASE("a fault draws among the instances that get traffic", "[models]") {
  ModelSpec model = station(constant(0), std::nullopt);
  add_replay(model, {0.5});
  ExperimentSpec experiment = quiet(1);
  experiment.rollout = half(0);
  experiment.rollout->steps = {SetWeight{100}};  // at once: the stable instance is retired
  FaultSpec kill = fault_at_station("kill", InstanceKill{}, 0.2, 0.5);
  kill.target.mode = TargetSpec::Mode::one;
  for (int i = 0; i < 8; ++i) {
    kill.name = "kill " + std::to_string(i);
    experiment.faults = {kill};
    CHECK(requests_of(run_of(model, experiment)).unreachable == 1);
  }
}

TEST_CASE("a fault that ends before its canary starts meets nobody", "[models]") {
  ModelSpec model = station(constant(0), std::nullopt);
  add_replay(model, {0.5});
  ExperimentSpec experiment = quiet(1);
  experiment.rollout = half(0.4);
  FaultSpec abort = fault_at_station("errors", AbortFault{}, 0.1, 0.2);
  abort.target.version = "canary";
  experiment.faults = {abort};
  CHECK(run_of(model, experiment).faults_without_target == 1);

  experiment.faults.front().duration = Duration::milliseconds(400);
  CHECK(run_of(model, experiment).faults_without_target == 0);
}
