// What faults do to instances, and what callers notice of it.

#include <catch2/catch.hpp>

#include "tests/support/claims.hpp"
#include "tests/support/small_models.hpp"

using namespace rehearse;
using namespace rehearse::testing;

namespace {

FaultSpec fault(const FaultKind& kind, double at, double duration,
                const std::string& service = "station") {
  FaultSpec spec;
  spec.name = "trouble";
  spec.kind = kind;
  spec.target.service = service;
  spec.at = Duration::rounded_seconds(at);
  spec.duration = Duration::rounded_seconds(duration);
  return spec;
}

Outcome run_of(const ModelSpec& model, const FaultSpec& trouble, double seconds = 1,
               std::uint64_t replication = 0) {
  ExperimentSpec experiment = quiet(seconds);
  experiment.faults = {trouble};
  return run_replication(System(model, experiment), {.study = 51, .replication = replication});
}

const WorkloadOutcome& load_of(const Outcome& outcome) {
  return outcome.intervals.front().workloads.front();
}

std::vector<double> every(double step, double from, double to) {
  std::vector<double> instants;
  for (int i = 0; from + i * step < to; ++i) instants.push_back(from + i * step);
  return instants;
}

}  // namespace

TEST_CASE("a killed instance loses its work, refuses connections, and comes back", "[models]") {
  ModelSpec model = station(constant(0.020));
  add_replay(model, {0.005, 0.030, 0.070});
  const FaultSpec kill = fault(InstanceKill{}, 0.010, 0.050);

  const Outcome outcome = run_of(model, kill);

  CHECK(load_of(outcome).counts.lost == 1);
  CHECK(load_of(outcome).counts.unreachable == 1);
  CHECK(load_of(outcome).counts.ok == 1);
  // Lost 5 ms after it came, refused at once, served.
  CHECK(load_of(outcome).time_to_failure.minimum() == Duration());
  CHECK(slowest_request(outcome) == Approx(0.020).epsilon(1e-12));
  CHECK(outcome.intervals.front().services.front().instance_time == 950'000'000);
}

TEST_CASE("a lost zone is silent: only a timeout tells", "[models]") {
  ModelSpec model = station(constant(0.020));
  model.services["station"].placement.zones = {"a"};
  WorkloadSpec& load = add_replay(model, {0.005, 0.030, 0.070});
  FaultSpec zone = fault(ZoneDown{}, 0.010, 0.050);
  zone.target = {};
  zone.target.zone = "a";

  const Outcome without = run_of(model, zone);
  CHECK(load_of(without).counts.unfinished == 2);
  CHECK(load_of(without).counts.ok == 1);

  load.calls["station"].timeout = Duration::milliseconds(100);
  const Outcome with = run_of(model, zone);
  CHECK(load_of(with).counts.timed_out == 2);
  CHECK(slowest_request(with) == Approx(0.100).epsilon(1e-12));
}

TEST_CASE("only the instances of the lost zone are lost", "[models]") {
  ModelSpec model = station(constant(0.001));
  model.services["station"].instances = 4;
  model.services["station"].placement.zones = {"a", "b"};
  add_replay(model, every(0.002, 0.1, 0.2)).calls["station"].timeout = Duration::milliseconds(10);
  FaultSpec zone = fault(ZoneDown{}, 0.05, 0.5);
  zone.target.zone = "b";

  CHECK(load_of(run_of(model, zone)).counts.timed_out == 25);
}

TEST_CASE("callers go on choosing the dead until their death is detected", "[models]") {
  ModelSpec model = station(constant(0));
  model.services["station"].instances = 2;
  add_replay(model, every(0.001, 0.1005, 0.2));
  FaultSpec kill = fault(InstanceKill{Duration::milliseconds(40)}, 0.1, 0.5);
  kill.target.mode = TargetSpec::Mode::one;

  // Forty requests come before the detection, every other one to the dead instance.
  const Outcome outcome = run_of(model, kill);
  CHECK(load_of(outcome).counts.unreachable == 20);
  CHECK(load_of(outcome).counts.ok == load_of(outcome).counts.arrived - 20);
}

TEST_CASE("without any listed instance a call fails at once", "[models]") {
  ModelSpec model = station(constant(0.010));
  add_replay(model, {0.3});
  FaultSpec kill = fault(InstanceKill{Duration()}, 0.1, 0.5);

  const Outcome outcome = run_of(model, kill);

  CHECK(load_of(outcome).counts.unreachable == 1);
  CHECK(slowest_request(outcome) == 0);
  CHECK(outcome.intervals.front().endpoints.front().counts.arrived == 0);
}

TEST_CASE("a latency fault delays its share at the door and holds no worker", "[models]") {
  ModelSpec model = station(constant(0));
  add_poisson(model, 2'000);
  FaultSpec slow = fault(LatencyFault{constant(0.100), 30}, 0, 1);
  ExperimentSpec experiment = quiet(1);
  experiment.faults = {slow};

  const Estimate share = replicated(System(model, experiment), 40, 52, [](const Outcome& o) {
    // One worker could carry ten requests a second if it were held.
    CHECK(slowest_request(o) == Approx(0.100).epsilon(1e-12));
    return testing::tail(load_of(o).latency, Duration::milliseconds(50));
  });

  CHECK(agrees(share, 0.30));
  CHECK_FALSE(agrees(share, 0.31));
}

TEST_CASE("a fault of one operation leaves the others alone", "[models]") {
  ModelSpec model = station(constant(0));
  model.services["station"].endpoints["other"].behaviours = {{1, {}}};
  add_replay(model, {0.1, 0.2});
  WorkloadSpec& others = add_replay(model, {0.1, 0.2, 0.3}, "station", "others");
  others.mix = {{{"station", "other"}, 1}};
  FaultSpec abort = fault(AbortFault{}, 0, 1);
  abort.target.operation = "serve";

  const IntervalOutcome run = run_of(model, abort).intervals.front();

  CHECK(run.workloads[0].counts.aborted == 2);
  CHECK(run.workloads[1].counts.ok == 3);
}

TEST_CASE("an abort fault fails its share at once", "[models]") {
  ModelSpec model = station(constant(0.010), std::nullopt);
  add_poisson(model, 2'000);
  FaultSpec abort = fault(AbortFault{40}, 0, 1);
  ExperimentSpec experiment = quiet(1);
  experiment.faults = {abort};

  const Estimate share = replicated(System(model, experiment), 40, 53, [](const Outcome& o) {
    return static_cast<double>(load_of(o).counts.aborted) /
           static_cast<double>(load_of(o).counts.arrived);
  });

  CHECK(agrees(share, 0.40));
  CHECK_FALSE(agrees(share, 0.41));
}

TEST_CASE("slowed work takes a multiple while the fault lasts", "[models]") {
  ModelSpec model = station(constant(0.010));
  add_replay(model, {0.05, 0.15, 0.35});
  FaultSpec slow = fault(SlowDown{3}, 0.1, 0.2);

  const Outcome outcome = run_of(model, slow);

  CHECK(slowest_request(outcome) == Approx(0.030).epsilon(1e-12));
  CHECK(outcome.intervals.front().services.front().busy_millis == 50'000'000'000);
}

TEST_CASE("a share of instances is rounded up", "[models]") {
  ModelSpec model = station(constant(0));
  model.services["station"].instances = 3;
  add_replay(model, every(0.001, 0.1, 0.13));
  FaultSpec abort = fault(AbortFault{}, 0, 1);
  abort.target.mode = TargetSpec::Mode::fixed_percent;
  abort.target.value = 34;
  CHECK(load_of(run_of(model, abort)).counts.aborted == 20);

  abort.target.value = 33;
  CHECK(load_of(run_of(model, abort)).counts.aborted == 10);

  abort.target.mode = TargetSpec::Mode::fixed;
  abort.target.value = 3;
  CHECK(load_of(run_of(model, abort)).counts.aborted == 30);
}

TEST_CASE("a load spike adds requests and leaves the planned ones where they are", "[models]") {
  ModelSpec model = station(constant(0), std::nullopt);
  add_poisson(model, 2'000);
  FaultSpec spike = fault(LoadSpike{3}, 0.25, 0.25, "");
  ExperimentSpec experiment = quiet(1);
  experiment.faults = {spike};
  const System with(model, experiment);
  const System without(model, experiment.control());

  const Estimate added = replicated(with, 40, 54, [&](const Outcome& o) {
    const Outcome calm = run_replication(without, {.study = 54, .replication = o.replication});
    for (const std::size_t window : {0, 2, 3}) {
      CHECK(o.workload_windows[window] == calm.workload_windows[window]);
    }
    return static_cast<double>(o.workload_windows[1].arrived - calm.workload_windows[1].arrived);
  });

  CHECK(agrees(added, 2 * 2'000 * 0.25));
}

TEST_CASE("a spike of users brings so many more users", "[models]") {
  ModelSpec model = station(constant(0.010), std::nullopt);
  add_poisson(model, 1).arrivals = ClosedLoopSpec{4, constant(0.010)};
  FaultSpec spike = fault(LoadSpike{2.5}, 0, 1, "");

  CHECK(run_of(model, spike).intervals.front().services.front().most_in_system == 10);
}

TEST_CASE("a fault that finds nobody says so", "[models]") {
  ModelSpec model = station(constant(0));
  add_replay(model, {0.5});
  FaultSpec abort = fault(AbortFault{}, 0, 1);
  abort.target.version = "canary";

  const Outcome outcome = run_of(model, abort);

  CHECK(outcome.faults_without_target == 1);
  CHECK(load_of(outcome).counts.ok == 1);
}
