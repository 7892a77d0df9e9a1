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

struct Timeouts {
  std::map<ServicePair, TimeoutFacts> of_services;
  /// Where the calls of a pair of services have no timeout in common: those of an endpoint to one
  /// other.
  std::map<EndpointEdge, TimeoutFacts> of_endpoints;
};

/// Finds timeouts, and marks the calls that ended by one as failed: `timed_out`, and visits that
/// ended with such a call, and those below that ended with these: `cut_short`. What a visit let go
/// of when it failed, because another of its calls had just failed, tells nothing.
///
/// A call was given up when the callee went on for longer than the client span; or, where callers
/// do not record their calls, for longer than the caller. Those that failed at the caller are
/// looked at first, by themselves: callees may tidy up after good answers, too. It was by a timeout
/// when nine of ten such calls of a pair of services, and two at least, ended at one value that no
/// call exceeds: within 10 % where all failed, else within 2 %, and good calls must last less than
/// two thirds of it, and the callees half as long again. Calls that failed there at the caller
/// alone are of them, too: their answer was on its way.
///
/// A call was cut short when it failed at the caller and the callee was a peer, was not recorded,
/// or failed or ended with it (at one instant, or in as long a time), without a failed call of its
/// own. It was by a timeout when the longest calls of all, three at least and at most half, were
/// cut short at one value (2 %; or, where good ones last hardly less, a tenth of a percent, within
/// which one in twenty may be good), apart from all others by two grains of the clock, and would
/// not be the longest by chance (1 %); where callees should have been recorded and were not, and
/// may have refused, other calls must last less than two thirds of it.
Timeouts find_timeouts(const TraceForest& forest, VisitTable& visits);

}  // namespace rehearse
