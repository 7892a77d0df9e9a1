#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "calibrate/readers/span.hpp"
#include "sim/random/random_stream.hpp"

/// What changes of recordings are made of.
namespace rehearse::testing {

inline constexpr std::int64_t second = 1'000'000'000;
inline constexpr std::int64_t millisecond = 1'000'000;
inline constexpr std::int64_t microsecond = 1'000;

std::int64_t time_between(std::int64_t low, std::int64_t high, RandomStream& luck);
std::int64_t scaled(std::int64_t time, double by);

struct Extent {
  std::int64_t from = INT64_MAX;
  std::int64_t to = INT64_MIN;

  std::int64_t at(double share) const { return from + scaled(to - from, share); }
};
/// Of the starts of spans.
Extent extent_of(const SpanSet& set);

using Traces = std::map<TraceId, std::vector<std::size_t>>;
Traces traces_of(const SpanSet& set);
std::int64_t start_of(const SpanSet& set, const std::vector<std::size_t>& trace);
void move_trace(SpanSet& set, const std::vector<std::size_t>& trace, std::int64_t by);
/// Traces in the order of their starts.
std::vector<std::pair<std::int64_t, TraceId>> by_start(const SpanSet& set, const Traces& traces);

/// Lets a span take longer, and all that stands above it or behind it in its trace.
void lengthen(SpanSet& set, const std::vector<std::size_t>& trace, std::size_t slow,
              std::int64_t by);

NameId other_name(SpanSet& set, NameId name, const char* behind);
NameId name_of_most(const std::map<NameId, std::uint64_t>& visits);

}  // namespace rehearse::testing
