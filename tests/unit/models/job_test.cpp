// The callee's side: admission, queues, workers, and what an endpoint does.

#include <catch2/catch.hpp>

#include "tests/support/small_models.hpp"

using namespace rehearse;
using namespace rehearse::testing;

namespace {

Outcome run_of(const ModelSpec& model, double seconds = 2) {
  return run_replication(System(model, quiet(seconds)), {.study = 41, .replication = 0});
}

const EndpointOutcome& endpoint_of(const Outcome& outcome, std::size_t endpoint) {
  return outcome.intervals.front().endpoints[endpoint];
}

Approx exactly(double seconds) {
  return Approx(seconds).epsilon(1e-12);
}

/// A front that calls a service that always fails after a millisecond, and then works for ten.
ModelSpec front_of_failing(OnError on_error) {
  ModelSpec model;
  CallSpec calls;
  calls.endpoint = {"bad", "serve"};
  calls.on_error = on_error;
  if (on_error == OnError::fallback) calls.fallback = {work(constant(0.005))};
  add_service(model, "bad", {work(constant(0.001))}).endpoints["serve"].errors.percent = 100;
  add_service(model, "front", {{calls}, work(constant(0.010))});
  add_replay(model, {0}, "front");
  return model;
}

/// Three legs of 10, 20 and 30 ms, the given share of which fails.
ModelSpec three_legs(std::optional<int> wait_for, const std::vector<std::string>& failing) {
  ModelSpec model;
  std::vector<StepSequence> branches;
  for (const double ms : {10, 20, 30}) {
    const std::string name = "leg" + std::to_string(static_cast<int>(ms));
    ServiceSpec& leg = add_service(model, name, {work(constant(ms / 1000))});
    for (const std::string& bad : failing) {
      if (bad == name) leg.endpoints["serve"].errors.percent = 100;
    }
    branches.push_back({call(name)});
  }
  add_service(model, "front", {parallel(branches, wait_for)});
  add_replay(model, {0}, "front");
  return model;
}

}  // namespace

TEST_CASE("a failed call fails its job, is ignored, or is made good", "[models]") {
  const Outcome fails = run_of(front_of_failing(OnError::fail));
  const Outcome ignores = run_of(front_of_failing(OnError::ignore));
  const Outcome falls_back = run_of(front_of_failing(OnError::fallback));

  CHECK(endpoint_of(fails, 1).counts.failed == 1);
  CHECK(slowest_request(fails) == exactly(0.001));
  CHECK(endpoint_of(ignores, 1).counts.ok == 1);
  CHECK(slowest_request(ignores) == exactly(0.011));
  CHECK(endpoint_of(falls_back, 1).counts.ok == 1);
  CHECK(slowest_request(falls_back) == exactly(0.016));
}

TEST_CASE("a quorum goes on with its last necessary answer", "[models]") {
  CHECK(slowest_request(run_of(three_legs(1, {}))) == exactly(0.010));
  CHECK(slowest_request(run_of(three_legs(2, {}))) == exactly(0.020));
  CHECK(slowest_request(run_of(three_legs({}, {}))) == exactly(0.030));
  CHECK(slowest_request(run_of(three_legs(2, {"leg10"}))) == exactly(0.030));
}

TEST_CASE("a quorum fails as soon as it has become impossible", "[models]") {
  const Outcome one = run_of(three_legs({}, {"leg10"}));
  const Outcome two = run_of(three_legs(2, {"leg10", "leg20"}));

  CHECK(slowest_request(one) == exactly(0.010));
  CHECK(endpoint_of(one, 0).counts.failed == 1);
  CHECK(slowest_request(two) == exactly(0.020));
  CHECK(endpoint_of(two, 0).counts.failed == 1);
}

TEST_CASE("what a quorum no longer needs goes on, unless cancellation is propagated", "[models]") {
  ModelSpec model = three_legs(2, {});
  constexpr std::size_t leg30 = 3;

  const Outcome goes_on = run_of(model);
  CHECK(endpoint_of(goes_on, leg30).counts.ok == 1);
  CHECK(goes_on.intervals.front().services[leg30].in_system == 30'000'000);

  model.services["front"].calls["leg30"].propagate_cancellation = true;
  const Outcome cancelled = run_of(model);
  CHECK(endpoint_of(cancelled, leg30).counts.cancelled == 1);
  CHECK(cancelled.intervals.front().services[leg30].in_system == 20'000'000);
}

TEST_CASE("cancellation reaches the calls of a call", "[models]") {
  ModelSpec model;
  add_service(model, "deep", {work(constant(1))});
  add_service(model, "front", {call("middle")}).calls["middle"].propagate_cancellation = true;
  add_service(model, "middle", {call("deep")}).calls["deep"].propagate_cancellation = true;
  ClientSpec& client = add_replay(model, {0}, "front").calls["front"];
  client.timeout = Duration::milliseconds(50);
  client.propagate_cancellation = true;

  const Outcome outcome = run_of(model);

  for (std::size_t i = 0; i < 3; ++i) CHECK(endpoint_of(outcome, i).counts.cancelled == 1);
  CHECK(outcome.intervals.front().services[0].in_system == 50'000'000);
}

TEST_CASE("a held worker makes others wait for its calls; an event loop does not", "[models]") {
  ModelSpec model;
  add_service(model, "slow", {work(constant(0.050))});
  ServiceSpec& front = add_service(model, "front", {work(constant(0.010)), call("slow")}, 1);
  add_replay(model, {0, 0}, "front");

  CHECK(slowest_request(run_of(model)) == exactly(0.120));
  front.worker_held_while_calling = false;
  CHECK(slowest_request(run_of(model)) == exactly(0.070));
}

TEST_CASE("an event loop queues again for the work after a call", "[models]") {
  ModelSpec model;
  add_service(model, "slow", {work(constant(0.005))});
  add_service(model, "front", {work(constant(0.010)), call("slow"), work(constant(0.010))}, 1)
      .worker_held_while_calling = false;
  add_replay(model, {0, 0}, "front");

  // First works 0-10, second 10-20; the first's call ends at 15, so it waits until 20, works to 30;
  // the second's call ends at 25, and it works from 30 to 40.
  const Outcome outcome = run_of(model);
  CHECK(outcome.intervals.front().workloads.front().latency.minimum().in_seconds() ==
        exactly(0.030));
  CHECK(slowest_request(outcome) == exactly(0.040));
}

TEST_CASE("a full queue refuses", "[models]") {
  ModelSpec model = station(constant(0.010));
  add_replay(model, {0, 0, 0, 0});
  const auto refused_with = [&](std::optional<int> capacity) {
    model.services["station"].queue.capacity = capacity;
    return endpoint_of(run_of(model), 0).counts.refused;
  };

  CHECK(refused_with(0) == 3);
  CHECK(refused_with(2) == 1);
  CHECK(refused_with(std::nullopt) == 0);
}

TEST_CASE("last in, first out serves the newest", "[models]") {
  ModelSpec model = station(constant(0.010));
  add_replay(model, {0, 0.001, 0.002});

  CHECK(slowest_request(run_of(model)) == exactly(0.028));
  model.services["station"].queue.discipline = LifoQueue{};
  CHECK(slowest_request(run_of(model)) == exactly(0.029));
}

TEST_CASE("two jobs on one core take twice as long, on two cores they do not", "[models]") {
  ModelSpec model = station(constant(0.010), std::nullopt);
  add_replay(model, {0, 0});
  model.services["station"].cpu = CpuSpec{1};
  CHECK(slowest_request(run_of(model)) == exactly(0.020));
  model.services["station"].cpu = CpuSpec{2};
  CHECK(slowest_request(run_of(model)) == exactly(0.010));
  model.services["station"].cpu = CpuSpec{1.5};
  CHECK(slowest_request(run_of(model)) == Approx(0.020 / 1.5).epsilon(1e-6));
}

TEST_CASE("rounds follow one another and a spawned call is not awaited", "[models]") {
  ModelSpec model;
  RepeatSpec repeat;
  repeat.count = {CountLawSpec::Kind::constant, 3, {}};
  repeat.steps = {work(constant(0.010))};
  SpawnSpec spawn;
  spawn.endpoint = {"mail", "serve"};
  add_service(model, "front", {{spawn}, {repeat}});
  add_service(model, "mail", {work(constant(0.500))});
  add_replay(model, {0}, "front");

  const Outcome outcome = run_of(model);

  CHECK(slowest_request(outcome) == exactly(0.030));
  CHECK(endpoint_of(outcome, 1).counts.ok == 1);
}

TEST_CASE("own errors come instead of work or after it", "[models]") {
  ModelSpec model = station(constant(0.010));
  add_replay(model, {0});
  OwnErrorsSpec& errors = model.services["station"].endpoints["serve"].errors;

  errors = {100, OwnErrorsSpec::At::start};
  CHECK(slowest_request(run_of(model)) == 0);
  errors = {100, OwnErrorsSpec::At::end};
  CHECK(slowest_request(run_of(model)) == exactly(0.010));
}

TEST_CASE("behaviours are taken by weight and optional calls by probability", "[models]") {
  ModelSpec model;
  add_service(model, "leaf", {});
  ServiceSpec& front = add_service(model, "front", {call("leaf", 0.4)});
  front.endpoints["serve"].behaviours.push_back({3, {}});
  add_poisson(model, 1'000, "front");

  const Estimate share = replicated(System(model, quiet(1)), 40, 42, [](const Outcome& o) {
    return static_cast<double>(endpoint_of(o, 1).counts.arrived) /
           static_cast<double>(endpoint_of(o, 0).counts.arrived);
  });

  CHECK(agrees(share, 0.25 * 0.4));
  CHECK_FALSE(agrees(share, 0.25 * 0.45));
}
