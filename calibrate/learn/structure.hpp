#pragma once

#include <compare>
#include <cstdint>
#include <vector>

#include "calibrate/traces/visits.hpp"

namespace rehearse {

/// A call as part of a structure: whom, and whether it is awaited.
struct EdgeUse {
  std::uint32_t endpoint = 0;
  bool detached = false;
  auto operator<=>(const EdgeUse&) const = default;
};

/// Calls one after another.
using Chain = std::vector<EdgeUse>;
/// Chains at once, in the order of their values: which of them began first is chance.
using Group = std::vector<Chain>;
/// What one visit did: groups one after another. Two visits that did the same compare equal.
using Structure = std::vector<Group>;

/// A structure with the times of one visit. `own[k]` is the visit's own time before group k (the
/// last one: after all groups); together they are its self time: its duration without the union of
/// its awaited calls. `leads[group][chain][call]`: from the start of the group, or the end of the
/// call before, to the start of this one.
struct TimedStructure {
  Structure structure;
  std::vector<double> own;
  std::vector<std::vector<std::vector<double>>> leads;
  double self_time = 0;
};

/// Two calls of a visit run at once when the later one begins before the earlier one ends by more
/// than the caller's clock can err (its grain, and 1 % of the shorter call), or ends before it. A
/// detached call stands where it began and takes no time. More than 256 single calls in a row are
/// put in the order of their endpoints, with the visit's own time before them. Costs n log n in the
/// calls of the visit, however many of them run at once.
TimedStructure structure_of(const TraceForest& forest, const VisitTable& table, const Visit& visit,
                            std::int64_t clock_grain);

}  // namespace rehearse
