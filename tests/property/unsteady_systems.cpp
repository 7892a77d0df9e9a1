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

/// New instances, the eight first visits of each of which take 50 to 100 ms longer than they would.
void deploy_before_ready(SpanSet& set, RandomStream& luck) {
  deploy(set, luck);
  const Traces traces = traces_of(set);
  std::map<NameId, std::vector<std::size_t>> visits;  // of the new instances
  for (std::size_t i = 0; i < set.spans.size(); ++i) {
    const Span& span = set.spans[i];
    if (span.service != set.spans.front().service || !is_called(span.kind)) continue;
    if (set.names.text(span.instance).ends_with("-next")) visits[span.instance].push_back(i);
  }
  for (auto& [instance, left] : visits) {
    // Each moves what comes behind it in its trace: which one is next is seen only then.
    for (int slow = 0; slow < 8 && !left.empty(); ++slow) {
      const auto next = std::min_element(
          left.begin(), left.end(),
          [&](std::size_t a, std::size_t b) { return set.spans[a].start < set.spans[b].start; });
      lengthen(set, traces.at(set.spans[*next].trace), *next,
               time_between(50 * millisecond, 100 * millisecond, luck));
      left.erase(next);
    }
  }
}

// Failures.

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

using Instance = std::pair<NameId, NameId>;  // its service and its name

/// The two that are visited most of those whose services do not call one another: who calls what
/// fails fails with it, whatever they share. The same twice: there are no two.
std::pair<Instance, Instance> two_apart(const SpanSet& set) {
  std::map<Instance, std::uint64_t> visits;
  std::set<std::pair<NameId, NameId>> calls;
  for (const Span& span : set.spans) {
    if (is_called(span.kind)) ++visits[{span.service, span.instance}];
    if (calls_out(span.kind)) calls.insert({span.service, span.peer});
  }
  std::pair<std::uint64_t, std::pair<Instance, Instance>> best;
  for (auto one = visits.begin(); one != visits.end(); ++one) {
    for (auto other = std::next(one); other != visits.end(); ++other) {
      const NameId a = one->first.first;
      const NameId b = other->first.first;
      if (calls.contains({a, b}) || calls.contains({b, a})) continue;
      best = std::max(best, {std::min(one->second, other->second), {one->first, other->first}});
    }
  }
  return best.second;
}

/// Server spans of two instances fail, in six spells of a fiftieth of the time.
void fail_in_spells(SpanSet& set, RandomStream& luck, bool together) {
  const Extent extent = extent_of(set);
  const auto [first, last] = two_apart(set);
  if (first == last) return;
  std::vector<double> common;
  for (const Instance& instance : {first, last}) {
    std::vector<double> begins;
    for (int spell = 0; spell < 6; ++spell) {
      begins.push_back((spell + 0.7 * luck.uniform()) / 6.1);
    }
    if (together && !common.empty()) begins = common;
    common = begins;
    for (Span& span : set.spans) {
      if (Instance(span.service, span.instance) != instance || !is_called(span.kind)) continue;
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

}  // namespace

std::vector<Contamination> unsteady_systems() {
  return {
      {"load generator", "constant gaps", pace, come_in_waves},
      {"load generator", "gaps with jitter", pace_with_jitter, come_in_waves},
      {"deployment", "instances replaced", deploy, have_small_instance},
      {"deployment", "a canary", mix_versions, name_versions},
      {"readiness delay", "slow first visits", deploy_before_ready, deploy},
      {"incident", "an incident", have_incident, have_bad_luck},
      {"shared failures", "spells together", fail_together, fail_apart},
      {"retries under way", "a storm at the start", try_again_in_storm, try_again_evenly},
      {"change", "slower in the end", change_speed, vary_speed},
  };
}

}  // namespace rehearse::testing
