#include "calibrate/learn/structure.hpp"

#include <algorithm>

namespace rehearse {
namespace {

constexpr std::size_t most_calls_told_apart = 256;

struct TimedChain {
  Chain calls;
  std::vector<double> leads;
  std::int64_t end = 0;
};

struct TimedGroup {
  std::vector<TimedChain> chains;
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
  TimedChain* best = nullptr;
  for (TimedChain& chain : group.chains) {
    const bool free = chain.end <= call.start + grain;
    if (free && (best == nullptr || chain.end > best->end)) best = &chain;
  }
  if (best != nullptr) {
    append(*best, call, best->end);
  } else {
    group.chains.emplace_back();
    append(group.chains.back(), call, group.start);
  }
  group.end = std::max(group.end, call.end);
}

TimedGroup group_of(const RecordedCall& call) {
  TimedGroup group;
  group.start = call.start;
  group.end = call.start;
  group.chains.emplace_back();
  append(group.chains.back(), call, call.start);
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

/// A detached call goes before the first group that ends after it began.
void insert_detached(std::vector<TimedGroup>& groups, std::span<const RecordedCall> calls) {
  for (const RecordedCall& call : calls) {
    if (!call.detached) continue;
    const auto behind = std::find_if(groups.begin(), groups.end(), [&](const TimedGroup& group) {
      return group.end > call.start;
    });
    TimedGroup own = group_of(call);
    if (behind != groups.end()) own.start = own.end = std::min(own.start, behind->start);
    groups.insert(behind, own);
  }
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

/// All calls one after another by endpoint; their union is still what is taken from the self time.
TimedStructure summarised(std::span<const RecordedCall> calls, const Span& span) {
  TimedStructure result;
  std::vector<EdgeUse> uses;
  std::int64_t covered = 0;
  std::int64_t until = span.start;
  for (const RecordedCall& call : calls) {
    uses.push_back({call.endpoint, call.detached});
    if (call.detached) continue;
    const std::int64_t from = std::clamp(call.start, until, std::max(until, span.end));
    const std::int64_t to = std::clamp(call.end, from, std::max(from, span.end));
    covered += to - from;
    until = to;
  }
  std::sort(uses.begin(), uses.end());
  for (const EdgeUse& use : uses) {
    result.structure.push_back({{use}});
    result.leads.push_back({{0.0}});
  }
  result.own.assign(uses.size() + 1, 0);
  result.self_time = static_cast<double>(span.duration() - covered);
  result.own.front() = result.self_time;
  return result;
}

}  // namespace

TimedStructure structure_of(const TraceForest& forest, const VisitTable& table, const Visit& visit,
                            std::int64_t clock_grain) {
  const std::span<const RecordedCall> calls = table.calls_of(visit);
  const Span& span = forest.spans[visit.span];
  if (calls.size() > most_calls_told_apart) return summarised(calls, span);
  std::vector<TimedGroup> groups = group_calls(calls, clock_grain);
  insert_detached(groups, calls);
  TimedStructure result;
  take_times(groups, span, result);
  take_groups(groups, result);
  return result;
}

}  // namespace rehearse
