// However a run is cut, and whoever works on it, it goes the same way.

#include <catch2/catch.hpp>

#include "models/checks/mistakes.hpp"
#include "tests/support/random_models.hpp"
#include "tests/support/small_models.hpp"

using namespace rehearse;
using namespace rehearse::testing;

namespace {

/// A random scenario in which every call takes at least 50 microseconds on its way, so that hosts
/// may be cut apart.
RandomScenario with_distances(std::uint64_t number, Ingredients ingredients = {}) {
  RandomScenario scenario = random_scenario(number, ingredients);
  const Duration least = Duration::microseconds(50);
  const auto lengthen = [least](LawSpec& law) { law.minimum = law.minimum + least; };
  lengthen(scenario.model.network.latency);
  for (auto& [name, service] : scenario.model.services) {
    for (auto& [callee, client] : service.calls) {
      if (client.network_latency) lengthen(*client.network_latency);
    }
  }
  for (auto& [name, workload] : scenario.model.workloads) {
    for (auto& [callee, client] : workload.calls) {
      if (client.network_latency) lengthen(*client.network_latency);
    }
  }
  return scenario;
}

/// Of 30 scenarios with these ingredients, each of which must go the same way whole and cut, how
/// many go another way than without them: a mechanism that never acts would show nothing.
int scenarios_changed_by(Ingredients ingredients) {
  int changed = 0;
  for (std::uint64_t number = 0; number < 30; ++number) {
    const RandomScenario scenario = with_distances(number, ingredients);
    const RandomScenario plain = with_distances(number);
    REQUIRE(find_mistakes(scenario.model, scenario.experiment).empty());
    const System system(scenario.model, scenario.experiment);
    const ReplicationSeed seed{.study = 23, .replication = number};
    RunMemory memory;
    const Outcome whole = run_replication(system, seed, memory);

    INFO("scenario " << number);
    for (const Threading& threading : {Threading{3, 1}, Threading{3, 2}, Threading{8, 1}}) {
      CHECK(run_replication(system, seed, memory, threading) == whole);
    }
    changed += whole.trajectory !=
               run_replication(System(plain.model, plain.experiment), seed, memory).trajectory;
  }
  return changed;
}

}  // namespace

TEST_CASE("a run goes the same way in one partition or in eight", "[property]") {
  int cut_into_three = 0;
  for (std::uint64_t number = 0; number < 60; ++number) {
    const RandomScenario scenario = with_distances(number);
    const System system(scenario.model, scenario.experiment);
    const ReplicationSeed seed{.study = 21, .replication = number};
    RunMemory memory;
    const Outcome whole = run_replication(system, seed, memory);

    for (const Threading& threading :
         {Threading{2, 1}, Threading{2, 2}, Threading{3, 1}, Threading{4, 2}, Threading{8, 3}}) {
      const Outcome cut = run_replication(system, seed, memory, threading);

      INFO("scenario " << number << ", partitions " << threading.partitions);
      CHECK(cut.digest() == whole.digest());
      CHECK(cut.trajectory == whole.trajectory);
      CHECK(cut == whole);
    }
    cut_into_three += system.cut_report(3).partitions == 3;
  }

  CHECK(cut_into_three > 30);
}

TEST_CASE("what is left out of most scenarios goes the same way however a run is cut",
          "[property]") {
  CHECK(scenarios_changed_by({.throttled = true}) > 5);
  CHECK(scenarios_changed_by({.lossy = true}) > 20);
  CHECK(scenarios_changed_by({.lossy = true, .bursty = true}) > 20);
  CHECK(scenarios_changed_by({.stressed = true}) > 20);
  CHECK(scenarios_changed_by({.uneven = true}) > 20);
  CHECK(scenarios_changed_by({.guarded = true}) > 10);
  CHECK(scenarios_changed_by({.dropping = true}) > 10);
  CHECK(scenarios_changed_by({.sized = true}) > 10);
  CHECK(scenarios_changed_by({.impatient = true}) > 10);
  CHECK(scenarios_changed_by({.tolerant = true}) > 10);
  CHECK(scenarios_changed_by({.bent = true}) > 10);
}

TEST_CASE("a collapse goes the same way however it is cut", "[property]") {
  int capped = 0;
  for (std::uint64_t number = 0; number < 60; ++number) {
    RandomScenario scenario = with_distances(number);
    scenario.experiment.most_in_flight = 30;
    const System system(scenario.model, scenario.experiment);
    const ReplicationSeed seed{.study = 23, .replication = number};
    RunMemory memory;
    const Outcome whole = run_replication(system, seed, memory);
    capped += whole.capped;

    for (const Threading& threading : {Threading{2, 1}, Threading{4, 2}, Threading{8, 2}}) {
      const Outcome cut = run_replication(system, seed, memory, threading);

      INFO("scenario " << number << ", partitions " << threading.partitions);
      CHECK(cut.digest() == whole.digest());
      CHECK(cut == whole);
    }
  }
  CHECK(capped > 10);
  CHECK(capped < 60);
}

TEST_CASE("the trajectory tells luck from luck", "[property]") {
  const RandomScenario scenario = with_distances(4);
  const System system(scenario.model, scenario.experiment);

  const Outcome one = run_replication(system, {.study = 22, .replication = 1});
  const Outcome other = run_replication(system, {.study = 22, .replication = 2});

  CHECK(one.trajectory != other.trajectory);
}

TEST_CASE("hosts that call without a minimum latency stay together, and the cut says why",
          "[property]") {
  ModelSpec model = station(exponential(0.001));
  add_poisson(model, 500);
  const System at_once(model, quiet(1));
  model.network.latency = exponential(0.001);
  model.network.latency.minimum = Duration::milliseconds(2);
  const System apart(model, quiet(1));

  const CutReport together = at_once.cut_report(2);
  const CutReport cut = apart.cut_report(2);

  CHECK(together.partitions == 1);
  CHECK(together.obstacle == "calls from 'load' to 'station' have no minimum network latency");
  CHECK(cut.partitions == 2);
  CHECK(cut.obstacle.empty());
  CHECK(cut.lookahead == Duration::milliseconds(2));
  CHECK(cut.crossing == Approx(1));
}
