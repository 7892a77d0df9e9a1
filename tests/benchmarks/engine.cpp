#include "models/system.hpp"
#include "tests/benchmarks/bench.hpp"
#include "tests/benchmarks/models.hpp"

namespace rehearse::bench {
namespace {

constexpr int runs = 5;

/// Attempts served per second of one core, the median of several runs.
Row spans_per_second(const std::string& name, const ModelSpec& model,
                     const ExperimentSpec& experiment, const std::string& unit) {
  const System system(model, experiment);
  RunMemory memory;
  std::vector<double> rates;
  for (int i = 0; i <= runs; ++i) {
    std::uint64_t spans = 0;
    const double seconds = seconds_of([&] {
      spans = run_replication(system, {.study = 1, .replication = std::uint64_t(i)}, memory).spans;
    });
    if (i > 0) rates.push_back(static_cast<double>(spans) / seconds);
  }
  return {name, median(rates), unit, "", 0};
}

}  // namespace

std::vector<Benchmark> engine_benchmarks() {
  return {
      {"tree_full",
       [] {
         return std::vector{
             spans_per_second("tree_full", ten_service_tree(true), lasting(100, 10), "spans/s")};
       }},
      {"tree_bare",
       [] {
         return std::vector{
             spans_per_second("tree_bare", ten_service_tree(false), lasting(100, 100), "spans/s")};
       }},
      {"mm1",
       [] {
         return std::vector{
             spans_per_second("mm1", mm1(), lasting(1'000'000, 1'000'000), "customers/s")};
       }},
  };
}

}  // namespace rehearse::bench
