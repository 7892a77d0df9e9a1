#pragma once

#include <vector>

#include "models/plan/plan.hpp"

namespace rehearse {

/// Calls along one edge of the plan.
struct ExpectedCalls {
  EdgeId edge;
  double per_second = 0;
};

/// How often things happen on average, as planned: without retries, errors, faults and rollout.
struct ExpectedLoad {
  std::vector<double> visits_per_second;  // [endpoint]
  std::vector<double> calls_per_second;   // [edge]
  std::vector<double> service_visits;     // [service], per second
  std::vector<double> requests;           // [workload], per second
  /// Of the whole run, per second: an arrival, an end of work and an answer for each visit.
  double events_per_second = 0;
};

/// By following the calls from the workloads on (`follow_calls`). Closed loops count as if answers
/// took no time.
ExpectedLoad expected_load(const Plan& plan);

}  // namespace rehearse
