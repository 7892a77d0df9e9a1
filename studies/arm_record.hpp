#pragma once

#include <array>
#include <cstdint>
#include <tuple>
#include <vector>

#include "models/run/outcome.hpp"
#include "studies/row_columns.hpp"

namespace rehearse {

/// All requests of one endpoint or workload in one interval, over several replications.
struct RequestTotals {
  RequestCounts counts;
  LatencyHistogram latency;  // of the good answers
  bool operator==(const RequestTotals&) const = default;
};

struct IntervalTotals {
  std::vector<RequestTotals> endpoints;
  std::vector<RequestTotals> workloads;
  std::vector<ServiceTotals> services;
  bool operator==(const IntervalTotals&) const = default;

  IntervalTotals& operator+=(const IntervalTotals& other);
};

/// Consecutive replications, added up. Intervals as in the OutcomeLayout.
struct Batch {
  std::uint64_t replications = 0;
  std::vector<IntervalTotals> intervals;
  bool operator==(const Batch&) const = default;
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
  std::vector<std::uint8_t> beyond_recorded;      // some service was (Outcome::beyond_recorded)
  std::vector<std::uint8_t> rollout;              // RolloutResult
  std::vector<double> stopped_at;                 // seconds; NaN: never
  std::vector<double> rollout_aborted_at;         // seconds; NaN: never
  std::vector<double> alarm_fired_at;             // [replication, alarm]; seconds; NaN: never
  std::vector<std::uint8_t> alarm_rang_before;    // [replication, alarm]
  std::vector<double> objective_value;            // NaN: no data
  std::vector<std::uint8_t> objective_judgement;  // Judgement
};

/// The window series of the first replications: [replication, window, entity], the entity fastest.
struct WindowRows {
  std::uint64_t replications = 0;
  RequestWindows endpoints;
  RequestWindows workloads;
  ServiceWindows services;
};

/// What came to instances, summed over replications: [load window, service, LoadGroup].
struct LoadSums {
  std::vector<double> work;
  std::vector<double> inside;
  std::vector<std::uint64_t> replications;  // [load window]: that reached it
};

/// What the replications of one arm said, as plain columns: made by an ArmRecorder, written and
/// read by the outcome file. Of so many first replications as fit, there are tables of numbers
/// (`intervals`) and window series; of all of them, rows and batches.
struct ArmRecord {
  ArmRecord() = default;
  /// Without replications.
  explicit ArmRecord(OutcomeLayout layout_of_outcomes);

  OutcomeLayout layout;
  std::uint64_t draws = 0;  // of the model's numbers: replication i ran draw i % draws; 0: of none
  ReplicationRows rows;
  std::uint64_t kept = 0;               // replications that have rows in `intervals`
  std::vector<IntervalRows> intervals;  // [interval]
  WindowRows windows;
  LoadSums load;
  std::vector<std::uint64_t> beyond_recorded;  // [service]: replications in which it was
  std::vector<Batch> batches;

  std::uint64_t replications() const { return rows.index.size(); }
  /// Replications in which some service went beyond what is known of it.
  std::uint64_t replications_beyond_recorded() const;
  /// Folds the digests of the replications by index.
  std::uint64_t digest() const;
  std::uint64_t trajectory_digest() const;
  std::uint64_t spans() const;

  /// What came to an instance in each load window, averaged over the replications that reached it:
  /// [load window, service, LoadGroup].
  std::vector<LoadSample> mean_load() const;

  /// All batches added up: [interval]. Costs a pass over their bins.
  std::vector<IntervalTotals> totals() const;
};

}  // namespace rehearse
