#include "tests/property/contamination.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>

#include "tests/property/spoiling.hpp"

namespace rehearse::testing {
namespace {

// Copies.

/// One in ten is there again, later or earlier, under other ids.
void copy_traces(SpanSet& set, RandomStream& luck) {
  const Extent extent = extent_of(set);
  for (const auto& [id, trace] : traces_of(set)) {
    if (!luck.chance(0.1)) continue;
    const std::int64_t by = time_between(extent.from, extent.to, luck) - start_of(set, trace);
    const TraceId fresh{luck.bits(), luck.bits()};
    for (const std::size_t i : trace) {
      Span span = set.spans[i];
      span.trace = fresh;
      span.start += by;
      span.end += by;
      set.spans.push_back(span);
    }
  }
}

void make_clocks_coarse(SpanSet& set, std::int64_t tick) {
  for (Span& span : set.spans) {
    span.start -= span.start % tick;
    span.end -= span.end % tick;
  }
}

/// Exporters that try again send spans twice, and clocks tell microseconds.
void repeat_records(SpanSet& set, RandomStream& luck) {
  make_clocks_coarse(set, microsecond);
  const std::size_t size = set.spans.size();
  for (std::size_t i = 0; i < size; ++i) {
    if (luck.chance(0.1)) set.spans.push_back(Span(set.spans[i]));
  }
}

/// One span in ten takes as long as the one of its kind did before.
void copy_durations(SpanSet& set, RandomStream& luck) {
  std::map<std::pair<NameId, NameId>, std::map<SpanKind, std::int64_t>> before;
  for (Span& span : set.spans) {
    const std::int64_t own = span.duration();
    std::int64_t& last =
        before[{span.service, span.operation}].try_emplace(span.kind, own).first->second;
    if (luck.chance(0.1)) span.end = span.start + last;
    last = own;
  }
}

void tell_milliseconds(SpanSet& set, RandomStream&) {
  make_clocks_coarse(set, millisecond);
}

/// Clocks that tell nanoseconds and tick so many times in a millisecond.
void tick_in(SpanSet& set, std::int64_t ticks) {
  const auto rounded = [ticks](std::int64_t time) {
    const std::int64_t whole = time / millisecond;
    const std::int64_t tick = time % millisecond * ticks / millisecond;
    return whole * millisecond + tick * millisecond / ticks;
  };
  for (Span& span : set.spans) {
    span.start = rounded(span.start);
    span.end = rounded(span.end);
  }
}

/// Milliseconds since 1970 in a double.
void tick_in_doubles(SpanSet& set, RandomStream&) {
  tick_in(set, 4096);
}

/// As macOS does.
void tick_at_24_megahertz(SpanSet& set, RandomStream&) {
  tick_in(set, 24'000);
}

void copy_traces_of_doubles(SpanSet& set, RandomStream& luck) {
  tick_in_doubles(set, luck);
  copy_traces(set, luck);
}

// Ids.

void number_traces(SpanSet& set, RandomStream& luck) {
  std::uint64_t next = luck.bits() >> 8U;
  const Traces traces = traces_of(set);
  for (const auto& [start, id] : by_start(set, traces)) {
    next += 1 + luck.below(3);
    for (const std::size_t i : traces.at(id)) set.spans[i].trace = {0, next};
  }
}

/// The first half is the time, as in X-Ray, and the last was sampled by its value.
void date_trace_ids(SpanSet& set, RandomStream& luck) {
  const Traces traces = traces_of(set);
  for (const auto& [start, id] : by_start(set, traces)) {
    const TraceId fresh{static_cast<std::uint64_t>(start / second), luck.bits() >> 10U};
    for (const std::size_t i : traces.at(id)) set.spans[i].trace = fresh;
  }
}

// Times.

/// One span in ten.
void write_durations_by_hand(SpanSet& set, RandomStream& luck) {
  for (Span& span : set.spans) {
    if (!luck.chance(0.1)) continue;
    const std::int64_t whole = (span.duration() + millisecond / 2) / millisecond;
    span.end = span.start + std::max<std::int64_t>(whole, 1) * millisecond;
  }
}

void write_durations_of_macos_by_hand(SpanSet& set, RandomStream& luck) {
  tick_at_24_megahertz(set, luck);
  write_durations_by_hand(set, luck);
}

/// Of every service one instance in two has a library that tells microseconds.
void mix_clocks(SpanSet& set, RandomStream& luck) {
  std::map<NameId, bool> coarse;
  for (Span& span : set.spans) {
    const auto [known, fresh] = coarse.try_emplace(span.instance, false);
    if (fresh) known->second = luck.chance(0.5);
    if (!known->second) continue;
    span.start -= span.start % microsecond;
    span.end -= span.end % microsecond;
  }
}

}  // namespace

std::vector<Contamination> forged_spans() {
  return {
      {"copied spans", "traces copied", copy_traces, repeat_records},
      {"copied spans", "durations copied", copy_durations, tell_milliseconds},
      {"copied spans", "traces copied, coarse ticks", copy_traces_of_doubles, tick_in_doubles},
      {"sequential ids", "traces numbered", number_traces, date_trace_ids},
      {"rounded times", "durations by hand", write_durations_by_hand, mix_clocks},
      {"rounded times", "by hand, coarse ticks", write_durations_of_macos_by_hand,
       tick_at_24_megahertz},
  };
}

}  // namespace rehearse::testing
