#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <tuple>
#include <vector>

#include "models/measure.hpp"
#include "models/outcome.hpp"
#include "studies/row_columns.hpp"

namespace rehearse {

/// All requests of one endpoint or workload in one interval, over several replications.
struct RequestTotals {
  RequestCounts counts;
  LatencyHistogram latency;
};

struct IntervalTotals {
  std::vector<RequestTotals> endpoints;
  std::vector<RequestTotals> workloads;
  std::vector<ServiceTotals> services;
};

/// Consecutive replications, added up. Intervals as in the OutcomeLayout.
struct Batch {
  std::uint64_t replications = 0;
  std::vector<IntervalTotals> intervals;
};

/// One number of each replication and entity: [replication, entity], the entity fastest.
struct RequestRows {
  std::array<std::vector<std::uint32_t>, count_columns.size()> counts;  // [count_columns]
  std::array<std::vector<float>, std::tuple_size_v<decltype(latency_columns)>> latency;
};
struct ServiceRows {
  std::array<std::vector<float>, std::tuple_size_v<decltype(service_columns)>> values;
};
struct IntervalRows {
  RequestRows endpoints;
  RequestRows workloads;
  ServiceRows services;
};

/// What each replication said as a whole. [replication], objectives [replication, objective].
struct ReplicationRows {
  std::vector<std::uint64_t> index;
  std::vector<std::uint64_t> digest;
  std::vector<std::uint64_t> trajectory;
  std::vector<std::uint64_t> spans;
  std::vector<std::uint32_t> analyses_without_data;
  std::vector<std::uint8_t> capped;
  std::vector<std::uint8_t> rollout;              // RolloutResult
  std::vector<double> stopped_at;                 // seconds; NaN: never
  std::vector<double> rollout_aborted_at;         // seconds; NaN: never
  std::vector<double> alarm_fired_at;             // [replication, alarm]; seconds; NaN: never
  std::vector<std::uint8_t> alarm_rang_before;    // [replication, alarm]
  std::vector<double> objective_value;            // NaN: no data
  std::vector<std::uint8_t> objective_judgement;  // Judgement
};

/// The window series of the first replications, as they came.
struct WindowRows {
  std::uint64_t replications = 0;
  std::vector<WindowSample> endpoints;        // [replication, window, endpoint]
  std::vector<WindowSample> workloads;        // [replication, window, workload]
  std::vector<ServiceWindowSample> services;  // [replication, window, service]
};

/// Collects the outcomes of one arm in bounded memory, whatever the number of replications: a
/// number for each objective of each replication (kept whole), batches that become coarser (pairs
/// are added up when there are more than 1,024 batches or four million bins in all), tables of
/// numbers (of as many first replications as fit into 256 MiB) and window series (of as many of the
/// first 1,000 as fit into 64 MiB, at least 20).
class ArmRecord {
 public:
  ArmRecord(const OutcomeLayout& layout, std::vector<ObjectiveSpec> objectives);

  /// The memory that so many replications will take, in bytes, batches as full as they may be.
  static double expected_bytes(const OutcomeLayout& layout, double replications);

  /// Expects outcomes in the order of their index, shaped by the layout.
  void add(const Outcome& outcome);

  const OutcomeLayout& layout() const { return layout_; }
  const std::vector<ObjectiveSpec>& objectives() const { return objectives_; }
  std::uint64_t replications() const { return replications_; }
  /// Folds the digests of the replications by index.
  std::uint64_t digest() const { return digest_; }
  std::uint64_t trajectory_digest() const { return trajectory_digest_; }
  std::uint64_t spans() const { return spans_; }

  const ReplicationRows& rows() const { return rows_; }
  const std::vector<IntervalRows>& interval_rows() const { return interval_rows_; }
  std::uint64_t interval_rows_kept() const { return interval_rows_kept_; }
  const WindowRows& windows() const { return windows_; }
  const std::vector<Batch>& batches() const { return batches_; }

  /// What came to an instance in each load window, averaged over the replications that reached it:
  /// [load window, service, LoadGroup].
  std::vector<LoadSample> mean_load() const;

  /// Replications in which some service went beyond what is known of it (Outcome::beyond_recorded),
  /// and those of each service.
  std::uint64_t beyond_recorded() const { return beyond_recorded_; }
  const std::vector<std::uint64_t>& beyond_recorded_by_service() const {
    return beyond_by_service_;
  }

  /// All batches added up: [interval]. Costs a pass over their bins.
  std::vector<IntervalTotals> totals() const;

 private:
  void add_rows(const Outcome& outcome);
  void add_objectives(const Outcome& outcome);
  void add_interval_rows(const Outcome& outcome);
  void add_windows(const Outcome& outcome);
  void add_load(const Outcome& outcome);
  void add_to_batches(const Outcome& outcome);
  void coarsen();

  OutcomeLayout layout_;
  std::vector<ObjectiveSpec> objectives_;
  std::uint64_t replications_ = 0;
  std::uint64_t digest_ = 0;
  std::uint64_t trajectory_digest_ = 0;
  std::uint64_t spans_ = 0;
  ReplicationRows rows_;
  std::vector<IntervalRows> interval_rows_;
  std::uint64_t interval_rows_kept_ = 0;
  std::uint64_t interval_rows_limit_ = 0;
  WindowRows windows_;
  std::uint64_t windows_limit_ = 0;
  std::vector<double> load_work_;        // [load window, service, group], summed over replications
  std::vector<double> load_inside_;      // likewise
  std::vector<std::uint64_t> load_ran_;  // [load window]: replications that reached it
  std::uint64_t beyond_recorded_ = 0;
  std::vector<std::uint64_t> beyond_by_service_;
  std::vector<Batch> batches_;
  std::uint64_t batch_size_ = 1;
  std::uint64_t bins_ = 0;  // in full batches
};

}  // namespace rehearse
