#include "models/replication.hpp"
#include "tests/benchmarks/bench.hpp"
#include "tests/benchmarks/models.hpp"

namespace rehearse::bench {
namespace {

/// Attempts served per second of one core, the median of several runs after one that warms up.
Benchmark spans_per_second(const std::string& name, const ModelSpec& model,
                           const ExperimentSpec& experiment, const std::string& unit) {
  return repeated(name, [=](int runs) {
    const System system(model, experiment);
    RunMemory memory;
    std::vector<double> rates;
    for (int i = 0; i <= runs; ++i) {
      const ReplicationSeed seed{.study = 1, .replication = std::uint64_t(i)};
      std::uint64_t spans = 0;
      const double seconds =
          processor_seconds_of([&] { spans = run_replication(system, seed, memory).spans; });
      if (i > 0) rates.push_back(static_cast<double>(spans) / seconds);
    }
    return std::vector{Row{name, median(rates), unit, "", 0}};
  });
}

}  // namespace

std::vector<Benchmark> engine_benchmarks() {
  return {
      spans_per_second("tree_full", ten_service_tree(Tree::full), lasting(100, 10), "spans/s"),
      spans_per_second("tree_timeouts", ten_service_tree(Tree::with_timeouts), lasting(100, 100),
                       "spans/s"),
      spans_per_second("tree_bare", ten_service_tree(Tree::bare), lasting(100, 100), "spans/s"),
      spans_per_second("mm1", mm1(), lasting(1'000'000, 1'000'000), "customers/s"),
      spans_per_second("rpc", rpc(), lasting(200, 200), "spans/s"),
  };
}

}  // namespace rehearse::bench
