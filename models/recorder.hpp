#pragma once

#include <cstdint>
#include <vector>

#include "models/instance.hpp"
#include "models/job.hpp"
#include "models/outcome.hpp"
#include "models/plan.hpp"
#include "models/watch.hpp"
#include "sim/latency_histogram.hpp"

namespace rehearse {

/// Counts what happens during a run: by arrival into elementary intervals (for objectives), by
/// answer into windows (for time series) and into growing counters (for scrapes). The hot functions
/// are a few increments each.
class Recorder {
 public:
  void start(const System::Plan& plan);

  /// The elementary interval of what arrives now; none before and after the measured time.
  std::uint32_t interval() const { return interval_; }
  void set_interval(std::uint32_t interval) { interval_ = interval; }

  void attempt_arrived(Index column) {
    ++endpoint_windows_[column].arrived;
    ++endpoint_totals_[column].arrived;
    if (interval_ != none) ++endpoint_cell(interval_, column).counts.arrived;
  }
  void attempt_ended(Index column, std::uint32_t interval, Status status, Duration latency);

  void request_arrived(Index workload) {
    ++workload_windows_[workload].arrived;
    ++workload_totals_[workload].arrived;
    if (interval_ != none) ++workload_cell(interval_, workload).counts.arrived;
  }
  void request_ended(Index workload, std::uint32_t interval, Status status, Duration latency);

  void call_made(Index callee) { ++service_totals_[callee].calls; }
  void attempt_made(Index callee) { ++service_totals_[callee].attempts; }

  /// Takes over what an instance integrated since the last time, and starts it anew.
  void collect(Index service, Instance& instance);

  void close_interval(std::uint32_t interval);
  void close_window();
  /// Forgets the windows so far: those of the warm-up.
  void drop_windows();

  Counters endpoint_total(Index column) const { return endpoint_totals_[column]; }
  Counters workload_total(Index workload) const { return workload_totals_[workload]; }
  Counters service_total(Index service) const { return service_totals_[service]; }
  LatencyHistogram take_watched_latencies(Index watch);

  /// Writes intervals and windows; everything still without an answer counts as unfinished.
  void write(Outcome& outcome) const;

 private:
  struct Cell {
    RequestCounts counts;
    LatencyRecorder latencies;
    void clear();
  };
  struct WorkloadCell {
    RequestCounts counts;
    LatencyRecorder latencies;
    LatencyRecorder times_to_failure;
    void clear();
  };
  struct WindowCell {
    std::uint32_t arrived = 0;
    std::uint32_t finished = 0;
    std::uint32_t errors = 0;
    LatencyRecorder latencies;
    void clear();
  };
  struct ServiceSums {
    ServiceOutcome interval;  // since the last boundary
    ServiceOutcome window;    // since the last window
    Counters at_boundary;
  };

  Cell& endpoint_cell(std::uint32_t interval, Index column) {
    return endpoint_cells_[interval * columns_ + column];
  }
  WorkloadCell& workload_cell(std::uint32_t interval, Index workload) {
    return workload_cells_[interval * workload_windows_.size() + workload];
  }

  const System::Plan* plan_ = nullptr;
  std::uint32_t interval_ = none;
  std::size_t columns_ = 0;
  std::vector<Cell> endpoint_cells_;  // [elementary interval, column]
  std::vector<WorkloadCell> workload_cells_;
  std::vector<ServiceOutcome> service_cells_;
  std::vector<WindowCell> endpoint_windows_;
  std::vector<WindowCell> workload_windows_;
  std::vector<ServiceSums> service_sums_;
  std::vector<Counters> endpoint_totals_;
  std::vector<Counters> workload_totals_;
  std::vector<Counters> service_totals_;
  std::vector<LatencyRecorder> watched_;  // [watch]
  std::vector<std::vector<Index>> watches_of_column_;
  std::vector<std::vector<Index>> watches_of_workload_;
  std::vector<WindowSample> endpoint_series_;
  std::vector<WindowSample> workload_series_;
  std::vector<ServiceWindowSample> service_series_;
};

}  // namespace rehearse
