#pragma once

#include <cstdint>
#include <map>

#include "calibrate/learn/retries.hpp"
#include "calibrate/traces/trace_forest.hpp"
#include "calibrate/traces/visits.hpp"

namespace rehearse {

/// Attempts that failed between caller and callee: refused (no server span), or the answer lost or
/// not liked by the caller (a good server span). The model has them as errors of the callee,
/// whoever asks. Timeouts are not among them, nor answers that nobody waits for.
struct WayFailures {
  double refused = 0;  // attempts; less those whose server span was merely not recorded
  double refused_weight = 0;
  std::uint64_t unanswered = 0;
  double unanswered_weight = 0;
  bool at_once = false;  // most were refused, in less than half the time of a good attempt

  double attempts() const { return refused + static_cast<double>(unanswered); }
};

/// By callee endpoint. Good server spans that only their callers call failures are none where nine
/// of ten callers go on well without trying again (a 404). Where good attempts lack their server
/// span as well, as many of the failed are taken for unrecorded ones.
std::map<std::uint32_t, WayFailures> find_way_failures(
    const TraceForest& forest, const VisitTable& visits,
    const std::map<ServicePair, RetryFacts>& retries);

}  // namespace rehearse
