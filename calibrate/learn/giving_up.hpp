#pragma once

#include <cstdint>
#include <map>
#include <utility>

#include "calibrate/traces/trace_forest.hpp"
#include "calibrate/traces/visits.hpp"

namespace rehearse {

/// From the service that calls to the one that is called.
using ServicePair = std::pair<NameId, NameId>;

/// After which time the callers of one service give up.
struct TimeoutFacts {
  std::int64_t after = 0;         // nanoseconds
  std::uint64_t given_up = 0;     // calls that ended there
  std::uint64_t tried_again = 0;  // of these, those that another attempt followed
  bool operator==(const TimeoutFacts&) const = default;
};

/// Finds timeouts, and marks the calls that ended by one as failed: `timed_out`.
///
/// A call was given up when the callee went on for longer than the client span, or never showed a
/// span while the call failed. It was by a timeout when the longest calls of a pair of services
/// were all given up, at one value (within 2 %): two of them where the callee was seen to go on,
/// else five, half as long again as any that came back well.
std::map<ServicePair, TimeoutFacts> find_timeouts(const TraceForest& forest, VisitTable& visits);

}  // namespace rehearse
