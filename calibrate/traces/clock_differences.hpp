#pragma once

#include <cstdint>

#include "calibrate/traces/trace_forest.hpp"

namespace rehearse {

/// By how many nanoseconds the clocks of two hosts differ at least, where a server span should lie
/// within its client span and does not: for each pair of instances the median over its calls, and
/// of these the largest. Messages say nothing, nor do servers that last longer than their clients.
/// Costs n log n in the calls.
std::int64_t largest_clock_difference(const TraceForest& forest);

}  // namespace rehearse
