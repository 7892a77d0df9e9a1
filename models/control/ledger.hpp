#pragma once

#include <cstdint>
#include <vector>

#include "models/run/hosts.hpp"
#include "models/run/recorder.hpp"

namespace rehearse {

/// Adds up what the partitions recorded, while they stand still, at the boundaries of intervals and
/// windows. All sums are of whole numbers, so how a run was cut makes no difference.
class Ledger {
 public:
  explicit Ledger(const Plan& plan) { restart(plan); }
  /// As constructed anew; keeps the memory.
  void restart(const Plan& plan);

  /// Takes over what the instances integrated since the last time, and starts them anew.
  void collect(Hosts& hosts, Time now);

  /// Ends an elementary interval; none: the time before the first, or after the last.
  void close_interval(std::uint32_t interval, const Recorders& recorders);
  void close_window(const Recorders& recorders);
  /// The first one only begins the next.
  void close_load_window(const Recorders& recorders);
  /// Forgets the windows so far: those of the warm-up.
  void drop_windows();

  /// Writes intervals and windows. Expects what is still without an answer to be counted.
  void write(Outcome& outcome, const Recorders& recorders) const;

 private:
  struct ServiceSums {
    ServiceOutcome interval;  // since the last boundary
    ServiceOutcome window;    // since the last window
    Counters at_boundary;
  };
  /// Of the instances of one LoadGroup.
  struct LoadSums {
    std::uint64_t work = 0;  // ns
    Integral inside = 0;
    Integral instance_time = 0;
  };
  /// [service]: visits since the last load window.
  std::vector<double> visits_of_load_window(const Recorders& recorders);
  void note_load(const std::vector<double>& visits, std::size_t row);
  void write_interval(IntervalOutcome& interval, std::uint32_t elementary,
                      const Recorders& recorders) const;

  const Plan* plan_ = nullptr;
  std::vector<Counters> endpoint_growth_;  // [elementary interval, column]
  std::vector<Counters> workload_growth_;  // [elementary interval, workload]
  std::vector<Counters> endpoint_at_boundary_;
  std::vector<Counters> workload_at_boundary_;
  std::vector<ServiceOutcome> service_cells_;  // [elementary interval, service]
  std::vector<ServiceSums> service_sums_;
  std::vector<LoadSums> load_sums_;  // [service, LoadGroup], since the last load window
  std::vector<LoadSample> load_series_;
  std::size_t load_windows_closed_ = 0;  // the first begins at the end of the warm-up
  std::vector<std::uint64_t> arrived_;   // [service], until the last load window
  std::vector<std::uint8_t> beyond_recorded_;
  std::vector<Counters> endpoint_at_window_;
  std::vector<Counters> workload_at_window_;
  std::vector<WindowSample> endpoint_series_;
  std::vector<WindowSample> workload_series_;
  std::vector<ServiceWindowSample> service_series_;
  LatencyCounts scratch_;
};

}  // namespace rehearse
