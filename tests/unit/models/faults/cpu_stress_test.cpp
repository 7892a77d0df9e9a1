// Who needs the CPU of a stressed instance waits: those who come to it, its calls, its work.

#include <algorithm>
#include <catch2/catch.hpp>

#include "models/checks/mistakes.hpp"
#include "tests/support/small_models.hpp"

using namespace rehearse;
using namespace rehearse::testing;

namespace {

/// One request at half a second to a front that works for 10 ms and calls the station, which works
/// for 20 ms. Each message takes 1 ms.
ModelSpec front_and_station() {
  ModelSpec model = station(constant(0.020));
  ServiceSpec& front = add_service(model, "front", {work(constant(0.010)), call("station")});
  front.calls["station"].timeout = Duration::milliseconds(300);
  WorkloadSpec& users = add_replay(model, {0.5});
  users.mix = {{{"front", "serve"}, 1}};
  model.network.latency = constant(0.001);
  return model;
}
constexpr double without_stress = 4 * 0.001 + 0.010 + 0.020;

FaultSpec stress(const std::string& service, const CpuStress& kind, double at = 0,
                 double duration = 1) {
  FaultSpec fault = fault_at_station("stress", kind, at, duration);
  fault.target.service = service;
  return fault;
}

Outcome run_of(const ModelSpec& model, const std::vector<FaultSpec>& faults,
               std::uint64_t replication = 0) {
  ExperimentSpec experiment = quiet(2);
  experiment.faults = faults;
  REQUIRE(find_mistakes(model, experiment).empty());
  return run_replication(System(model, experiment), {.study = 84, .replication = replication});
}

double seconds_under(const std::vector<FaultSpec>& faults) {
  const Outcome outcome = run_of(front_and_station(), faults);
  REQUIRE(outcome.intervals.front().workloads.front().counts.ok == 1);
  return slowest_request(outcome);
}

}  // namespace

TEST_CASE("whoever comes waits, and a leaf that is stressed makes no calls", "[models]") {
  CHECK(seconds_under({}) == Approx(without_stress));
  CHECK(seconds_under({stress("station", {constant(0.040)})}) == Approx(without_stress + 0.040));
}

TEST_CASE("a call of a stressed instance takes a stall longer, half of it either way", "[models]") {
  CHECK(seconds_under({stress("front", {constant(0.040)})}) == Approx(without_stress + 2 * 0.040));
  // It ends between the sending of the call and its answer: both were drawn when it was sent.
  CHECK(seconds_under({stress("front", {constant(0.040)}, 0, 0.570)}) ==
        Approx(without_stress + 2 * 0.040));
  // The door is passed before it begins.
  CHECK(seconds_under({stress("front", {constant(0.040)}, 0.505, 0.4)}) ==
        Approx(without_stress + 0.040));
}

TEST_CASE("work of a stressed instance takes a factor longer", "[models]") {
  CHECK(seconds_under({stress("front", {constant(0.040), 3})}) ==
        Approx(without_stress + 2 * 0.040 + 2 * 0.010));
}

TEST_CASE("stalls of several faults add", "[models]") {
  FaultSpec second = stress("front", {constant(0.010)});
  second.name = "another";
  CHECK(seconds_under({stress("front", {constant(0.040)}), second}) ==
        Approx(without_stress + 2 * 0.050));
}

TEST_CASE("who waits for CPU may be too late for its caller", "[models]") {
  const Outcome outcome = run_of(front_and_station(), {stress("front", {constant(0.500)}, 0, 2)});

  // The stall of the call alone is longer than the 300 ms that the front gives it.
  const RequestCounts& users = outcome.intervals.front().workloads.front().counts;
  CHECK(users.failed == 1);
  CHECK(slowest_request(outcome) == Approx(0.001 + 0.500 + 0.010 + 0.300 + 0.001));
}

TEST_CASE("users have no CPU that is stressed, and other services are left alone", "[models]") {
  ModelSpec model = front_and_station();
  add_service(model, "idle", {work(constant(0.010))});
  ExperimentSpec experiment = quiet(2);
  experiment.faults = {stress("idle", {constant(0.040), 2})};

  const Outcome outcome = run_replication(System(model, experiment), {.study = 84});

  CHECK(slowest_request(outcome) == Approx(without_stress));
}

TEST_CASE("stalls are drawn anew for each call", "[models]") {
  ModelSpec model = station(constant(0));
  StepSequence calls;
  for (int i = 0; i < 100; ++i) calls.push_back(call("station"));
  add_service(model, "front", calls);
  add_replay(model, {0.5}).mix = {{{"front", "serve"}, 1}};
  std::vector<double> seconds;
  for (std::uint64_t replication = 0; replication < 20; ++replication) {
    seconds.push_back(
        slowest_request(run_of(model, {stress("front", {exponential(0.010)}, 0, 2)}, replication)));
  }

  // 101 stalls of 10 ms with a standard deviation of as much: of twenty runs the mean is off by
  // 0.1 / sqrt(20) = 22 ms.
  double mean = 0;
  for (const double one : seconds) mean += one / 20;
  CHECK(mean == Approx(1.01).margin(4.5 * 0.0225));
  CHECK(*std::max_element(seconds.begin(), seconds.end()) -
            *std::min_element(seconds.begin(), seconds.end()) >
        0.1);
}
