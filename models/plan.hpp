#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/outcome.hpp"
#include "models/service_plan.hpp"
#include "models/specs/workload_spec.hpp"
#include "models/system.hpp"
#include "sim/random/law.hpp"

namespace rehearse {

/// A stretch of a piecewise linear arrival rate, in events per nanosecond.
struct RateSegment {
  Time from;
  double rate_at_start = 0;
  double slope = 0;
};

/// What makes requests appear: a workload's own arrivals, or those that a load spike adds.
struct SourcePlan {
  enum class Kind { open_loop, replay, closed_loop };
  Kind kind = Kind::open_loop;
  Index workload = none;
  Time from;
  Time until = Time::never();
  Index fault = none;         // the load spike that it belongs to
  std::uint32_t lane = none;  // open_loop, replay: where its one pending arrival waits
  std::uint64_t purpose = 0;
  std::vector<RateSegment> rate;  // open_loop
  CountLaw batch;                 // open_loop
  bool batched = false;
  std::vector<Duration> offsets;  // replay
  std::vector<Index> endpoints;   // replay: none takes one from the mix
  bool repeat = false;            // replay
  Duration period;                // replay
  double copies = 1;              // replay: of each recorded arrival, on average
  std::uint32_t users = 0;        // closed_loop
  Law think_time;                 // closed_loop
};

struct WorkloadPlan {
  std::string name;
  Index first_edge = 0;  // into the plan's edges
  Index edges = 0;
  std::vector<Index> mix_endpoints;
  std::vector<double> cumulative_mix;
  std::vector<Index> edge_of_service;  // [service]: position among its edges
  std::uint64_t purpose = 0;
};

/// A fault, with its filters resolved. It chooses among `candidates` when it starts.
struct FaultPlan {
  FaultSpec spec;
  std::vector<Index> candidates;  // instances
  Index endpoint = none;          // latency, abort: only this one
  Law delay;
  double chance = 1;  // latency, abort: of each request
  std::uint64_t purpose = 0;
};

/// Whom a scraped or judged metric is about.
struct MetricScope {
  std::vector<Index> endpoint_columns;  // into OutcomeLayout::endpoints
  std::vector<Index> workloads;
  std::vector<Index> services;
};

/// What a controller watches: a condition on scraped metrics.
struct WatchPlan {
  MetricCondition condition;
  MetricScope scope;
  ScrapeSpec scrape;
  Duration window;
};

/// What an objective compares a latency quantile with.
struct ThresholdPlan {
  Index objective = none;
  Duration limit;
  MetricScope scope;
};

struct RolloutPlan {
  RolloutSpec spec;
  Index service = none;
  double errors_added = 0;              // a probability
  std::vector<Index> analysis_watches;  // into watches
};

/// Everything a run needs to know, resolved to indices.
struct System::Plan {
  OutcomeLayout layout;
  std::vector<Time> boundaries;  // where one elementary interval ends and the next begins
  std::vector<std::vector<Index>> elementary_of_interval;
  Time end;
  Time drain_limit;
  std::uint32_t most_in_flight = 0;
  Duration heartbeat;  // how often a run is asked whether it is over, or too far behind

  std::vector<ServicePlan> services;
  std::vector<InstancePlan> instances;
  std::vector<EdgePlan> edges;
  std::vector<EndpointPlan> endpoints;
  std::vector<Index> stable_column;  // [endpoint]: into layout.endpoints
  std::vector<Index> canary_column;
  std::vector<Step> steps;
  std::vector<Index> branches;  // first step of each branch of each parallel step
  std::vector<Law> laws;
  std::vector<CountLaw> count_laws;
  std::uint32_t lanes = 1;  // of the event list; the first is for what happens at once
  std::vector<WorkloadPlan> workloads;
  std::vector<SourcePlan> sources;
  std::vector<FaultPlan> faults;
  std::optional<RolloutPlan> rollout;
  std::vector<ThresholdPlan> thresholds;
  std::vector<WatchPlan> watches;
  std::vector<Index> stop_watches;  // [stop condition]: into watches
  std::vector<Duration> stop_for;
};

/// Resolves the labels of a metric; empty labels mean everybody. Of a latency or ratio without
/// labels: all workloads.
MetricScope scope_of(const MetricCondition& condition, const OutcomeLayout& layout);

}  // namespace rehearse
