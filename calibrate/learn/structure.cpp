#include "calibrate/learn/structure.hpp"

#include <algorithm>
#include <iterator>
#include <limits>
#include <numeric>
#include <set>
#include <utility>

namespace rehearse {
namespace {

constexpr std::size_t longest_sequence_in_order = 256;
constexpr std::ptrdiff_t last_chain = std::numeric_limits<std::ptrdiff_t>::max();

struct TimedChain {
  Chain calls;
  std::vector<double> leads;
  std::int64_t end = 0;
};

struct TimedGroup {
  std::vector<TimedChain> chains;
  /// When chains end, and which; of those that end at one time, the earliest chain comes last.
  std::set<std::pair<std::int64_t, std::ptrdiff_t>> ends;
  std::int64_t start = 0;
  std::int64_t end = 0;
};

std::int64_t tolerance(const RecordedCall& earlier, const RecordedCall& later, std::int64_t grain) {
  return grain + std::min(earlier.end - earlier.start, later.end - later.start) / 100;
}

/// Whether `later`, which does not start before, runs while `earlier` does.
bool at_once(const RecordedCall& earlier, const RecordedCall& later, std::int64_t grain) {
  if (later.start >= earlier.end) return false;
  return later.start < earlier.end - tolerance(earlier, later, grain) || later.end < earlier.end;
}

void append(TimedChain& chain, const RecordedCall& call, std::int64_t since) {
  chain.calls.push_back({call.endpoint, call.detached});
  chain.leads.push_back(static_cast<double>(std::max<std::int64_t>(call.start - since, 0)));
  chain.end = std::max(chain.end, call.end);
}

/// Puts `call` behind the chain that has been free for the shortest time, or on a new one.
void place(TimedGroup& group, const RecordedCall& call, std::int64_t grain) {
  const auto busy = group.ends.lower_bound({call.start + grain + 1, -last_chain});
  std::ptrdiff_t chosen = std::ssize(group.chains);
  std::int64_t since = group.start;
  if (busy == group.ends.begin()) {
    group.chains.emplace_back();
  } else {
    const auto free = std::prev(busy);
    chosen = -free->second;
    since = free->first;
    group.ends.erase(free);
  }
  TimedChain& chain = group.chains[static_cast<std::size_t>(chosen)];
  append(chain, call, since);
  group.ends.emplace(chain.end, -chosen);
  group.end = std::max(group.end, call.end);
}

TimedGroup group_of(const RecordedCall& call) {
  TimedGroup group;
  group.start = call.start;
  group.end = call.start;
  group.chains.emplace_back();
  append(group.chains.back(), call, call.start);
  group.ends.emplace(group.chains.back().end, 0);
  if (!call.detached) group.end = call.end;
  return group;
}

std::vector<TimedGroup> group_calls(std::span<const RecordedCall> calls, std::int64_t grain) {
  std::vector<TimedGroup> groups;
  RecordedCall latest;  // of the group under way, the call that ends last
  for (const RecordedCall& call : calls) {
    if (call.detached) continue;
    if (!groups.empty() && at_once(latest, call, grain)) {
      place(groups.back(), call, grain);
    } else {
      groups.push_back(group_of(call));
      latest = call;
    }
    if (call.end > latest.end) latest = call;
  }
  return groups;
}

/// A detached call goes before the first group of awaited ones that ends after it began. Both come
/// in the order of time: the ends of groups rise.
std::vector<TimedGroup> with_detached(std::vector<TimedGroup> groups,
                                      std::span<const RecordedCall> calls) {
  std::vector<TimedGroup> all;
  auto behind = groups.begin();
  for (const RecordedCall& call : calls) {
    if (!call.detached) continue;
    while (behind != groups.end() && behind->end <= call.start) all.push_back(std::move(*behind++));
    all.push_back(group_of(call));
    TimedGroup& own = all.back();
    if (behind != groups.end()) own.start = own.end = std::min(own.start, behind->start);
  }
  std::move(behind, groups.end(), std::back_inserter(all));
  return all;
}

void take_times(const std::vector<TimedGroup>& groups, const Span& span, TimedStructure& result) {
  std::int64_t since = span.start;
  for (const TimedGroup& group : groups) {
    const std::int64_t start = std::clamp(group.start, since, std::max(since, span.end));
    result.own.push_back(static_cast<double>(start - since));
    since = std::clamp(group.end, start, std::max(start, span.end));
  }
  result.own.push_back(static_cast<double>(std::max<std::int64_t>(span.end - since, 0)));
  for (const double time : result.own) result.self_time += time;
}

void take_groups(std::vector<TimedGroup>& groups, TimedStructure& result) {
  for (TimedGroup& group : groups) {
    std::sort(group.chains.begin(), group.chains.end(),
              [](const TimedChain& a, const TimedChain& b) {
                return a.calls != b.calls ? a.calls < b.calls : a.leads < b.leads;
              });
    result.structure.emplace_back();
    result.leads.emplace_back();
    for (TimedChain& chain : group.chains) {
      result.structure.back().push_back(std::move(chain.calls));
      result.leads.back().push_back(std::move(chain.leads));
    }
  }
}

bool is_one_call(const Group& group) {
  return group.size() == 1 && group.front().size() == 1;
}

/// Puts long sequences of single calls in the order of their endpoints, with the visit's own time
/// before them: which call came when is too much to say. What runs at once is left alone, so that
/// the visit takes as long as it did.
void shorten_sequences(TimedStructure& timed) {
  std::vector<Group>& groups = timed.structure;
  for (std::size_t first = 0; first < groups.size();) {
    std::size_t last = first;
    while (last < groups.size() && is_one_call(groups[last])) ++last;
    if (last - first > longest_sequence_in_order) {
      const auto from = static_cast<std::ptrdiff_t>(first);
      const auto to = static_cast<std::ptrdiff_t>(last);
      std::sort(groups.begin() + from, groups.begin() + to);
      const double own = std::accumulate(timed.own.begin() + from, timed.own.begin() + to, 0.0);
      std::fill(timed.own.begin() + from, timed.own.begin() + to, 0.0);
      timed.own[first] = own;
    }
    first = last + 1;
  }
}

}  // namespace

TimedStructure structure_of(const TraceForest& forest, const VisitTable& table, const Visit& visit,
                            std::int64_t clock_grain) {
  const std::span<const RecordedCall> calls = table.calls_of(visit);
  const Span& span = forest.spans[visit.span];
  std::vector<TimedGroup> groups = with_detached(group_calls(calls, clock_grain), calls);
  TimedStructure result;
  take_times(groups, span, result);
  take_groups(groups, result);
  shorten_sequences(result);
  return result;
}

}  // namespace rehearse
