#pragma once

#include <cstdint>
#include <map>

#include "calibrate/learn/fallbacks.hpp"
#include "calibrate/learn/giving_up.hpp"
#include "calibrate/learn/retries.hpp"
#include "calibrate/learn/way_failures.hpp"

namespace rehearse {

/// What callers do about calls that take long or come back badly, and what failed on its way to a
/// callee.
struct CallerFacts {
  Timeouts timeouts;
  std::map<ServicePair, RetryFacts> retries;
  std::map<EndpointEdge, FallbackFacts> fallbacks;
  std::map<std::uint32_t, WayFailures> way_failures;  // by callee endpoint
};

/// Marks the calls that timed out, and joins attempts and fallbacks to calls.
CallerFacts study_callers(const TraceForest& forest, VisitTable& visits);

}  // namespace rehearse
