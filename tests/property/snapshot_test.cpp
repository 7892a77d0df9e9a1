// The state of a run is a value.

#include <catch2/catch.hpp>
#include <memory>

#include "tests/support/random_models.hpp"
#include "tests/support/small_models.hpp"

using namespace rehearse;
using namespace rehearse::testing;

namespace {

Time halfway(const RandomScenario& scenario) {
  return Time::after_start(scaled(scenario.experiment.duration, 0.5));
}

}  // namespace

TEST_CASE("a copy of a run continues as the original does, and leaves nothing to the next",
          "[property]") {
  RunMemory used;
  for (std::uint64_t number = 0; number < 80; ++number) {
    const RandomScenario scenario = random_scenario(number / 2, {.lossy = number % 4 == 2,
                                                                 .bursty = number % 4 == 2,
                                                                 .stressed = number % 8 == 5,
                                                                 .guarded = number % 4 == 3,
                                                                 .dropping = number % 2 == 1});
    const System system(scenario.model, scenario.experiment);
    const ReplicationSeed seed{.study = 31, .replication = number};
    Replication original(system, seed);
    original.advance_to(halfway(scenario));
    Replication copy(original);

    const Outcome of_copy = copy.finish();
    const Outcome of_original = original.finish();

    INFO("scenario " << number);
    CHECK(of_copy == of_original);
    CHECK(of_original == run_replication(system, seed, used));
  }
}

TEST_CASE("a copy of a run that is over once read what the original had left", "[property]") {
  ModelSpec model = station(constant(10));
  add_poisson(model, 500);
  ExperimentSpec experiment = quiet(2);
  experiment.most_in_flight = 100;  // it breaks off with all that under way
  const System system(model, experiment);
  const Outcome whole = run_replication(system, {.study = 34});
  auto original = std::make_unique<Replication>(system, ReplicationSeed{.study = 34});
  original->advance_to(Time::after_start(Duration::seconds(100)));
  Replication copy(*original);
  original.reset();

  CHECK(copy.finish() == whole);
}

TEST_CASE("a pause anywhere, also where controllers act, changes nothing", "[property]") {
  for (std::uint64_t number = 0; number < 20; ++number) {
    const RandomScenario scenario = random_scenario(number);
    const System system(scenario.model, scenario.experiment);
    const ReplicationSeed seed{.study = 32, .replication = number};
    Replication paused(system, seed, {.partitions = 2, .threads = 1});
    for (int i = 1; i <= 10; ++i) {
      paused.advance_to(Time::after_start(scaled(scenario.experiment.duration, 0.1 * i)));
    }

    const Outcome whole = run_replication(system, seed);

    INFO("scenario " << number);
    CHECK(paused.finish().digest() == whole.digest());
  }
}

TEST_CASE("another branch has other luck from there on, and the same past", "[property]") {
  ModelSpec model = station(exponential(0.001));
  add_poisson(model, 500);
  ExperimentSpec experiment = quiet(2);
  experiment.window = Duration::seconds(1);
  const System system(model, experiment);
  Replication original(system, {.study = 33});
  original.advance_to(Time::after_start(Duration::seconds(1)));
  Replication first(original);
  Replication second(original);
  first.set_branch(1);
  second.set_branch(2);

  const Outcome one = first.finish();
  const Outcome two = second.finish();
  const Outcome unbranched = original.finish();

  CHECK(one.workload_windows.front() == two.workload_windows.front());
  CHECK(one.workload_windows.back() != two.workload_windows.back());
  CHECK(one.workload_windows.back() != unbranched.workload_windows.back());
}
