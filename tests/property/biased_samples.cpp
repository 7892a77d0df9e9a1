#include "tests/property/contamination.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <set>
#include <utility>

#include "tests/property/spoiling.hpp"

namespace rehearse::testing {
namespace {

// Sampling and loss.

/// Keeps what `share_of` says of each trace, by whether it failed or is among the slowest
/// twentieth.
void sample(SpanSet& set, RandomStream& luck, const std::function<double(bool)>& share_of) {
  const Traces traces = traces_of(set);
  std::vector<std::int64_t> lengths;
  std::map<TraceId, std::pair<std::int64_t, bool>> ends;
  for (const auto& [id, trace] : traces) {
    std::int64_t last = 0;
    bool failed = false;
    for (const std::size_t i : trace) {
      last = std::max(last, set.spans[i].end);
      failed = failed || set.spans[i].error;
    }
    ends[id] = {last - start_of(set, trace), failed};
    lengths.push_back(ends[id].first);
  }
  std::sort(lengths.begin(), lengths.end());
  const std::int64_t slow = lengths[lengths.size() * 19 / 20];
  std::map<TraceId, float> weights;
  for (const auto& [id, end] : ends) {
    const double share = share_of(end.second || end.first >= slow);
    if (luck.chance(share)) weights[id] = static_cast<float>(1 / share);
  }
  std::erase_if(set.spans, [&](const Span& span) { return !weights.contains(span.trace); });
  for (Span& span : set.spans) span.adjusted_count = weights.at(span.trace);
}

void sample_by_outcome(SpanSet& set, RandomStream& luck) {
  sample(set, luck, [](bool remarkable) { return remarkable ? 1.0 : 0.2; });
}

/// Of some all, of others one in five, whatever became of them.
void sample_by_luck(SpanSet& set, RandomStream& luck) {
  sample(set, luck, [&luck](bool) { return luck.chance(0.5) ? 1.0 : 0.2; });
}

/// Twice as many requests in the middle third as before and after; the more there are, the more
/// spans are lost by `share_of` (busy).
void lose(SpanSet& set, RandomStream& luck, double when_quiet, double when_busy) {
  const Extent extent = extent_of(set);
  const auto length = static_cast<double>(extent.to - extent.from);
  const Traces traces = traces_of(set);
  std::set<TraceId> busy;
  for (const auto& [id, trace] : traces) {
    const std::int64_t start = start_of(set, trace);
    const double place = static_cast<double>(start - extent.from) / length;
    // Half of the requests come in a third of the time.
    const double now = place < 0.25   ? place / 0.25 / 3
                       : place < 0.75 ? (1 + (place - 0.25) / 0.5) / 3
                                      : (2 + (place - 0.75) / 0.25) / 3;
    if (place >= 0.25 && place < 0.75) busy.insert(id);
    move_trace(set, trace, extent.at(now) - start);
  }
  std::erase_if(set.spans, [&](const Span& span) {
    return luck.chance(busy.contains(span.trace) ? when_busy : when_quiet);
  });
}

void lose_under_load(SpanSet& set, RandomStream& luck) {
  lose(set, luck, 0.005, 0.06);
}
void lose_evenly(SpanSet& set, RandomStream& luck) {
  lose(set, luck, 0.04, 0.04);
}

}  // namespace

std::vector<Contamination> biased_samples() {
  return {
      {"sampling by outcome", "failed and slow kept", sample_by_outcome, sample_by_luck},
      {"loss that rises with load", "full exporters", lose_under_load, lose_evenly},
  };
}

}  // namespace rehearse::testing
