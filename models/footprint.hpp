#pragma once

#include "sim/stats/latency_histogram.hpp"

/// Estimates of memory; pure functions of what was said, for any thread.
namespace rehearse {

class System;

/// The latencies of one endpoint in one interval, as far as memory is concerned: spread over so
/// many powers of two, a fourth of whose bins occur.
inline constexpr double usual_powers_of_two = 12;
inline constexpr double usual_bins = usual_powers_of_two * (1 << LatencyBins::bits) / 4;

/// How much memory simulating takes, in bytes, estimated before anything is simulated: what must be
/// kept whatever happens. Requests in flight come on top; a run ends early rather than have more
/// than four million of them.
struct Footprint {
  double system = 0;   // once for each arm
  double run = 0;      // for each run under way: instances, what they know of others, counts
  double outcome = 0;  // of each replication that waits for its turn
};

Footprint footprint_of(const System& system);

}  // namespace rehearse
