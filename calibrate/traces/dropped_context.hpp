#pragma once

#include <cstdint>
#include <vector>

#include "calibrate/traces/roles.hpp"
#include "calibrate/traces/trace_forest.hpp"

namespace rehearse {

/// An endpoint whose visits stand in traces of their own, though they lie within visits of another
/// service: the context of the trace was dropped on the way.
struct DroppedContext {
  NameId service = 0;
  NameId operation = 0;
  NameId caller_service = 0;
  NameId caller_operation = 0;
  std::uint64_t visits = 0;
  std::uint64_t joined = 0;  // to their callers; 0: these do not make a fixed number of them
};

/// Finds such endpoints, and joins their traces to those of their callers where these make a fixed
/// number of them: each visit goes to the caller, of those it lies within, that has fewest, and
/// nine of ten callers then have as many as most do. Which of two callers at once it was does not
/// matter.
///
/// An endpoint is one that nobody is recorded to call, with 30 visits or more, of which nineteen in
/// twenty lie within visits of the other endpoint, while at least half of these have one within.
/// Chance may put visits there, too: fewer must lie there a few of the longest visits earlier or
/// later (binomial, one in a million, and by four standard errors between up to twenty stretches of
/// the recording). At most 1024 visits are looked at for each. Of several such callers it is the
/// one whose visits cover least. Where none is, several endpoints may be its callers together, each
/// of which has visits within that no caller before it has, 30 or more; there is a `DroppedContext`
/// for each. Leaves the forest as `plant` does.
std::vector<DroppedContext> join_dropped_contexts(TraceForest& forest,
                                                  const std::vector<Role>& roles);

}  // namespace rehearse
