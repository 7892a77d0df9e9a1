// A run is a function of spec, seed and index: nothing else reaches its numbers.

#include <catch2/catch.hpp>

#include "sim/digest.hpp"
#include "tests/support/random_models.hpp"
#include "tests/support/small_models.hpp"

using namespace rehearse;
using namespace rehearse::testing;

namespace {

constexpr std::uint64_t scenarios = 100;

System compiled(const RandomScenario& scenario) {
  return System(scenario.model, scenario.experiment);
}

std::vector<std::uint64_t> arrivals_of(const Outcome& outcome, std::size_t workloads) {
  std::vector<std::uint64_t> arrived;
  for (std::size_t i = 0; i < workloads; ++i) {
    arrived.push_back(outcome.intervals.front().workloads[i].counts.arrived);
  }
  return arrived;
}

bool has_closed_loop(const ModelSpec& model) {
  for (const auto& [name, workload] : model.workloads) {
    if (std::holds_alternative<ClosedLoopSpec>(workload.arrivals)) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("the same seed gives the same outcome, and another one another", "[property]") {
  for (std::uint64_t number = 0; number < scenarios; ++number) {
    const System system = compiled(random_scenario(number));

    const Outcome once = run_replication(system, {.study = 1, .replication = number});
    const Outcome again =
        run_replication(compiled(random_scenario(number)), {.study = 1, .replication = number});
    const Outcome other = run_replication(system, {.study = 2, .replication = number});

    INFO("scenario " << number);
    CHECK(once == again);
    CHECK(once.digest() == again.digest());
    CHECK(once.digest() != other.digest());
  }
}

TEST_CASE("memory that other runs have used changes nothing", "[property]") {
  RunMemory used;
  for (std::uint64_t number = 0; number < scenarios; ++number) {
    const System system = compiled(random_scenario(number));

    const Outcome fresh = run_replication(system, {.study = 3, .replication = 5});
    const Outcome reused = run_replication(system, {.study = 3, .replication = 5}, used);

    INFO("scenario " << number);
    CHECK(fresh == reused);
  }
}

TEST_CASE("a replication alone is what it is in a sequence", "[property]") {
  for (std::uint64_t number = 0; number < 20; ++number) {
    const System system = compiled(random_scenario(number));
    RunMemory memory;
    std::vector<Outcome> sequence;
    for (std::uint64_t i = 0; i < 6; ++i) {
      sequence.push_back(run_replication(system, {.study = 4, .replication = i}, memory));
    }

    for (const std::uint64_t i : {5, 2, 0}) {
      CHECK(run_replication(system, {.study = 4, .replication = i}) == sequence[i]);
    }
  }
}

TEST_CASE("the order in which things are declared changes nothing", "[property]") {
  for (std::uint64_t number = 0; number < 30; ++number) {
    const RandomScenario scenario = random_scenario(number);
    RandomScenario backwards;
    backwards.experiment = scenario.experiment;
    backwards.model.network = scenario.model.network;
    const auto& services = scenario.model.services;
    for (auto it = services.rbegin(); it != services.rend(); ++it)
      backwards.model.services.insert(*it);
    const auto& workloads = scenario.model.workloads;
    for (auto it = workloads.rbegin(); it != workloads.rend(); ++it) {
      backwards.model.workloads.insert(*it);
    }

    const ReplicationSeed seed{.study = 5, .replication = number};
    CHECK(run_replication(compiled(scenario), seed) == run_replication(compiled(backwards), seed));
  }
}

TEST_CASE("an unrelated service and workload move nobody else's numbers", "[property]") {
  for (std::uint64_t number = 0; number < scenarios; ++number) {
    RandomScenario scenario = random_scenario(number);
    // A fault, an alarm or a mix that means everybody would mean the newcomers, too.
    scenario.experiment.stop_conditions.clear();
    std::erase_if(scenario.experiment.faults, [](const FaultSpec& fault) {
      return fault.target.service.empty() && fault.target.zone.empty();
    });
    const Outcome without = run_replication(compiled(scenario), {.study = 6, .replication = 0});

    // Names that sort before all others, so that every index moves.
    add_service(scenario.model, "aaa", {work(exponential(0.002))}, 1);
    add_poisson(scenario.model, 100, "aaa", "aaa");
    const Outcome with = run_replication(compiled(scenario), {.study = 6, .replication = 0});

    INFO("scenario " << number);
    for (std::size_t interval = 0; interval < without.intervals.size(); ++interval) {
      const IntervalOutcome& expected = without.intervals[interval];
      IntervalOutcome others = with.intervals[interval];
      others.endpoints.erase(others.endpoints.begin());
      others.workloads.erase(others.workloads.begin());
      others.services.erase(others.services.begin());
      CHECK(others == expected);
    }
  }
}

TEST_CASE("the control arm is the experiment without its faults and rollout", "[property]") {
  for (std::uint64_t number = 0; number < scenarios; ++number) {
    const RandomScenario scenario = random_scenario(number);
    ExperimentSpec calm = scenario.experiment;
    calm.faults.clear();
    calm.rollout.reset();
    // The calm one plans no disturbance, hence has none of its intervals.
    calm.objectives.clear();
    calm.stop_conditions.clear();
    ExperimentSpec control = scenario.experiment.control();
    control.objectives.clear();
    control.stop_conditions.clear();

    const ReplicationSeed seed{.study = 7, .replication = number};
    const Outcome expected = run_replication(System(scenario.model, calm), seed);
    const Outcome outcome = run_replication(System(scenario.model, control), seed);

    INFO("scenario " << number);
    CHECK(outcome.intervals.front().workloads == expected.intervals.front().workloads);
    CHECK(outcome.intervals.front().services == expected.intervals.front().services);
    CHECK(outcome.workload_windows == expected.workload_windows);
  }
}

TEST_CASE("both arms meet the same requests", "[property]") {
  for (std::uint64_t number = 0; number < scenarios; ++number) {
    RandomScenario scenario = random_scenario(number);
    if (has_closed_loop(scenario.model)) continue;
    std::erase_if(scenario.experiment.faults, [](const FaultSpec& fault) {
      return std::holds_alternative<LoadSpike>(fault.kind);
    });

    const ReplicationSeed seed{.study = 8, .replication = number};
    const Outcome experiment = run_replication(compiled(scenario), seed);
    const Outcome control =
        run_replication(System(scenario.model, scenario.experiment.control()), seed);

    INFO("scenario " << number);
    const std::size_t workloads = scenario.model.workloads.size();
    CHECK(arrivals_of(experiment, workloads) == arrivals_of(control, workloads));
  }
}

TEST_CASE("three models have the digests they have always had", "[property]") {
  // The same for g++ and clang++, -O0 and -O3. A change here is news even when it is better.
  const auto digest_of = [](const System& system) {
    return to_hex(run_replication(system, {.study = 9, .replication = 1}).digest());
  };
  ModelSpec plain = station(exponential(0.001));
  add_poisson(plain, 800);

  CHECK(digest_of(System(plain, quiet(2))) == "d3f542f1331bcf36");
  CHECK(digest_of(compiled(random_scenario(3))) == "96dcb9d0c2c11523");
  CHECK(digest_of(compiled(random_scenario(11))) == "6a54092dc43f3ea4");
  CHECK(digest_of(compiled(random_scenario(11, {.throttled = true}))) == "944c625253c26ba4");
  CHECK(digest_of(compiled(random_scenario(11, {.guarded = true}))) == "b9b8c2798efddf2e");
  CHECK(digest_of(compiled(random_scenario(11, {.lossy = true}))) == "2e293e04947a522a");
  CHECK(digest_of(compiled(random_scenario(11, {.stressed = true}))) == "7bb268e63dfebfb6");
  CHECK(digest_of(compiled(random_scenario(11, {.dropping = true}))) == "ebe2e237deb26673");
  CHECK(digest_of(compiled(random_scenario(11, {.sized = true}))) == "7791ca83b9a37a57");
  CHECK(digest_of(compiled(random_scenario(11, {.impatient = true}))) == "86d26242a62085d4");
  CHECK(digest_of(compiled(random_scenario(11, {.tolerant = true}))) == "f999e889b900b984");
  CHECK(digest_of(compiled(random_scenario(11, {.bent = true}))) == "66ebb9135472b792");
  CHECK(digest_of(compiled(random_scenario(11, {.dropping = true}))) !=
        digest_of(compiled(random_scenario(11))));
}
