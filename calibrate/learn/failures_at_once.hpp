#pragma once

#include <set>

#include "calibrate/traces/trace_forest.hpp"
#include "calibrate/traces/visits.hpp"

namespace rehearse {

/// Whether a visit failed for no failed call of its own, and was not cut short by its caller.
bool failed_by_itself(const TraceForest& forest, const VisitTable& table, const Visit& visit);

/// The endpoints that fail before they work, if they do: at least five visits failed by themselves,
/// nine of ten of them without any call, and together they took less than half the time, on
/// average, of those that answered well.
std::set<std::uint32_t> find_failures_at_once(const TraceForest& forest, const VisitTable& table);

}  // namespace rehearse
