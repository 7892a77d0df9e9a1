#include "calibrate/traces/clock_differences.hpp"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

namespace rehearse {

std::int64_t largest_clock_difference(const TraceForest& forest) {
  using Clock = std::pair<NameId, NameId>;  // service, instance
  std::map<std::pair<Clock, Clock>, std::vector<std::int64_t>> outside;
  for (std::size_t i = 0; i < forest.spans.size(); ++i) {
    const Span& callee = forest.spans[i];
    if (callee.kind != SpanKind::server || forest.parent[i] == TraceForest::none) continue;
    const Span& caller = forest.spans[forest.parent[i]];
    if (caller.kind != SpanKind::client || callee.duration() > caller.duration()) continue;
    outside[{{caller.service, caller.instance}, {callee.service, callee.instance}}].push_back(
        std::max({caller.start - callee.start, callee.end - caller.end, std::int64_t{0}}));
  }
  std::int64_t largest = 0;
  for (auto& [clocks, by] : outside) {
    const auto middle = by.begin() + static_cast<std::ptrdiff_t>(by.size() / 2);
    std::nth_element(by.begin(), middle, by.end());
    largest = std::max(largest, *middle);
  }
  return largest;
}

}  // namespace rehearse
