#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/service_spec.hpp"
#include "sim/law.hpp"

namespace rehearse {

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
  Index edge = none;      // call, spawn: of the calling service, to the endpoint's service
  Index endpoint = none;  // call, spawn
  double probability = 1;
  std::uint64_t purpose = 0;  // names the draws of this step
};

struct EndpointPlan {
  EndpointName name;
  Index service = none;
  std::vector<double> cumulative_weights;
  std::vector<Index> behaviours;  // first step of each; none: nothing to do
  double own_error_probability = 0;
  OwnErrorsSpec::At own_errors_at = OwnErrorsSpec::At::end;
  std::uint64_t purpose = 0;  // of the choice among behaviours
  std::uint64_t error_purpose = 0;
};

/// The caller's side of an edge, resolved.
struct EdgePlan {
  Index callee = none;
  ClientSpec client;
  Law latency;
  Duration base_backoff;
  Duration max_backoff;
  std::uint64_t latency_purpose = 0;
  std::uint64_t balancing_purpose = 0;
  std::uint64_t backoff_purpose = 0;
};

struct InstancePlan {
  Index service = none;
  bool canary = false;
  std::string zone;
  std::string host;
  std::uint64_t purpose = 0;
};

struct ServicePlan {
  std::string name;
  Index first_instance = 0;
  Index stable_instances = 0;
  Index canary_instances = 0;           // behind the stable ones; idle until a rollout calls them
  std::uint32_t workers = none;         // none: unlimited
  std::uint32_t queue_capacity = none;  // none: unlimited
  bool worker_held = true;
  QueueDiscipline discipline = QueueDiscipline::fifo;
  double cores = 0;  // 0: no processor sharing
  double correlation = 0;
  std::uint64_t shared_purpose = 0;  // of the normal quantity that one request shares here
  std::vector<EdgePlan> edges;       // by callee
};

}  // namespace rehearse
