#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "models/job.hpp"
#include "models/outcome.hpp"
#include "models/plan.hpp"
#include "models/watch.hpp"
#include "sim/latency_histogram.hpp"

namespace rehearse {

/// Counts what happens in one partition of a run: by the interval of the arrival (for objectives),
/// since the last window (for time series), and for ever (for scrapes). The hot functions are a few
/// increments each. A `Ledger` adds the recorders of all partitions up.
class Recorder {
 public:
  /// What became of those that arrived in one interval, and the latencies of the good answers.
  struct Cell {
    std::array<std::uint64_t, 8> by_status{};
    LatencyRecorder latencies;
    LatencyRecorder times_to_failure;  // workloads only
    void clear();
  };

  void start(const System::Plan& plan);

  void attempt_arrived(Index column) { ++endpoint_totals_[column].arrived; }
  void attempt_ended(Index column, std::uint32_t interval, Status status, Duration latency);
  void request_arrived(Index workload) { ++workload_totals_[workload].arrived; }
  void request_ended(Index workload, std::uint32_t interval, Status status, Duration latency);
  void call_made(Index callee) { ++service_totals_[callee].calls; }
  /// One more attempt of a call that was counted.
  void call_retried(Index callee) { ++service_totals_[callee].retries; }

  const Counters& endpoint_total(Index column) const { return endpoint_totals_[column]; }
  const Counters& workload_total(Index workload) const { return workload_totals_[workload]; }
  const Counters& service_total(Index service) const { return service_totals_[service]; }
  const Cell& endpoint_cell(std::uint32_t interval, Index column) const {
    return endpoint_cells_[interval * endpoint_totals_.size() + column];
  }
  const Cell& workload_cell(std::uint32_t interval, Index workload) const {
    return workload_cells_[interval * workload_totals_.size() + workload];
  }

  /// Answers since the reader last cleared them.
  LatencyCounts& endpoint_window(Index column) { return endpoint_windows_[column]; }
  LatencyCounts& workload_window(Index workload) { return workload_windows_[workload]; }
  LatencyRecorder& watched(Index watch) { return watched_[watch]; }

 private:
  void watch(const std::vector<Index>& watches, Duration latency) {
    for (const Index index : watches) watched_[index].add(latency);
  }

  std::vector<Counters> endpoint_totals_;
  std::vector<Counters> workload_totals_;
  std::vector<Counters> service_totals_;
  std::vector<Cell> endpoint_cells_;  // [elementary interval, column]
  std::vector<Cell> workload_cells_;  // [elementary interval, workload]
  std::vector<LatencyCounts> endpoint_windows_;
  std::vector<LatencyCounts> workload_windows_;
  bool latencies_are_watched_ = false;
  std::vector<LatencyRecorder> watched_;  // [watch]
  std::vector<std::vector<Index>> watches_of_column_;
  std::vector<std::vector<Index>> watches_of_workload_;
};

}  // namespace rehearse
