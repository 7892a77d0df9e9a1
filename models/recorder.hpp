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

  void attempt_arrived(Index column) { ++endpoints_[column].totals.arrived; }
  void attempt_succeeded(Index column, std::uint32_t interval, Duration latency);
  void attempt_failed(Index column, std::uint32_t interval, Status status, Duration latency);
  void request_arrived(Index workload) { ++workloads_[workload].totals.arrived; }
  void request_ended(Index workload, std::uint32_t interval, Status status, Duration latency);
  void call_made(Index callee) { ++service_totals_[callee].calls; }
  /// One more attempt of a call that was counted.
  void call_retried(Index callee) { ++service_totals_[callee].retries; }

  const Counters& endpoint_total(Index column) const { return endpoints_[column].totals; }
  const Counters& workload_total(Index workload) const { return workloads_[workload].totals; }
  const Counters& service_total(Index service) const { return service_totals_[service]; }
  const Cell& endpoint_cell(std::uint32_t interval, Index column) const {
    return endpoint_cells_[interval * endpoints_.size() + column];
  }
  const Cell& workload_cell(std::uint32_t interval, Index workload) const {
    return workload_cells_[interval * workloads_.size() + workload];
  }

  /// Answers since the reader last cleared them.
  LatencyCounts& endpoint_window(Index column) { return endpoints_[column].window; }
  LatencyCounts& workload_window(Index workload) { return workloads_[workload].window; }
  LatencyRecorder& watched(Index watch) { return watched_[watch]; }

 private:
  /// What is counted of an endpoint or a workload whatever the interval.
  struct Station {
    Counters totals;
    LatencyCounts window;
    void clear();
  };

  Cell& endpoint_cell_of(std::uint32_t interval, Index column) {
    return endpoint_cells_[interval * endpoints_.size() + column];
  }
  Cell& workload_cell_of(std::uint32_t interval, Index workload) {
    return workload_cells_[interval * workloads_.size() + workload];
  }
  void endpoint_answered(Index column, Duration latency, std::uint32_t bin) {
    endpoints_[column].window.add(bin);
    if (latencies_are_watched_) [[unlikely]]
      watch(watches_of_column_[column], latency);
  }
  void watch(const std::vector<Index>& watches, Duration latency) {
    for (const Index index : watches) watched_[index].add(latency);
  }

  std::vector<Station> endpoints_;  // [column]
  std::vector<Station> workloads_;
  std::vector<Counters> service_totals_;
  std::vector<Cell> endpoint_cells_;  // [elementary interval, column]
  std::vector<Cell> workload_cells_;  // [elementary interval, workload]
  bool latencies_are_watched_ = false;
  std::vector<LatencyRecorder> watched_;  // [watch]
  std::vector<std::vector<Index>> watches_of_column_;
  std::vector<std::vector<Index>> watches_of_workload_;
};

inline void Recorder::attempt_succeeded(Index column, std::uint32_t interval, Duration latency) {
  const std::uint32_t bin = LatencyBins::bin_of(latency);
  if (interval != none) {
    Cell& cell = endpoint_cell_of(interval, column);
    ++cell.by_status[static_cast<std::size_t>(Status::ok)];
    cell.latencies.add(latency, bin);
  }
  ++endpoints_[column].totals.finished;
  endpoint_answered(column, latency, bin);
}

inline void Recorder::request_ended(Index workload, std::uint32_t interval, Status status,
                                    Duration latency) {
  const std::uint32_t bin = LatencyBins::bin_of(latency);
  if (interval != none) {
    Cell& cell = workload_cell_of(interval, workload);
    ++cell.by_status[static_cast<std::size_t>(status)];
    (status == Status::ok ? cell.latencies : cell.times_to_failure).add(latency, bin);
  }
  Station& station = workloads_[workload];
  ++station.totals.finished;
  station.totals.errors += status != Status::ok;
  station.window.add(bin);
  if (latencies_are_watched_) [[unlikely]]
    watch(watches_of_workload_[workload], latency);
}

}  // namespace rehearse
