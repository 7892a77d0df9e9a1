#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/plan/client_policies.hpp"
#include "models/plan/ids.hpp"
#include "models/plan/outcome_layout.hpp"
#include "models/policies/core_sharing.hpp"
#include "models/policies/queue.hpp"
#include "models/specs/experiment_spec.hpp"
#include "models/specs/service_spec.hpp"
#include "models/specs/workload_spec.hpp"
#include "sim/random/law.hpp"

namespace rehearse {

/// One step of an endpoint's program. Sequences are linked by `next`.
struct alignas(64) Step {
  enum class Kind : std::uint8_t { work, call, parallel, repeat, spawn };
  Kind kind = Kind::work;
  OnError on_error = OnError::fail;
  StepId next;          // in the same sequence
  Index body = none;    // repeat: its steps; call: its fallback; parallel: first of `branches`
  Index count = 0;      // parallel: branches
  Index wait_for = 0;   // parallel: successes needed
  Index law = none;     // work: of durations; repeat: of counts; call: into `tolerated`, if any is
  Index edge = none;    // call, spawn: position among the edges of the calling service
  EndpointId endpoint;  // call, spawn
  std::uint32_t lane = none;               // work: of its constant duration
  bool quantile = false;                   // work: its law can be read at a level
  Duration timeout = Duration::longest();  // call: in place of the client's; longest: none is
  double probability = 1;
  std::uint64_t purpose = 0;  // names the draws of this step
};
static_assert(sizeof(Step) == 64, "a step is as large as a cache line");

struct EndpointPlan {
  // What every attempt asks.
  StepId first_step;              // if there is but one behaviour
  bool begins_with_work = false;  // whatever the luck: `first_step` says which
  bool may_fail = false;          // by an error of its own
  bool errors_differ = false;     // between behaviours
  OwnErrorsSpec::At own_errors_at = OwnErrorsSpec::At::end;
  ServiceId service;

  EndpointName name;
  std::vector<double> cumulative_weights;
  std::vector<StepId> behaviours;               // first step of each; none: nothing to do
  std::vector<double> own_error_probabilities;  // [behaviour]
  std::uint64_t purpose = 0;                    // of the choice among behaviours
  std::uint64_t error_purpose = 0;
};

/// The caller's side of an edge, resolved. What every attempt asks comes first.
struct alignas(64) EdgePlan {
  ServiceId callee;
  InstanceId first_instance;       // of the callee
  Index instances = 0;             // of the callee, those of a canary included
  std::uint32_t lane = none;       // of its constant latency
  Duration constant_latency;       // if it has a lane
  bool latency_is_shared = false;  // correlated with what the request meets at the callee
  std::uint64_t balancing_purpose = 0;
  ClientPolicies policies;
  std::uint64_t version_purpose = 0;
  std::uint64_t backoff_purpose = 0;
  std::uint64_t latency_purpose = 0;
  Law latency;
};
static_assert(offsetof(EdgePlan, policies) + ClientPolicies::bytes_of_every_attempt == 64,
              "what every attempt asks lies in one cache line");

struct InstancePlan {
  ServiceId service;
  bool canary = false;
  std::string zone;
  std::string host;
  std::uint64_t purpose = 0;
};

/// What every job asks comes first.
struct alignas(64) ServicePlan {
  std::uint32_t workers = none;  // none: unlimited
  bool worker_held = true;
  bool limit_is_assumed = false;  // unlimited, because the recording did not tell
  Queue queue;
  double cores = 0;  // 0: no processor sharing
  double correlation = 0;
  double size_share = 0;             // of the size of the request in what it shares here
  std::uint64_t shared_purpose = 0;  // of the normal quantity that one request shares here
  InstanceId first_instance;
  EdgeId first_edge;  // by callee
  Index edges = 0;
  Index stable_instances = 0;
  Index canary_instances = 0;  // behind the stable ones; idle until a rollout calls them
  Index core_paces = none;     // into the plan's, where cores have a sharpness
  double recorded_work = 0;    // of its HighestRecorded, where that limit is assumed
  std::string name;

  Index all_instances() const { return stable_instances + canary_instances; }
};

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
  WorkloadId workload;
  Time from;
  Time until = Time::never();
  FaultId fault;              // the load spike that it belongs to
  std::uint32_t lane = none;  // open_loop, replay: where its one pending arrival waits
  std::uint64_t purpose = 0;
  std::vector<RateSegment> rate;  // open_loop
  CountLaw batch;                 // open_loop
  bool batched = false;
  std::vector<Duration> offsets;      // replay
  std::vector<EndpointId> endpoints;  // replay: none takes one from the mix
  bool repeat = false;                // replay
  Duration period;                    // replay
  double copies = 1;                  // replay: of each recorded arrival, on average
  std::uint32_t users = 0;            // closed_loop
  Law think_time;                     // closed_loop
};

struct WorkloadPlan {
  std::string name;
  EdgeId first_edge;
  Index edges = 0;
  std::vector<EndpointId> mix_endpoints;
  std::vector<double> cumulative_mix;
  std::vector<Index> edge_of_service;  // [service]: position among its edges
  std::uint64_t purpose = 0;
};

/// A fault, with its filters resolved. It chooses among `candidates` when it starts.
struct FaultPlan {
  FaultSpec spec;
  std::vector<InstanceId> candidates;
  std::optional<DoorEffect> door;
  EndpointId endpoint;  // at the door: only this one
  std::optional<LinkEffect> link;
  std::vector<std::uint8_t> disturbs;  // [edge]; link only: it may meet what its caller sends
  std::uint64_t purpose = 0;
};

/// Whom a scraped or judged metric is about.
struct MetricScope {
  std::vector<Index> endpoint_columns;  // into OutcomeLayout::endpoints
  std::vector<WorkloadId> workloads;
  std::vector<ServiceId> services;
};

/// What a controller watches: a condition on scraped metrics.
struct WatchPlan {
  MetricCondition condition;
  MetricScope scope;
  ScrapeSpec scrape;
  Duration window;
};

/// An alarm.
struct StopPlan {
  Index watch = none;  // into watches
  Duration hold;       // so long its condition must hold
  AlarmAction action = AlarmAction::abort_and_roll_back;
};

/// What an objective compares a latency quantile with.
struct ThresholdPlan {
  Index objective = none;
  Duration limit;
  MetricScope scope;
};

struct RolloutPlan {
  RolloutSpec spec;
  ServiceId service;
  double errors_added = 0;              // a probability
  std::vector<Index> analysis_watches;  // into watches
};

/// Everything a run needs to know, resolved to indices.
struct Plan {
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
  std::vector<StepId> branches;  // first step of each branch of each parallel step
  std::vector<Law> laws;
  std::vector<CountLaw> count_laws;
  std::vector<double> tolerated;  // shares of the failures of calls
  std::vector<CorePaces> core_paces;
  std::uint64_t size_purpose = 0;  // of the size of a request
  std::uint32_t lanes = 1;         // of the event list; the first is for what happens at once
  std::vector<WorkloadPlan> workloads;
  std::vector<SourcePlan> sources;
  std::vector<FaultPlan> faults;
  std::optional<RolloutPlan> rollout;
  std::vector<ThresholdPlan> thresholds;
  std::vector<WatchPlan> watches;
  std::vector<StopPlan> stop_conditions;
};

/// Resolves the labels of a metric; empty labels mean everybody. Of a latency or ratio without
/// labels: all workloads.
MetricScope scope_of(const MetricCondition& condition, const OutcomeLayout& layout);

}  // namespace rehearse
