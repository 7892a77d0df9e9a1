#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/outcomes/request_counts.hpp"
#include "models/outcomes/service_outcome.hpp"
#include "models/plan/outcome_layout.hpp"
#include "sim/stats/latency_histogram.hpp"
#include "sim/time.hpp"

namespace rehearse {

/// An endpoint of one version, as its instances see it: latency is response time (waiting and
/// service) of the good answers.
struct EndpointOutcome {
  RequestCounts counts;
  GivenAnswers given;
  LatencyHistogram latency;
  bool operator==(const EndpointOutcome&) const = default;
};

/// A workload, as its users see it: latency is that of the good answers, with network, retries and
/// back-off.
struct WorkloadOutcome {
  RequestCounts counts;
  GivenAnswers given;
  LatencyHistogram latency;
  LatencyHistogram time_to_failure;  // of those that failed: until the user knew
  bool operator==(const WorkloadOutcome&) const = default;
};

/// What happened in one named interval. Requests belong to the interval in which they *arrived*;
/// the run goes on (with its load) after its end until they are answered, at most as long as it
/// took. Shapes: `endpoints` [OutcomeLayout::endpoints], and likewise the others.
struct IntervalOutcome {
  std::vector<EndpointOutcome> endpoints;
  std::vector<WorkloadOutcome> workloads;
  std::vector<ServiceOutcome> services;
  bool operator==(const IntervalOutcome&) const = default;
};

/// One window of the time series, as a dashboard would show it: by time of the *answer*.
struct WindowSample {
  std::uint32_t arrived = 0;
  std::uint32_t finished = 0;
  std::uint32_t errors = 0;
  /// Of the answers in this window, those that were not good being infinitely slow
  /// (Duration::longest()); zero without one.
  Duration p50;
  Duration p99;
  bool operator==(const WindowSample&) const = default;
};

struct ServiceWindowSample {
  float utilization = 0;
  float waiting = 0;    // mean jobs waiting at an instance
  float in_system = 0;  // mean jobs waiting or served at an instance
  bool operator==(const ServiceWindowSample&) const = default;
};

/// What came to an instance of a group in a short stretch, on average: what a recording can be
/// compared with.
struct LoadSample {
  float work = 0;    // begun in the stretch, over its length: Erlangs
  float inside = 0;  // requests inside, their time in calls included, on average
  bool operator==(const LoadSample&) const = default;
};

/// What became of one stop condition.
struct AlarmOutcome {
  bool rang_before = false;  // the experiment began
  std::optional<Time> fired_at;
  bool operator==(const AlarmOutcome&) const = default;
};

enum class RolloutResult { absent, completed, aborted, unfinished };

/// What one replication reports. Two outcomes of one seed are equal, bit for bit.
struct Outcome {
  std::uint64_t replication = 0;
  std::vector<IntervalOutcome> intervals;            // [OutcomeLayout::intervals]
  std::vector<WindowSample> endpoint_windows;        // [window, endpoint]
  std::vector<WindowSample> workload_windows;        // [window, workload]
  std::vector<ServiceWindowSample> service_windows;  // [window, service]
  std::vector<LoadSample> load;                      // [load window, service, group]
  /// [service]: whether the work of some load window, chance aside, was more than so many times
  /// what was recorded (most_load_ratio) that nobody knows what the service would have done.
  std::vector<std::uint8_t> beyond_recorded;
  std::vector<LatencySplit> splits;  // [objective]; of a latency quantile
  std::vector<AlarmOutcome> alarms;  // [stop condition]
  std::optional<Time> stopped_at;    // by a stop condition
  std::optional<Time> rollout_aborted_at;
  RolloutResult rollout = RolloutResult::absent;
  std::uint64_t analyses_without_data = 0;
  std::uint64_t faults_without_target = 0;
  std::uint64_t spans = 0;  // attempts served, in the whole run
  /// Fold of what happened at every host, in the order in which it did: equal for two runs that
  /// went the same way, whatever they count.
  std::uint64_t trajectory = 0;
  bool capped = false;  // too many requests in flight: the run ended early, all of them unfinished
  Time broke_off = Time::never();  // when it did; what is per second counts seconds until then
  bool operator==(const Outcome&) const = default;

  /// Folds every integer of the outcome: the contract with users.
  std::uint64_t digest() const;
};

}  // namespace rehearse
