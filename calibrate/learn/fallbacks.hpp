#pragma once

#include <cstdint>
#include <map>

#include "calibrate/traces/visits.hpp"

namespace rehearse {

/// Whom a caller asks when a call has failed.
struct FallbackFacts {
  std::uint32_t endpoint = 0;  // asked instead
  std::uint64_t failed = 0;    // calls of the first one
  std::uint64_t followed = 0;  // of these, those that the second one followed
};

/// By edge from caller to callee. A call has a fallback when five or more of its kind failed, nine
/// of ten of these were followed by a call to one other endpoint, and of the good ones at most half
/// were, and fewer than chance explains (binomial, 1 %); and half of the callers that got an answer
/// there were good themselves, for who undoes or reports a failure asks somebody, too. Of a chain
/// of them only the last is one. The two are joined to one call of the first endpoint, which ends
/// as the second one did; `attempts` keeps them apart. Messages have none.
std::map<EndpointEdge, FallbackFacts> join_fallbacks(const TraceForest& forest, VisitTable& visits);

}  // namespace rehearse
