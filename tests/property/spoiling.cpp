#include "tests/property/spoiling.hpp"

#include <algorithm>
#include <cmath>
#include <string>

namespace rehearse::testing {

std::int64_t time_between(std::int64_t low, std::int64_t high, RandomStream& luck) {
  return low + std::llround(luck.uniform() * static_cast<double>(high - low));
}

std::int64_t scaled(std::int64_t time, double by) {
  return std::llround(static_cast<double>(time) * by);
}

Extent extent_of(const SpanSet& set) {
  Extent extent;
  for (const Span& span : set.spans) {
    extent.from = std::min(extent.from, span.start);
    extent.to = std::max(extent.to, span.start);
  }
  return extent;
}

Traces traces_of(const SpanSet& set) {
  Traces traces;
  for (std::size_t i = 0; i < set.spans.size(); ++i) traces[set.spans[i].trace].push_back(i);
  return traces;
}

std::int64_t start_of(const SpanSet& set, const std::vector<std::size_t>& trace) {
  std::int64_t start = INT64_MAX;
  for (const std::size_t i : trace) start = std::min(start, set.spans[i].start);
  return start;
}

void move_trace(SpanSet& set, const std::vector<std::size_t>& trace, std::int64_t by) {
  for (const std::size_t i : trace) {
    set.spans[i].start += by;
    set.spans[i].end += by;
  }
}

std::vector<std::pair<std::int64_t, TraceId>> by_start(const SpanSet& set, const Traces& traces) {
  std::vector<std::pair<std::int64_t, TraceId>> order;
  for (const auto& [id, trace] : traces) order.emplace_back(start_of(set, trace), id);
  std::sort(order.begin(), order.end());
  return order;
}

void lengthen(SpanSet& set, const std::vector<std::size_t>& trace, std::size_t slow,
              std::int64_t by) {
  const std::int64_t end = set.spans[slow].end;
  for (const std::size_t i : trace) {
    Span& span = set.spans[i];
    if (span.start >= end) span.start += by;
    if (span.end >= end) span.end += by;
  }
}

NameId other_name(SpanSet& set, NameId name, const char* behind) {
  return set.names.intern(set.names.text(name) + behind);
}

NameId name_of_most(const std::map<NameId, std::uint64_t>& visits) {
  return std::max_element(visits.begin(), visits.end(),
                          [](const auto& a, const auto& b) { return a.second < b.second; })
      ->first;
}

}  // namespace rehearse::testing
