// A large system that falls too far behind does so the same way on any number of threads.

#include <catch2/catch.hpp>

#include "tests/benchmarks/generated_model.hpp"
#include "tests/support/small_models.hpp"

using namespace rehearse;
using namespace rehearse::testing;

namespace {

/// Four times the load that the system is made for: more than its workers can do.
void check_collapse(int services, std::uint32_t most_in_flight) {
  ModelSpec model = bench::generated_model(services, 2, 1);
  model.workloads["users"].arrivals = PoissonSpec{{4 * bench::generated_rate(services)}};
  ExperimentSpec experiment = quiet(2);
  experiment.most_in_flight = most_in_flight;
  const System system(model, experiment);
  const ReplicationSeed seed{.study = 61, .replication = 0};
  RunMemory memory;

  const Outcome alone = run_replication(system, seed, memory);

  CHECK(alone.capped);
  CHECK(alone.spans > most_in_flight);
  for (const int threads : {2, 4}) {
    INFO(threads << " threads");
    CHECK(system.cut_report(threads).partitions == threads);
    const Outcome together = run_replication(system, seed, memory, {threads, threads});
    CHECK(together.digest() == alone.digest());
    CHECK(together == alone);
  }
}

}  // namespace

TEST_CASE("a hundred overloaded services collapse alike on any number of threads", "[property]") {
  check_collapse(100, 10'000);
}

TEST_CASE("a thousand overloaded services collapse alike on any number of threads",
          "[property][.slow]") {
  check_collapse(1'000, 400'000);
}
