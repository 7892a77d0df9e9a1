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
/// A call was given up when the callee went on for longer than the client span. It was by a timeout
/// when nine of ten such calls of a pair of services, and two at least, ended at one value (within
/// 2 %) that no call exceeds. Where their client spans have no errors, good calls must last less
/// than two thirds of it, and the callees half as long again. Failed calls without a server span
/// are failures on the way, however long they lasted.
std::map<ServicePair, TimeoutFacts> find_timeouts(const TraceForest& forest, VisitTable& visits);

}  // namespace rehearse
