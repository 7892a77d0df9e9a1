#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/specs/service_spec.hpp"
#include "sim/random/law.hpp"

namespace rehearse {

/// An index of nothing; a limit that there is not.
inline constexpr std::uint32_t none = 0xffffffffU;

/// Position of a service, endpoint and so on in its table of the plan. Tables are sorted by name,
/// so that the order in which a file declares things changes nothing.
using Index = std::uint32_t;

/// One step of an endpoint's program. Sequences are linked by `next`.
struct Step {
  enum class Kind : std::uint8_t { work, call, parallel, repeat, spawn };
  Kind kind = Kind::work;
  OnError on_error = OnError::fail;
  Index next = none;      // in the same sequence
  Index body = none;      // repeat: its steps; call: its fallback; parallel: first of `branches`
  Index count = 0;        // parallel: branches
  Index wait_for = 0;     // parallel: successes needed
  Index law = none;       // work: of durations; repeat: of counts
  Index edge = none;      // call, spawn: position among the edges of the calling service
  Index endpoint = none;  // call, spawn
  std::uint32_t lane = none;  // work: of its constant duration
  bool quantile = false;      // work: its law can be read at a level
  double probability = 1;
  std::uint64_t purpose = 0;  // names the draws of this step
};

struct EndpointPlan {
  // What every attempt asks.
  Index first_step = none;        // if there is but one behaviour
  bool begins_with_work = false;  // whatever the luck: `first_step` says which
  bool may_fail = false;          // by an error of its own
  OwnErrorsSpec::At own_errors_at = OwnErrorsSpec::At::end;
  Index service = none;

  EndpointName name;
  std::vector<double> cumulative_weights;
  std::vector<Index> behaviours;  // first step of each; none: nothing to do
  double own_error_probability = 0;
  std::uint64_t purpose = 0;  // of the choice among behaviours
  std::uint64_t error_purpose = 0;
};

/// The caller's side of an edge, resolved.
struct EdgePlan {
  Index callee = none;
  Index first_instance = none;     // of the callee
  Index instances = 0;             // of the callee, those of a canary included
  std::uint32_t lane = none;       // of its constant latency
  Duration constant_latency;       // if it has a lane
  bool latency_is_shared = false;  // correlated with what the request meets at the callee
  bool retries = false;
  bool propagates_cancellation = false;
  BalancingPolicy policy = BalancingPolicy::round_robin;
  Jitter jitter = Jitter::full;
  RetryOn retry_on;
  std::uint32_t choice_count = 2;
  std::uint32_t max_attempts = 1;
  Duration timeout = Duration::longest();
  Duration per_try_timeout = Duration::longest();
  Duration base_backoff;
  Duration max_backoff;
  std::optional<RetryBudgetSpec> budget;
  std::uint64_t latency_purpose = 0;
  std::uint64_t balancing_purpose = 0;
  std::uint64_t version_purpose = 0;
  std::uint64_t backoff_purpose = 0;
  Law latency;
};

struct InstancePlan {
  Index service = none;
  bool canary = false;
  std::string zone;
  std::string host;
  std::uint64_t purpose = 0;
};

struct ServicePlan {
  std::uint32_t workers = none;         // none: unlimited
  std::uint32_t queue_capacity = none;  // none: unlimited
  bool worker_held = true;
  QueueDiscipline discipline = QueueDiscipline::fifo;
  double cores = 0;  // 0: no processor sharing
  double correlation = 0;
  bool limit_is_assumed = false;     // unlimited, because the recording did not tell
  double recorded_work = 0;          // of its HighestRecorded, where that limit is assumed
  std::uint64_t shared_purpose = 0;  // of the normal quantity that one request shares here
  Index first_instance = 0;
  Index stable_instances = 0;
  Index canary_instances = 0;  // behind the stable ones; idle until a rollout calls them
  Index first_edge = 0;        // into the plan's edges, by callee
  Index edges = 0;
  std::string name;

  Index all_instances() const { return stable_instances + canary_instances; }
};

}  // namespace rehearse
