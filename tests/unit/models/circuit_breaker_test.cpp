// What a circuit breaker does in a run: computed by hand.

#include <catch2/catch.hpp>

#include "tests/support/small_models.hpp"

using namespace rehearse;
using namespace rehearse::testing;

namespace {

Outcome run_of(const ModelSpec& model, double seconds, std::vector<FaultSpec> faults = {}) {
  ExperimentSpec experiment = quiet(seconds);
  experiment.faults = std::move(faults);
  return run_replication(System(model, experiment), {.study = 61, .replication = 0});
}

const RequestCounts& requests_of(const Outcome& outcome) {
  return outcome.intervals.front().workloads.front().counts;
}

std::uint64_t attempts_at(const Outcome& outcome, std::size_t endpoint = 0) {
  return outcome.intervals.front().endpoints[endpoint].counts.arrived;
}

/// Ten in a second, the first one at 50 ms.
std::vector<double> every_tenth(double seconds) {
  std::vector<double> instants;
  for (int i = 0; i < 10 * seconds; ++i) instants.push_back(0.05 + 0.1 * i);
  return instants;
}

/// Opens when all of so many failed.
CircuitBreakerSpec opens_after(int failures, double wait_seconds) {
  CircuitBreakerSpec spec;
  spec.sliding_window_size = failures;
  spec.failure_rate_threshold_percent = 100;
  spec.wait_duration_in_open_state = Duration::rounded_seconds(wait_seconds);
  return spec;
}

RetrySpec retry_of(int max_attempts, bool not_permitted) {
  RetrySpec retry;
  retry.max_attempts = max_attempts;
  retry.base_backoff = Duration::milliseconds(10);
  retry.jitter = Jitter::none;
  retry.retry_on = {.five_xx = true, .not_permitted = not_permitted};
  return retry;
}

/// A front that asks "station" and, after 10 ms of its own, waits for it no longer.
ModelSpec impatient_front() {
  ModelSpec model = station(constant(0.5), std::nullopt);
  add_service(model, "front", {parallel({{call("station")}, {work(constant(0.010))}}, 1)});
  return model;
}

}  // namespace

TEST_CASE("a breaker opens in an outage, tries, and closes when it is over", "[models]") {
  ModelSpec model = station(constant(0.001));
  CircuitBreakerSpec& breaker =
      add_replay(model, every_tenth(10)).calls["station"].circuit_breaker.emplace();
  breaker.sliding_window_size = 4;
  breaker.wait_duration_in_open_state = Duration::seconds(1);
  breaker.permitted_number_of_calls_in_half_open_state = 2;

  const Outcome outcome = run_of(model, 11, {fault_at_station("outage", AbortFault{}, 2, 3)});

  // Of the last four the requests of 2.05 s and 2.15 s failed: half. Those of 2.25 s to 3.15 s are
  // not permitted, the last of them at the very end of the wait. 3.25 s and 3.35 s are tried, and
  // 4.45 s and 4.55 s; 5.65 s and 5.75 s close it.
  CHECK(requests_of(outcome).aborted == 2 + 2 + 2);
  CHECK(requests_of(outcome).not_permitted == 10 + 10 + 10);
  CHECK(requests_of(outcome).ok == 100 - 36);
  CHECK(attempts_at(outcome) == 70);
  CHECK(outcome.intervals.front().endpoints.front().counts.not_permitted == 0);
  const WorkloadOutcome& load = outcome.intervals.front().workloads.front();
  CHECK(load.time_to_failure.maximum() == Duration());
}

TEST_CASE("a breaker that is never met changes nothing", "[models]") {
  ModelSpec model = station(exponential(0.001));
  ClientSpec& client = add_poisson(model, 500).calls["station"];
  const Outcome without = run_of(model, 2);
  client.circuit_breaker.emplace();

  const Outcome with = run_of(model, 2);

  CHECK(with.digest() == without.digest());
  CHECK(with.trajectory == without.trajectory);
}

TEST_CASE("the time of the whole call ends an attempt badly", "[models]") {
  ModelSpec model = station(constant(1), std::nullopt);
  ClientSpec& client = add_replay(model, {0, 0.2, 0.4, 0.6}).calls["station"];
  client.timeout = Duration::milliseconds(100);
  client.circuit_breaker = opens_after(2, 10);

  const Outcome outcome = run_of(model, 2);

  CHECK(requests_of(outcome).timed_out == 2);
  CHECK(requests_of(outcome).not_permitted == 2);
  CHECK(attempts_at(outcome) == 2);
}

TEST_CASE("a call whose time is over while it backs off fails once", "[models]") {
  ModelSpec model = station(constant(0), std::nullopt);
  model.services["station"].endpoints["serve"].errors.percent = 100;
  ClientSpec& client = add_replay(model, {0, 0.2, 0.4, 0.6}).calls["station"];
  client.timeout = Duration::milliseconds(5);
  client.retry = retry_of(2, false);  // at 10 ms
  client.circuit_breaker = opens_after(3, 10);

  const Outcome outcome = run_of(model, 2);

  CHECK(requests_of(outcome).timed_out == 3);
  CHECK(requests_of(outcome).not_permitted == 1);
}

TEST_CASE("each attempt asks the breaker, and its own timeout ends it badly", "[models]") {
  ModelSpec model = station(constant(1), std::nullopt);
  ClientSpec& client = add_replay(model, {0}).calls["station"];
  client.circuit_breaker = opens_after(2, 10);

  // From 0 to 50 ms, and from 60 to 110 ms; the third at 130 ms, and the fourth at 170 ms.
  for (const bool again : {false, true}) {
    client.retry = retry_of(4, again);
    client.retry->per_try_timeout = Duration::milliseconds(50);
    const Outcome outcome = run_of(model, 2);
    CHECK(requests_of(outcome).not_permitted == 1);
    CHECK(attempts_at(outcome) == 2);
    CHECK(slowest_request(outcome) == Approx(again ? 0.170 : 0.130).epsilon(1e-12));
    // What was not sent does not amplify.
    CHECK(outcome.intervals.front().services.front().attempts == 2);
  }
}

TEST_CASE("slow answers open a breaker", "[models]") {
  ModelSpec model = station(constant(0.1), std::nullopt);
  CircuitBreakerSpec& breaker =
      add_replay(model, every_tenth(2)).calls["station"].circuit_breaker.emplace();
  breaker.sliding_window_size = 5;
  breaker.slow_call_duration_threshold = Duration::milliseconds(100);
  CHECK(requests_of(run_of(model, 3)).ok == 20);

  model.network.latency = constant(0.001);  // to and fro: 102 ms

  const Outcome outcome = run_of(model, 3);
  // The fifth answer comes at 552 ms, when the sixth request is under way.
  CHECK(requests_of(outcome).ok == 6);
  CHECK(requests_of(outcome).not_permitted == 14);
}

TEST_CASE("nobody there is a failure like another", "[models]") {
  ModelSpec model = station(constant(0.001));
  add_replay(model, every_tenth(5)).calls["station"].circuit_breaker = opens_after(3, 1);

  const Outcome outcome = run_of(model, 6, {fault_at_station("death", InstanceKill{}, 1, 1)});

  // 1.05 s, 1.15 s, 1.25 s; then nothing until, after 2.25 s, ten are tried and are well.
  CHECK(requests_of(outcome).unreachable == 3);
  CHECK(requests_of(outcome).not_permitted == 10);
  CHECK(requests_of(outcome).ok == 37);
}

TEST_CASE("an attempt that is given up leaves its permit to another", "[models]") {
  ModelSpec model = impatient_front();
  CircuitBreakerSpec breaker = opens_after(1, 0.9);
  breaker.permitted_number_of_calls_in_half_open_state = 1;
  model.services["front"].calls["station"].circuit_breaker = breaker;
  add_replay(model, {0.1, 0.5, 2, 2.005, 3, 4}, "front");

  const Outcome outcome = run_of(model, 5, {fault_at_station("outage", AbortFault{}, 0, 1)});

  // Half open at 2 s, by an attempt that is given up at 2.01 s and ends at 2.5 s; while it lasts
  // that of 2.005 s is not permitted.
  CHECK(requests_of(outcome).ok == 6);
  CHECK(attempts_at(outcome, 1) == 4);
  CHECK(outcome.intervals.front().endpoints[1].counts.aborted == 1);
}

TEST_CASE("a call that is given up before it knows that it was not permitted leaves no permit",
          "[models]") {
  ModelSpec model = station(constant(10), std::nullopt);
  const StepSequence both_and_no_time{
      parallel({{call("station")}, {call("station")}, {work(constant(0))}}, 1)};
  ServiceSpec& front = add_service(model, "front", both_and_no_time);
  front.endpoints["ask"].behaviours = {{1, {call("station")}}};
  CircuitBreakerSpec& breaker = front.calls["station"].circuit_breaker.emplace();
  breaker = opens_after(1, 0.5);
  breaker.permitted_number_of_calls_in_half_open_state = 1;
  add_replay(model, {0.1}, "front", "opener").mix = {{{"front", "ask"}, 1}};
  add_replay(model, {2, 3}, "front");

  const Outcome outcome = run_of(model, 4, {fault_at_station("outage", AbortFault{}, 0, 1)});

  // Each time the second of the two finds no permit; both are given up at that instant.
  CHECK(outcome.intervals.front().endpoints[2].counts.arrived == 1 + 1 + 1);
}

TEST_CASE("a process that begins anew knows of no failures", "[models]") {
  ModelSpec model = station(constant(0.001));
  add_service(model, "front", {call("station")});
  model.services["front"].calls["station"].circuit_breaker = opens_after(2, 100);
  add_replay(model, every_tenth(5), "front");
  FaultSpec death = fault_at_station("death", InstanceKill{}, 2, 1);
  death.target.service = "front";

  const Outcome outcome = run_of(model, 6, {fault_at_station("outage", AbortFault{}, 0, 1), death});

  // Open since 150 ms; born again at 3 s.
  CHECK(attempts_at(outcome, 1) == 2 + 20);
  CHECK(requests_of(outcome).failed == 20);
  CHECK(requests_of(outcome).unreachable == 10);
  CHECK(requests_of(outcome).ok == 20);
}

TEST_CASE("each caller has a breaker of its own", "[models]") {
  ModelSpec model = station(constant(0.001));
  add_replay(model, every_tenth(2)).calls["station"].circuit_breaker = opens_after(3, 100);
  add_replay(model, every_tenth(2), "station", "other").calls["station"].circuit_breaker =
      opens_after(7, 100);
  model.services["station"].endpoints["serve"].errors.percent = 100;

  const Outcome outcome = run_of(model, 3);

  CHECK(outcome.intervals.front().workloads[0].counts.failed == 3);
  CHECK(outcome.intervals.front().workloads[1].counts.failed == 7);
}
