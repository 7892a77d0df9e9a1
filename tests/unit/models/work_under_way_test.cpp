// Faults meet what has begun: work that is under way, and what a dead process had spawned.

#include <catch2/catch.hpp>

#include "tests/support/small_models.hpp"

using namespace rehearse;
using namespace rehearse::testing;

namespace {

FaultSpec slow_down(const std::string& name, double at, double duration, double factor) {
  FaultSpec fault = fault_at_station(name, SlowDown{factor}, at, duration);
  return fault;
}

/// How long ten seconds of work take that begin at 4 s.
double ten_seconds_under(const std::vector<FaultSpec>& faults, std::optional<CpuSpec> cpu) {
  ModelSpec model = station(constant(10), std::nullopt);
  model.services["station"].cpu = cpu;
  add_replay(model, {4});
  ExperimentSpec experiment = quiet(100);
  experiment.faults = faults;
  return slowest_request(run_replication(System(model, experiment), {.study = 5}));
}

}  // namespace

TEST_CASE("a slow-down meets work that has begun, and its end relieves it", "[models]") {
  for (const std::optional<CpuSpec>& cpu : {std::optional<CpuSpec>(), std::optional(CpuSpec{1})}) {
    INFO((cpu ? "on a core" : "by a worker"));
    // One second is done by 5 s, a third of twenty by 25 s, the rest at full speed.
    CHECK(ten_seconds_under({slow_down("one", 5, 20, 3)}, cpu) ==
          Approx(1 + 20 + 10 - 1 - 20.0 / 3).epsilon(1e-9));
    // From 7 s to 9 s both: six times as slow.
    CHECK(ten_seconds_under({slow_down("one", 5, 4, 3), slow_down("two", 7, 6, 2)}, cpu) ==
          Approx(1 + 2 + 2 + 4 + 10 - 1 - 2.0 / 3 - 2.0 / 6 - 4.0 / 2).epsilon(1e-9));
    CHECK(ten_seconds_under({}, cpu) == Approx(10).epsilon(1e-12));
  }
}

TEST_CASE("a slow-down of one instance leaves the work of others alone", "[models]") {
  ModelSpec model = station(constant(10), std::nullopt);
  model.services["station"].instances = 2;
  model.services["station"].placement.hosts = {"h0", "h1"};
  add_replay(model, {4, 4});
  ExperimentSpec experiment = quiet(100);
  experiment.faults = {slow_down("one", 5, 20, 3)};
  experiment.faults.front().target.host = "h0";

  const Outcome outcome = run_replication(System(model, experiment), {.study = 5});

  const LatencyHistogram& latency = outcome.intervals.front().workloads.front().latency;
  CHECK(latency.minimum() == Duration::seconds(10));
  CHECK(latency.maximum().in_seconds() == Approx(30 - 20.0 / 3).epsilon(1e-9));
}

TEST_CASE("a dead process retries nothing that it spawned", "[models]") {
  ModelSpec model;
  ClientSpec& client =
      add_service(model, "f", {StepSpec{SpawnSpec{{"s", "serve"}, 1}}, work(constant(20))})
          .calls["s"];
  client.retry = RetrySpec{};
  client.retry->max_attempts = 10;
  client.retry->base_backoff = Duration::seconds(1);
  client.retry->max_backoff = Duration::seconds(1);
  client.retry->jitter = Jitter::none;
  client.retry->retry_on.five_xx = true;
  add_service(model, "s", {work(constant(0.1))}).endpoints["serve"].errors.percent = 100;
  add_replay(model, {1}, "f");
  ExperimentSpec experiment = quiet(60);
  FaultSpec death;
  death.name = "death";
  death.kind = InstanceKill{};
  death.target.service = "f";
  death.at = Duration::seconds(3);
  death.duration = Duration::seconds(50);
  experiment.faults = {death};

  const System system(model, experiment);
  const Outcome outcome = run_replication(system, {.study = 5});

  // At 1 s and at 2.1 s; the third would come at 3.2 s.
  REQUIRE(system.layout().services.at(1) == "s");
  CHECK(outcome.intervals.front().services.at(1).attempts == 2);
}
