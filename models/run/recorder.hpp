#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <vector>

#include "models/outcomes/counters.hpp"
#include "models/outcomes/status.hpp"
#include "models/plan/plan.hpp"
#include "sim/enumerators.hpp"
#include "sim/expects.hpp"
#include "sim/huge_pages.hpp"
#include "sim/stats/latency_histogram.hpp"

namespace rehearse {

/// Counts what happens in one partition of a run: by the interval of the arrival (for objectives),
/// since the last window (for time series), and for ever (for scrapes). A `Ledger` adds the
/// recorders of all partitions up.
///
/// A good answer to what arrived in this interval, as nearly all are, is counted once, as `fresh`;
/// at the next boundary that is added to the interval and to the window.
class Recorder {
 public:
  /// What became of those that arrived in one interval, and the latencies of the good answers.
  struct Cell {
    std::array<std::uint64_t, enumerator_count<Status>()> by_status{};  // [Status]
    LatencyRecorder latencies;
    LatencyRecorder times_to_failure;  // workloads only
    std::uint64_t unfinished = 0;      // counted when the run is over
    void clear();
  };

  explicit Recorder(const Plan& plan) { restart(plan); }
  /// As constructed anew; keeps the memory.
  void restart(const Plan& plan);
  /// Brings cells and windows up to date. What arrives from now on belongs to `interval`.
  void settle(std::uint32_t interval);

  void attempt_arrived(Index column) { ++endpoints_[column].totals.arrived; }
  void attempt_succeeded(Index column, std::uint32_t interval, Duration latency);
  void attempt_failed(Index column, std::uint32_t interval, Status status, Duration latency);
  void request_arrived(WorkloadId workload) { ++workloads_[workload].totals.arrived; }
  void request_succeeded(WorkloadId workload, std::uint32_t interval, Duration latency);
  void request_failed(WorkloadId workload, std::uint32_t interval, Status status, Duration latency);
  /// Of what arrived in `interval`, still without an answer when the run ended.
  void attempt_unfinished(Index column, std::uint32_t interval);
  void request_unfinished(WorkloadId workload, std::uint32_t interval);
  void call_made(ServiceId callee) { ++service_totals_[callee].calls; }
  /// Of a call that was made: a policy of the caller does not let its first attempt be sent.
  void call_unsent(ServiceId callee) { ++service_totals_[callee].unsent; }
  /// One more attempt of a call that was counted.
  void call_retried(ServiceId callee) { ++service_totals_[callee].retries; }

  /// Asks memory for what an attempt touches, or its good end.
  void foresee(Index column) const {
    __builtin_prefetch(&endpoints_[column].fresh, 1);
    __builtin_prefetch(&endpoints_[column].totals, 1);
  }
  void foresee_success(Index column, Duration latency) const {
    endpoints_[column].fresh.counts().foresee(LatencyBins::bin_of(latency));
  }

  const Counters& endpoint_total(Index column) const { return endpoints_[column].totals; }
  const Counters& workload_total(WorkloadId workload) const { return workloads_[workload].totals; }
  const Counters& service_total(ServiceId service) const { return service_totals_[service]; }
  const Cell& endpoint_cell(std::uint32_t interval, Index column) const {
    const std::size_t cell = interval * endpoints_.size() + column;
    expects(cell < endpoint_cells_.size(), "who reads a cell knows the intervals and the columns");
    return endpoint_cells_[cell];
  }
  const Cell& workload_cell(std::uint32_t interval, WorkloadId workload) const {
    const std::size_t cell = interval * workloads_.size() + workload;
    expects(cell < workload_cells_.size(),
            "who reads a cell knows the intervals and the workloads");
    return workload_cells_[cell];
  }

  /// Answers from when the reader last cleared them until the last settle().
  LatencyCounts& endpoint_window(Index column) { return endpoints_[column].window; }
  LatencyCounts& workload_window(WorkloadId workload) { return workloads_[workload].window; }
  LatencyRecorder& watched(Index watch) { return watched_[watch]; }
  LatencySplit& watched_split(Index watch) { return watched_splits_[watch]; }

  /// Of the good answers to what arrived in an interval: those in the bin of an objective's
  /// threshold and not beyond it.
  const LatencySplit& split(std::uint32_t interval, Index threshold) const {
    expects(threshold < thresholds_, "a split is asked of a threshold of the plan");
    return splits_[interval * thresholds_ + threshold];
  }

 private:
  /// What is counted of an endpoint or a workload whatever the interval. The first cache line is
  /// for good answers.
  struct Station {
    alignas(64) LatencyRecorder fresh;
    Counters totals;
    bool watched = false;  // somebody wants its latencies one by one
    LatencyCounts window;
    std::vector<Index> watches;
    std::vector<Index> thresholds;
    void clear();
    void settle(Cell* cell);
  };

  /// Null outside of all intervals.
  Cell* endpoint_cell_of(std::uint32_t interval, Index column) {
    return interval == none ? nullptr : &endpoint_cells_[interval * endpoints_.size() + column];
  }
  Cell* workload_cell_of(std::uint32_t interval, WorkloadId workload) {
    return interval == none ? nullptr : &workload_cells_[interval * workloads_.size() + workload];
  }
  /// What arrived in another interval than this one is counted at once.
  static void add_old(Cell* cell, Station& station, Duration latency, std::uint32_t bin);
  void watch(const Station& station, Duration latency, std::uint32_t bin);
  void compare(const Station& station, std::uint32_t interval, Duration latency, std::uint32_t bin);

  std::uint32_t interval_ = none;  // now
  HugeVector<Station> endpoints_;  // [column]
  std::vector<Station> workloads_;
  std::vector<Counters> service_totals_;
  std::vector<Cell> endpoint_cells_;          // [elementary interval, column]
  std::vector<Cell> workload_cells_;          // [elementary interval, workload]
  std::vector<LatencyRecorder> watched_;      // [watch]
  std::vector<LatencySplit> watched_splits_;  // [watch]
  std::size_t thresholds_ = 0;
  std::vector<LatencySplit> splits_;  // [elementary interval, threshold]
};

/// The recorders of all partitions of a run.
using Recorders = std::vector<std::reference_wrapper<Recorder>>;

inline void Recorder::attempt_succeeded(Index column, std::uint32_t interval, Duration latency) {
  const std::uint32_t bin = LatencyBins::bin_of(latency);
  Station& station = endpoints_[column];
  ++station.totals.finished;
  if (interval == interval_) [[likely]] {
    station.fresh.add(latency, bin);
  } else {
    add_old(endpoint_cell_of(interval, column), station, latency, bin);
  }
  if (station.watched) [[unlikely]] {
    watch(station, latency, bin);
    compare(station, interval, latency, bin);
  }
}

inline void Recorder::request_succeeded(WorkloadId workload, std::uint32_t interval,
                                        Duration latency) {
  const std::uint32_t bin = LatencyBins::bin_of(latency);
  Station& station = workloads_[workload];
  ++station.totals.finished;
  if (interval == interval_) [[likely]] {
    station.fresh.add(latency, bin);
  } else {
    add_old(workload_cell_of(interval, workload), station, latency, bin);
  }
  if (station.watched) [[unlikely]] {
    watch(station, latency, bin);
    compare(station, interval, latency, bin);
  }
}

}  // namespace rehearse
