#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <memory>
#include <stdexcept>

#include "models/replication.hpp"
#include "tests/benchmarks/bench.hpp"
#include "tests/benchmarks/hold.hpp"
#include "tests/benchmarks/models.hpp"
#include "tests/benchmarks/peer_programs.hpp"
#include "tests/benchmarks/peers/model.hpp"

namespace rehearse::bench {
namespace {

/// How far two means may be apart, in standard errors. Errors come from twenty batches, and means
/// of heavily loaded queues are not quite normal: at six, less than one comparison in ten thousand
/// is a false alarm.
constexpr double most_errors = 6;

/// A comparison: what we do and what the peers are asked for.
struct Contest {
  std::string name;
  std::string unit;
  std::vector<std::string> task;  // mm1, rpc or hold; then the pending events of hold
  std::uint64_t count = 0;        // of items, for fast ones
  int rounds = 5;
  std::function<PeerResult(int round)> ours;
  double exact_mean = 0;  // zero: unknown
};

/// The whole model: workload, callers, instances, histograms.
PeerResult of_model(const System& system, RunMemory& memory, int round) {
  PeerResult result;
  double requests = 0;
  const double seconds = processor_seconds_of([&] {
    const Outcome outcome =
        run_replication(system, {.study = 1, .replication = std::uint64_t(round)}, memory);
    const WorkloadOutcome& users = outcome.intervals.front().workloads.front();
    requests = static_cast<double>(users.counts.arrived);
    result.mean = users.latency.mean_seconds();
  });
  result.rate = requests / seconds;
  return result;
}

std::function<PeerResult(int)> replications_of(const ModelSpec& model, double seconds) {
  const auto system = std::make_shared<const System>(model, lasting(seconds, seconds));
  const auto memory = std::make_shared<RunMemory>();
  return [system, memory](int round) { return of_model(*system, *memory, round); };
}

void check(const Contest& contest, const std::string& name, double mean, double expected,
           double error) {
  if (std::abs(mean - expected) <= most_errors * error) return;
  throw std::runtime_error(fmt::format("{} of {}: a mean of {} s, not {} s +- {} s", contest.name,
                                       name, mean, expected, error));
}

/// The asymptotic variance of the mean time in an M/M/1 queue (Whitt, "Planning queueing
/// simulations", 1989) makes the error of n customers; ours has no batches.
double error_of_ours(double count) {
  const double r = Mm1::rate;
  return std::sqrt(r * (2 + 5 * r - 4 * r * r + r * r * r) / std::pow(1 - r, 4) / count);
}

void check_means(const Contest& contest, const Peer& peer, const PeerResult& theirs,
                 const PeerResult& ours) {
  if (contest.exact_mean > 0) {
    const auto count = static_cast<double>(contest.count);
    check(contest, "ours", ours.mean, contest.exact_mean, error_of_ours(count));
    check(contest, peer.name, theirs.mean, contest.exact_mean, error_of_ours(count * peer.part));
  } else if (theirs.error > 0) {
    // Ours has as many requests as the fast peers have, so our error is at most theirs.
    check(contest, peer.name, theirs.mean, ours.mean, theirs.error * std::sqrt(1 + peer.part));
  }
}

std::vector<std::string> task_for(const Contest& contest, const Peer& peer) {
  std::vector<std::string> task = contest.task;
  const double count = static_cast<double>(contest.count) * peer.part;
  task.insert(task.begin() + 1, std::to_string(static_cast<std::uint64_t>(count)));
  return task;
}

std::vector<Row> held(const Contest& contest) {
  const std::vector<Peer> peers = installed_peers();
  std::vector<double> our_rates;
  std::vector<std::vector<double>> rates(peers.size());
  std::vector<std::vector<double>> ratios(peers.size());
  contest.ours(0);
  for (int round = 1; round <= contest.rounds; ++round) {
    for (std::size_t i = 0; i < peers.size(); ++i) {
      // Ours again beside each peer: the machine may have changed its pace since the last one.
      const PeerResult ours = contest.ours(round);
      const PeerResult theirs = result_of(peers[i], task_for(contest, peers[i]));
      check_means(contest, peers[i], theirs, ours);
      our_rates.push_back(ours.rate);
      rates[i].push_back(theirs.rate);
      ratios[i].push_back(ours.rate / theirs.rate);
    }
  }
  std::vector<Row> rows;
  for (std::size_t i = 0; i < peers.size(); ++i) {
    const std::string& label = peers[i].label;
    rows.push_back({contest.name + "_on_" + label, median(rates[i]), contest.unit, "", 0});
    rows.push_back(against({contest.name + "_vs_" + label, median(our_rates), contest.unit, "", 0},
                           peers[i].name, ratios[i]));
  }
  return rows;
}

Benchmark benchmark_of(const std::string& name, const std::function<Contest()>& contest) {
  return {name,
          [=] {
            Contest made = contest();
            made.name = name;
            return held(made);
          },
          {}};
}

Contest hold_of(std::uint64_t pending) {
  constexpr std::uint64_t holds = 1'000'000;
  return {.name = {},
          .unit = "holds/s",
          .task = {"hold", std::to_string(pending)},
          .count = holds,
          .ours = [=](int) {
            return PeerResult{holds_per_second(holds, pending), 0, 0};
          }};
}

}  // namespace

std::vector<Benchmark> peer_benchmarks() {
  return {benchmark_of("peers_mm1",
                       [] {
                         return Contest{.name = {},
                                        .unit = "customers/s",
                                        .task = {"mm1"},
                                        .count = 800'000,
                                        .ours = replications_of(mm1(), 800'000 / Mm1::rate),
                                        .exact_mean = Mm1::mean};
                       }),
          benchmark_of("peers_rpc",
                       [] {
                         return Contest{.name = {},
                                        .unit = "requests/s",
                                        .task = {"rpc"},
                                        .count = 200'000,
                                        .ours = replications_of(rpc(), 200'000 / Rpc::rate)};
                       }),
          benchmark_of("peers_hold_100", [] { return hold_of(100); }),
          benchmark_of("peers_hold_10000", [] { return hold_of(10'000); })};
}

}  // namespace rehearse::bench
