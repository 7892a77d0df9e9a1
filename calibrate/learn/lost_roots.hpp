#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "calibrate/traces/trace_forest.hpp"
#include "calibrate/traces/visits.hpp"

namespace rehearse {

/// Requests of which the root was lost on its way to the collector, and what it called was not.
struct LostRoots {
  /// By endpoint: requests that came in for each whose root was recorded; above 1. Others lost
  /// none.
  std::map<std::uint32_t, double> factors;
  std::uint64_t traces = 0;  // that these stand for
  double share = 0;          // of the roots with children, highest of an endpoint
};

/// A trace without a root had one at an endpoint that calls, directly, all that is left at its top;
/// among several, by how often each calls these and nothing else. What others call more often than
/// roots do tells nothing. A request that left nothing but its root was lost as often: the factor
/// is that of the roots with children.
///
/// Counts where five roots at least are missing, and one in two hundred, of 30 or more; where most
/// roots of the endpoint have children; and where the traces lack nothing that its roots always
/// call (nine of ten do, and less than half of these traces have it): else somebody who was not
/// recorded makes the call. Traces with a span in `begins_request` (by span) are none of them, nor
/// are those that began so late that their root may not have ended when the recording did (of 99 in
/// 100 it would have). Roots that weigh more than what they call, because they were sampled apart
/// from it, stand for these traces, too: then nothing is lost. Of callers of one thing the 64 with
/// most roots are looked at.
LostRoots find_lost_roots(const TraceForest& forest, const VisitTable& visits,
                          const std::vector<bool>& begins_request);

}  // namespace rehearse
