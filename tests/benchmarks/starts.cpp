#include "models/replication.hpp"
#include "tests/benchmarks/bench.hpp"
#include "tests/benchmarks/child.hpp"
#include "tests/benchmarks/generated_model.hpp"
#include "tests/benchmarks/models.hpp"

namespace rehearse::bench {
namespace {

/// Seconds for each of `count` replications, one after another in the same memory.
double seconds_each(const System& system, std::uint64_t count, RunMemory& memory) {
  return processor_seconds_of([&] {
           for (std::uint64_t i = 0; i < count; ++i) {
             run_replication(system, {.study = 1, .replication = i}, memory);
           }
         }) /
         static_cast<double>(count);
}

/// A run of no length: preparing it, and writing an empty outcome. Rows graph_*_start are the same
/// at other sizes.
std::vector<Row> start_of_hundred(int runs) {
  const System system(generated_model(100, 8, 2021), lasting(1e-6, 1e-6));
  RunMemory memory;
  seconds_each(system, 10, memory);
  std::vector<double> times;
  for (int i = 0; i < runs; ++i) times.push_back(seconds_each(system, 50, memory));
  return {{"start_100", median(times) * 1e3, "ms", "", 0}};
}

/// Many runs of one simulated second: how many a second of one core, which part of the time
/// is preparation, and whether memory grows on the way.
std::vector<Row> short_runs(std::uint64_t many) {
  const System system(rpc(), lasting(1, 1));
  const System empty(rpc(), lasting(1e-6, 1e-6));
  RunMemory memory;
  seconds_each(system, many / 10, memory);
  const double early = resident_bytes();
  const double whole = seconds_each(system, many, memory);
  const double grown = resident_bytes() - early;
  const double preparation = seconds_each(empty, many, memory);
  return {{"short_runs", 1 / whole, "runs/s", "", 0},
          {"short_runs_preparation", 100 * preparation / whole, "percent", "", 0},
          {"short_runs_memory", peak_resident_bytes() * 1e-6, "MB", "", 0},
          {"short_runs_memory_growth", grown * 1e-6, "MB", "", 0}};
}

}  // namespace

std::vector<Benchmark> start_benchmarks() {
  return {repeated("start_100", start_of_hundred),
          {"short_runs", [] { return short_runs(10'000); }, [] { return short_runs(1'000); }}};
}

}  // namespace rehearse::bench
