#include "tests/property/contamination.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <set>
#include <utility>

namespace rehearse::testing {
namespace {

constexpr std::int64_t second = 1'000'000'000;
constexpr std::int64_t millisecond = 1'000'000;
constexpr std::int64_t microsecond = 1'000;

std::int64_t time_between(std::int64_t low, std::int64_t high, RandomStream& luck) {
  return low + std::llround(luck.uniform() * static_cast<double>(high - low));
}

std::int64_t scaled(std::int64_t time, double by) {
  return std::llround(static_cast<double>(time) * by);
}

struct Extent {
  std::int64_t from = INT64_MAX;
  std::int64_t to = INT64_MIN;

  std::int64_t at(double share) const { return from + scaled(to - from, share); }
};

/// Of the starts of spans.
Extent extent_of(const SpanSet& set) {
  Extent extent;
  for (const Span& span : set.spans) {
    extent.from = std::min(extent.from, span.start);
    extent.to = std::max(extent.to, span.start);
  }
  return extent;
}

using Traces = std::map<TraceId, std::vector<std::size_t>>;

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

/// Traces in the order of their starts.
std::vector<std::pair<std::int64_t, TraceId>> by_start(const SpanSet& set, const Traces& traces) {
  std::vector<std::pair<std::int64_t, TraceId>> order;
  for (const auto& [id, trace] : traces) order.emplace_back(start_of(set, trace), id);
  std::sort(order.begin(), order.end());
  return order;
}

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

// Arrivals.

/// As many requests, each `gap_of` after the one before, in units of the mean gap.
void space_out(SpanSet& set, const std::function<double()>& gap_of) {
  const Traces traces = traces_of(set);
  const auto order = by_start(set, traces);
  const auto mean = static_cast<double>(order.back().first - order.front().first) /
                    static_cast<double>(order.size());
  double at = static_cast<double>(0);
  for (const auto& [start, id] : order) {
    at += gap_of() * mean;
    move_trace(set, traces.at(id), order.front().first + std::llround(at) - start);
  }
}

void pace(SpanSet& set, RandomStream& luck) {
  space_out(set, [&] { return 1 + 0.005 * (luck.uniform() - 0.5); });
}

void pace_with_jitter(SpanSet& set, RandomStream& luck) {
  space_out(set, [&] { return 0.5 + luck.uniform(); });
}

/// Twice the rate now and then.
void come_in_waves(SpanSet& set, RandomStream& luck) {
  double left = 0;
  bool busy = false;
  space_out(set, [&] {
    left -= 1;
    if (left < 0) {
      busy = !busy;
      left = 10 + 20 * luck.uniform();
    }
    return -std::log(luck.uniform()) * (busy ? 0.67 : 1.33);
  });
}

// Instances.

NameId other_name(SpanSet& set, NameId name, const char* behind) {
  return set.names.intern(set.names.text(name) + behind);
}

/// From somewhere in the middle on, all of one service's instances are others.
void deploy(SpanSet& set, RandomStream& luck) {
  const std::int64_t at = extent_of(set).at(0.3 + 0.4 * luck.uniform());
  const NameId service = set.spans.front().service;
  for (Span& span : set.spans) {
    if (span.service != service || span.start < at) continue;
    span.instance = other_name(set, span.instance, "-next");
  }
}

/// An instance more all the time, with a fifth of the traces.
void have_small_instance(SpanSet& set, RandomStream& luck) {
  const NameId service = set.spans.front().service;
  std::map<TraceId, bool> there;
  for (Span& span : set.spans) {
    const auto [known, fresh] = there.try_emplace(span.trace, false);
    if (fresh) known->second = luck.chance(0.2);
    if (span.service == service && known->second) {
      span.instance = other_name(set, span.instance, "-small");
    }
  }
}

/// A canary all the time: one in ten traces.
void mix_versions(SpanSet& set, RandomStream& luck) {
  const NameId old_one = set.names.intern("1.4.0");
  const NameId new_one = set.names.intern("1.5.0");
  const NameId service = set.spans.front().service;
  std::map<TraceId, bool> canary;
  for (Span& span : set.spans) {
    const auto [known, fresh] = canary.try_emplace(span.trace, false);
    if (fresh) known->second = luck.chance(0.1);
    span.version = span.service == service && known->second ? new_one : old_one;
  }
}

/// Each service has a version of its own.
void name_versions(SpanSet& set, RandomStream& luck) {
  std::map<NameId, NameId> versions;
  for (Span& span : set.spans) {
    const auto [known, fresh] = versions.try_emplace(span.service, 0);
    if (fresh) known->second = set.names.intern("2." + std::to_string(luck.below(9)));
    span.version = known->second;
  }
}

/// Lets a span take longer, and all that stands above it or behind it in its trace.
void lengthen(SpanSet& set, const std::vector<std::size_t>& trace, std::size_t slow,
              std::int64_t by) {
  const std::int64_t end = set.spans[slow].end;
  for (const std::size_t i : trace) {
    Span& span = set.spans[i];
    if (span.start >= end) span.start += by;
    if (span.end >= end) span.end += by;
  }
}

/// New instances, each of which has eight visits that take 50 to 100 ms longer than they would.
void deploy_before_ready(SpanSet& set, RandomStream& luck) {
  deploy(set, luck);
  const Traces traces = traces_of(set);
  const NameId service = set.spans.front().service;
  std::map<NameId, int> seen;
  for (const auto& [start, id] : by_start(set, traces)) {
    const std::vector<std::size_t>& trace = traces.at(id);
    for (const std::size_t i : trace) {
      const Span& span = set.spans[i];
      if (span.service != service || !is_called(span.kind)) continue;
      if (!set.names.text(span.instance).ends_with("-next") || ++seen[span.instance] > 8) continue;
      lengthen(set, trace, i, time_between(50 * millisecond, 100 * millisecond, luck));
    }
  }
}

// Failures.

NameId name_of_most(const std::map<NameId, std::uint64_t>& visits) {
  return std::max_element(visits.begin(), visits.end(),
                          [](const auto& a, const auto& b) { return a.second < b.second; })
      ->first;
}

NameId called_often(const SpanSet& set) {
  std::map<NameId, std::uint64_t> visits;
  for (const Span& span : set.spans) visits[span.service] += is_called(span.kind) ? 1 : 0;
  return name_of_most(visits);
}

using Disturb = std::function<void(Span& span, const std::vector<std::size_t>& trace)>;

/// Server spans of the service that has most.
void disturb(SpanSet& set, const Disturb& how) {
  const NameId service = called_often(set);
  for (const auto& [id, trace] : traces_of(set)) {
    for (const std::size_t i : trace) {
      if (set.spans[i].service == service && is_called(set.spans[i].kind)) {
        how(set.spans[i], trace);
      }
    }
  }
}

/// For a tenth of the time three in ten visits fail, and all take two to four times as long.
void have_incident(SpanSet& set, RandomStream& luck) {
  const Extent extent = extent_of(set);
  const double begin = 0.2 + 0.5 * luck.uniform();
  disturb(set, [&](Span& span, const std::vector<std::size_t>& trace) {
    if (span.start < extent.at(begin) || span.start >= extent.at(begin + 0.12)) return;
    span.error = span.error || luck.chance(0.3);
    const auto slow = static_cast<std::size_t>(&span - set.spans.data());
    lengthen(set, trace, slow, scaled(span.duration(), 1 + 2 * luck.uniform()));
  });
}

/// As many errors and slow visits, at any time.
void have_bad_luck(SpanSet& set, RandomStream& luck) {
  disturb(set, [&](Span& span, const std::vector<std::size_t>& trace) {
    if (!luck.chance(0.12)) return;
    span.error = span.error || luck.chance(0.3);
    const auto slow = static_cast<std::size_t>(&span - set.spans.data());
    lengthen(set, trace, slow, scaled(span.duration(), 1 + 2 * luck.uniform()));
  });
}

/// Server spans of two services' first instances fail, in six spells of a fiftieth of the time.
void fail_in_spells(SpanSet& set, RandomStream& luck, bool together) {
  const Extent extent = extent_of(set);
  std::map<NameId, std::uint64_t> services;
  for (const Span& span : set.spans) services[span.service] += is_called(span.kind) ? 1 : 0;
  std::vector<std::pair<std::uint64_t, NameId>> most;
  for (const auto& [service, visits] : services) most.emplace_back(visits, service);
  std::sort(most.rbegin(), most.rend());
  most.resize(2);
  std::vector<double> common;
  for (const auto& [visits, service] : most) {
    std::vector<double> begins;
    for (int spell = 0; spell < 6; ++spell) {
      begins.push_back((spell + 0.7 * luck.uniform()) / 6.1);
    }
    if (together && !common.empty()) begins = common;
    common = begins;
    NameId instance = 0;
    for (Span& span : set.spans) {
      if (span.service != service || !is_called(span.kind)) continue;
      if (instance == 0) instance = span.instance;
      if (span.instance != instance) continue;
      for (const double begin : begins) {
        if (span.start >= extent.at(begin) && span.start < extent.at(begin + 0.02)) {
          span.error = true;
        }
      }
    }
  }
}

void fail_together(SpanSet& set, RandomStream& luck) {
  fail_in_spells(set, luck, true);
}
void fail_apart(SpanSet& set, RandomStream& luck) {
  fail_in_spells(set, luck, false);
}

/// A visit of the service that is awaited most fails by `probability` at its time, from 0 to 1, and
/// its caller tries again at once.
void try_again(SpanSet& set, RandomStream& luck, double (*probability)(double)) {
  const Extent extent = extent_of(set);
  const Traces traces = traces_of(set);
  std::map<std::pair<TraceId, std::uint64_t>, std::size_t> by_id;
  for (std::size_t i = 0; i < set.spans.size(); ++i) {
    by_id[{set.spans[i].trace, set.spans[i].id}] = i;
  }
  std::map<NameId, std::uint64_t> awaited;
  for (const Span& span : set.spans) {
    const auto found = by_id.find({span.trace, span.parent});
    const bool is_awaited =
        found != by_id.end() && set.spans[found->second].kind == SpanKind::client;
    awaited[span.service] += is_awaited && span.kind == SpanKind::server ? 1 : 0;
  }
  const NameId service = name_of_most(awaited);
  for (const auto& [id, trace] : traces) {
    for (const std::size_t i : trace) {
      const Span callee = set.spans[i];
      const auto found = by_id.find({callee.trace, callee.parent});
      if (callee.service != service || !is_called(callee.kind) || found == by_id.end()) continue;
      const Span client = set.spans[found->second];
      const double at = static_cast<double>(callee.start - extent.from) /
                        static_cast<double>(extent.to - extent.from);
      if (client.kind != SpanKind::client || client.error || !luck.chance(probability(at)))
        continue;
      // The failed attempt comes first, and all that was goes on a little later.
      const std::int64_t length = client.duration() + millisecond;
      for (const std::size_t k : trace) {
        Span& span = set.spans[k];
        if (span.start >= client.start) span.start += length;
        if (span.end > client.start) span.end += length;
      }
      Span failed = client;
      failed.id = luck.bits() | 1;
      failed.error = true;
      Span refused = callee;
      refused.id = luck.bits() | 1;
      refused.parent = failed.id;
      refused.error = true;
      set.spans.push_back(failed);
      set.spans.push_back(refused);
    }
  }
}

void try_again_in_storm(SpanSet& set, RandomStream& luck) {
  try_again(set, luck, [](double at) { return at < 0.2 ? 0.3 : 0.02; });
}
void try_again_evenly(SpanSet& set, RandomStream& luck) {
  try_again(set, luck, [](double) { return 0.08; });
}

// Changes.

/// For the last quarter every trace takes twice as long.
void change_speed(SpanSet& set, RandomStream&) {
  const Extent extent = extent_of(set);
  for (const auto& [id, trace] : traces_of(set)) {
    const std::int64_t start = start_of(set, trace);
    if (start < extent.at(0.75)) continue;
    for (const std::size_t i : trace) {
      set.spans[i].start = start + 2 * (set.spans[i].start - start);
      set.spans[i].end = start + 2 * (set.spans[i].end - start);
    }
  }
}

/// One trace in four, at any time.
void vary_speed(SpanSet& set, RandomStream& luck) {
  for (const auto& [id, trace] : traces_of(set)) {
    if (!luck.chance(0.25)) continue;
    const std::int64_t start = start_of(set, trace);
    for (const std::size_t i : trace) {
      set.spans[i].start = start + 2 * (set.spans[i].start - start);
      set.spans[i].end = start + 2 * (set.spans[i].end - start);
    }
  }
}

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

const std::vector<Contamination>& every_contamination() {
  static const std::vector<Contamination> all = {
      {"copied spans", "traces copied", copy_traces, repeat_records},
      {"copied spans", "durations copied", copy_durations, tell_milliseconds},
      {"copied spans", "traces copied, coarse ticks", copy_traces_of_doubles, tick_in_doubles},
      {"sequential ids", "traces numbered", number_traces, date_trace_ids},
      {"rounded times", "durations by hand", write_durations_by_hand, mix_clocks},
      {"rounded times", "by hand, coarse ticks", write_durations_of_macos_by_hand,
       tick_at_24_megahertz},
      {"load generator", "constant gaps", pace, come_in_waves},
      {"load generator", "gaps with jitter", pace_with_jitter, come_in_waves},
      {"deployment", "instances replaced", deploy, have_small_instance},
      {"deployment", "a canary", mix_versions, name_versions},
      {"readiness delay", "slow first visits", deploy_before_ready, deploy},
      {"incident", "an incident", have_incident, have_bad_luck},
      {"shared failures", "spells together", fail_together, fail_apart},
      {"retries under way", "a storm at the start", try_again_in_storm, try_again_evenly},
      {"change", "slower in the end", change_speed, vary_speed},
      {"sampling by outcome", "failed and slow kept", sample_by_outcome, sample_by_luck},
      {"loss that rises with load", "full exporters", lose_under_load, lose_evenly},
  };
  return all;
}

}  // namespace rehearse::testing
