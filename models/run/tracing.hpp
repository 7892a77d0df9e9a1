#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

/// What is asked of tracing, and what comes of it.
namespace rehearse {

struct TracedSpan;

/// Which requests are traced, and how much may be kept of those under way.
struct TraceChoice {
  double share = 1;                                    // of all requests
  std::size_t most_spans_kept = std::size_t{1} << 20;  // some 80 MB
};

/// The lowest random value of a trace that is chosen, of 2^56: `share` of them reach it, and one at
/// least. Expects a share in (0, 1].
std::uint64_t sampling_threshold(double share);

/// What became of the requests that were chosen.
struct TraceCounts {
  std::uint64_t requests = 0;  // handed over
  std::uint64_t spans = 0;
  std::uint64_t unfinished = 0;  // under way when the run ended
  std::uint64_t too_large = 0;   // there was no room for all of their spans
};

/// All spans of one request, in the order in which they ended.
using TraceSink = std::function<void(const std::vector<TracedSpan>& request)>;

}  // namespace rehearse
