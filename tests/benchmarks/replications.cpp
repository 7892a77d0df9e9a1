#include <sys/wait.h>
#include <unistd.h>

#include "models/replication.hpp"
#include "sim/threads/replications.hpp"
#include "tests/benchmarks/bench.hpp"
#include "tests/benchmarks/models.hpp"

namespace rehearse::bench {
namespace {

constexpr std::uint64_t replications = 200;

void run_range(const System& system, std::uint64_t first, std::uint64_t last, int threads) {
  std::vector<RunMemory> memories(static_cast<std::size_t>(threads));
  std::uint64_t spans = 0;
  run_replications<Outcome>(
      first, last, threads,
      [&](std::uint64_t index, int worker) {
        return run_replication(system, {.study = 1, .replication = index},
                               memories[static_cast<std::size_t>(worker)]);
      },
      [&](std::uint64_t, Outcome&& outcome) {
        spans += outcome.spans;
        return true;
      },
      [] { return false; });
}

/// Two processes that know nothing of one another, half of the work each.
void run_two_processes(const System& system) {
  for (int half = 0; half < 2; ++half) {
    if (fork() == 0) {
      run_range(system, replications / 2 * half, replications / 2 * (half + 1), 1);
      _exit(0);
    }
  }
  while (wait(nullptr) > 0) {
  }
}

}  // namespace

std::vector<Benchmark> replication_benchmarks() {
  return {repeated("replications", [](int runs) {
    const System system(ten_service_tree(Tree::full), lasting(1, 1));
    std::vector<double> ratios;
    std::vector<double> rates;
    for (int i = 0; i < runs; ++i) {
      const double apart = seconds_of([&] { run_two_processes(system); });
      const double together = seconds_of([&] { run_range(system, 0, replications, 2); });
      ratios.push_back(apart / together);
      rates.push_back(static_cast<double>(replications) / together);
    }
    return std::vector{against({"replications_two_threads", median(rates), "runs/s", "", 0},
                               "two half-size processes", ratios)};
  })};
}

}  // namespace rehearse::bench
