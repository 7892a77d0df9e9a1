#include "tests/property/dirt.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>

namespace rehearse::testing {
namespace {

using Id = std::pair<TraceId, std::uint64_t>;

void duplicate_some(SpanSet& set, RandomStream& luck) {
  const std::size_t size = set.spans.size();
  for (std::size_t i = 0; i < size; ++i) {
    if (luck.chance(0.15)) set.spans.push_back(Span(set.spans[i]));
  }
}

void lose_some(SpanSet& set, RandomStream& luck) {
  std::erase_if(set.spans, [&](const Span&) { return luck.chance(0.1); });
}

/// They name a parent that nobody recorded.
void lose_some_parents(SpanSet& set, RandomStream& luck) {
  for (Span& span : set.spans) {
    if (span.parent != 0 && luck.chance(0.1)) span.parent = luck.bits() | 1;
  }
}

/// Each instance is a host of its own.
void skew_clocks(SpanSet& set, RandomStream& luck) {
  std::map<NameId, std::int64_t> offsets;
  for (Span& span : set.spans) {
    const auto [known, fresh] = offsets.try_emplace(span.instance, 0);
    if (fresh) {
      const double nanoseconds = 1e3 * std::pow(1e7, luck.uniform());
      known->second = std::llround(luck.chance(0.5) ? nanoseconds : -nanoseconds);
    }
    span.start += known->second;
    span.end += known->second;
  }
}

void make_clocks_coarse(SpanSet& set, RandomStream&) {
  constexpr std::int64_t millisecond = 1'000'000;
  for (Span& span : set.spans) {
    span.start -= span.start % millisecond;
    span.end -= span.end % millisecond;
  }
}

/// Whoever works for a caller that has given up is told so, and what is below is recorded no
/// further.
void clip_timeouts(SpanSet& set, RandomStream&) {
  std::map<Id, std::vector<std::size_t>> children;
  for (std::size_t i = 0; i < set.spans.size(); ++i) {
    children[{set.spans[i].trace, set.spans[i].parent}].push_back(i);
  }
  std::set<std::size_t> removed;
  for (std::size_t i = 0; i < set.spans.size(); ++i) {
    const std::int64_t end = set.spans[i].end;
    if (set.spans[i].kind != SpanKind::client || !set.spans[i].error) continue;
    std::vector<std::size_t> below = {i};
    while (!below.empty()) {
      const Span& above = set.spans[below.back()];
      below.pop_back();
      const auto found = children.find({above.trace, above.id});
      if (found == children.end()) continue;
      for (const std::size_t child : found->second) {
        Span& span = set.spans[child];
        if (span.kind == SpanKind::producer || span.kind == SpanKind::consumer) continue;
        if (span.start >= end) removed.insert(child);
        span.end = std::clamp(span.end, span.start, std::max(span.start, end));
        below.push_back(child);
      }
    }
  }
  for (auto at = removed.rbegin(); at != removed.rend(); ++at) {
    set.spans.erase(set.spans.begin() + static_cast<std::ptrdiff_t>(*at));
  }
}

/// Keeps traces with an error and the slowest twentieth, and of the others one in ten.
void sample_by_end(SpanSet& set, RandomStream& luck, double weight_of_others) {
  struct Trace {
    std::int64_t first = INT64_MAX;
    std::int64_t last = 0;
    bool failed = false;
  };
  std::map<TraceId, Trace> traces;
  for (const Span& span : set.spans) {
    Trace& trace = traces[span.trace];
    trace.first = std::min(trace.first, span.start);
    trace.last = std::max(trace.last, span.end);
    trace.failed = trace.failed || span.error;
  }
  std::vector<std::int64_t> durations;
  for (const auto& [id, trace] : traces) durations.push_back(trace.last - trace.first);
  std::sort(durations.begin(), durations.end());
  const std::int64_t slow = durations[durations.size() * 19 / 20];
  std::map<TraceId, float> weights;
  for (const auto& [id, trace] : traces) {
    if (trace.failed || trace.last - trace.first >= slow) {
      weights[id] = 1;
    } else if (luck.chance(0.1)) {
      weights[id] = static_cast<float>(weight_of_others);
    }
  }
  std::erase_if(set.spans, [&](const Span& span) { return !weights.contains(span.trace); });
  for (Span& span : set.spans) span.adjusted_count = weights.at(span.trace);
}

void sample_with_weights(SpanSet& set, RandomStream& luck) {
  sample_by_end(set, luck, 10);
}
void sample_without_weights(SpanSet& set, RandomStream& luck) {
  sample_by_end(set, luck, 1);
}

/// Halfway, one in two instances gets another name.
void replace_instances(SpanSet& set, RandomStream& luck) {
  std::int64_t first = INT64_MAX;
  std::int64_t last = 0;
  for (const Span& span : set.spans) {
    first = std::min(first, span.start);
    last = std::max(last, span.start);
  }
  std::map<NameId, NameId> later;
  for (Span& span : set.spans) {
    if (!later.contains(span.instance)) {
      const std::string name = set.names.text(span.instance);
      later[span.instance] = luck.chance(0.5) ? set.names.intern(name + " again") : span.instance;
    }
    if (span.start >= first + (last - first) / 2) span.instance = later.at(span.instance);
  }
}

}  // namespace

const std::vector<Dirt>& every_dirt() {
  static const std::vector<Dirt> all = {
      {"duplicates", duplicate_some, {"of spans: left out"}},
      {"lost spans", lose_some, {"spans were lost", "whose parent was not recorded"}},
      {"lost parents", lose_some_parents, {"whose parent was not recorded"}},
      {"clock skew", skew_clocks, {"warning, clocks differ"}},
      {"1 ms clocks", make_clocks_coarse, {"tell whole milliseconds"}},
      {"clipped timeouts", clip_timeouts, {"cut short where the caller gave up"}},
      {"tail sampling, with weights", sample_with_weights, {}},
      {"tail sampling, without weights", sample_without_weights, {"every trace was kept"}},
      {"replaced instances", replace_instances, {"took the place"}},
  };
  return all;
}

}  // namespace rehearse::testing
