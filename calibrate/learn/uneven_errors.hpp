#pragma once

#include <cstdint>
#include <set>

#include "calibrate/traces/trace_forest.hpp"
#include "calibrate/traces/visits.hpp"

namespace rehearse {

/// Of one kind.
struct FailedVisits {
  std::uint64_t all = 0;
  std::uint64_t failed = 0;
};

/// The probability of a table with the same sums that is as far out on the same side or farther,
/// times two, 1 at most: Fisher's exact test. Costs the smaller number of visits.
double p_value_of(const FailedVisits& some, const FailedVisits& others);

/// The endpoints that fail by themselves more often, or less, when they call some others. Looks at
/// visits without a failed call that nobody gave up, by whom they call: a visit that fails before
/// it calls has done nothing that others do, so 30 good ones of each kind are asked for. Of several
/// kinds at an endpoint the least likely one counts, its p-value times their number; over all
/// endpoints one is found wrongly in one recording of a hundred (Holm).
std::set<std::uint32_t> find_uneven_errors(const TraceForest& forest, const VisitTable& visits);

}  // namespace rehearse
