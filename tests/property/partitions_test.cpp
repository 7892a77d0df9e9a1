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

TEST_CASE("throttled retries go the same way however a run is cut", "[property]") {
  int acted = 0;
  for (std::uint64_t number = 0; number < 30; ++number) {
    const RandomScenario scenario = with_distances(number, {.throttled = true});
    const RandomScenario free = with_distances(number);
    const System system(scenario.model, scenario.experiment);
    const ReplicationSeed seed{.study = 23, .replication = number};
    RunMemory memory;
    const Outcome whole = run_replication(system, seed, memory);
    INFO("scenario " << number);
    CHECK(run_replication(system, seed, memory, Threading{3, 2}) == whole);
    acted += whole.trajectory !=
             run_replication(System(free.model, free.experiment), seed, memory).trajectory;
  }

  CHECK(acted > 5);
}

TEST_CASE("what is lost on its way is lost however a run is cut", "[property]") {
  int acted = 0;
  for (std::uint64_t number = 0; number < 30; ++number) {
    const RandomScenario scenario = with_distances(number, {.lossy = true});
    const RandomScenario whole_links = with_distances(number);
    REQUIRE(find_mistakes(scenario.model, scenario.experiment).empty());
    const System system(scenario.model, scenario.experiment);
    const ReplicationSeed seed{.study = 29, .replication = number};
    RunMemory memory;
    const Outcome whole = run_replication(system, seed, memory);
    INFO("scenario " << number);
    CHECK(run_replication(system, seed, memory, Threading{3, 2}) == whole);
    CHECK(run_replication(system, seed, memory, Threading{8, 1}) == whole);
    acted +=
        whole.trajectory !=
        run_replication(System(whole_links.model, whole_links.experiment), seed, memory).trajectory;
  }

  CHECK(acted > 20);
}

TEST_CASE("guarded calls go the same way however a run is cut", "[property]") {
  int acted = 0;
  for (std::uint64_t number = 0; number < 40; ++number) {
    const RandomScenario scenario = with_distances(number, {.guarded = true});
    const System system(scenario.model, scenario.experiment);
    const ReplicationSeed seed{.study = 24, .replication = number};
    RunMemory memory;
    const Outcome whole = run_replication(system, seed, memory);

    INFO("scenario " << number);
    CHECK(run_replication(system, seed, memory, Threading{3, 1}) == whole);
    CHECK(run_replication(system, seed, memory, Threading{3, 2}) == whole);
    CHECK(run_replication(system, seed) == whole);
    for (const WorkloadOutcome& workload : whole.intervals.front().workloads) {
      acted += workload.counts.not_permitted > 0;
    }
  }

  CHECK(acted > 10);
}

TEST_CASE("queues that drop jobs go the same way however a run is cut", "[property]") {
  int acted = 0;
  int cut_into_three = 0;
  for (std::uint64_t number = 0; number < 40; ++number) {
    const RandomScenario scenario = with_distances(number, {.dropping = true});
    const RandomScenario patient = with_distances(number);
    const System system(scenario.model, scenario.experiment);
    const ReplicationSeed seed{.study = 24, .replication = number};
    RunMemory memory;
    const Outcome whole = run_replication(system, seed, memory);
    INFO("scenario " << number);
    CHECK(run_replication(system, seed, memory, Threading{3, 1}) == whole);
    CHECK(run_replication(system, seed, memory, Threading{3, 2}).digest() == whole.digest());
    cut_into_three += system.cut_report(3).partitions == 3;
    acted += whole.trajectory !=
             run_replication(System(patient.model, patient.experiment), seed, memory).trajectory;
  }

  CHECK(cut_into_three > 20);
  CHECK(acted > 15);
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
