#include "calibrate/learn/recorded_bounds.hpp"

#include <algorithm>
#include <limits>
#include <vector>

namespace rehearse {
namespace {

struct Presence {
  std::int64_t start = 0;
  std::int64_t end = 0;
  bool ended_well = false;
};

/// Counts numbers up to a bound, of those that were added (a Fenwick tree over their ranks).
class RankCounts {
 public:
  explicit RankCounts(std::size_t size) : sums_(size + 1, 0) {}

  void add(std::size_t rank) {
    ++total_;
    for (std::size_t i = rank + 1; i < sums_.size(); i += i & (~i + 1)) ++sums_[i];
  }
  /// Of those added, how many have this rank or a higher one.
  std::uint64_t from(std::size_t rank) const {
    std::uint64_t below = 0;
    for (std::size_t i = rank; i > 0; i -= i & (~i + 1)) below += sums_[i];
    return total_ - below;
  }

 private:
  std::vector<std::uint64_t> sums_;
  std::uint64_t total_ = 0;
};

std::uint64_t most_at_work(std::vector<Presence>& presences, std::int64_t grain) {
  std::sort(presences.begin(), presences.end(),
            [](const Presence& a, const Presence& b) { return a.start < b.start; });
  std::vector<std::int64_t> ends;
  for (const Presence& one : presences) ends.push_back(one.end);
  std::sort(ends.begin(), ends.end());
  const auto rank_above = [&](std::int64_t instant) {
    return static_cast<std::size_t>(std::upper_bound(ends.begin(), ends.end(), instant) -
                                    ends.begin());
  };
  RankCounts came_before(ends.size());
  std::uint64_t most = 0;
  for (std::size_t first = 0; first < presences.size();) {
    std::size_t last = first;
    while (last < presences.size() && presences[last].start == presences[first].start) ++last;
    for (std::size_t i = first; i < last; ++i) {
      if (!presences[i].ended_well) continue;
      const std::int64_t latest = std::numeric_limits<std::int64_t>::max() - grain;
      const std::int64_t after = std::min(presences[i].end, latest) + grain;
      most = std::max(most, 1 + came_before.from(rank_above(after)));
    }
    for (std::size_t i = first; i < last; ++i) came_before.add(rank_above(presences[i].end - 1));
    first = last;
  }
  return most;
}

void find_at_work(const TraceForest& forest, const VisitTable& table, const NameTable& names,
                  RecordedBounds& bounds) {
  std::map<std::pair<NameId, NameId>, std::vector<Presence>> instances;
  for (const Visit& visit : table.visits) {
    const Span& span = forest.spans[visit.span];
    instances[{span.service, span.instance}].push_back(
        {span.start, span.end, !span.error && !visit.cut_short});
  }
  const std::vector<std::int64_t> grains = clock_grains(forest);
  for (auto& [place, presences] : instances) {
    const auto& [service, instance] = place;
    AtWork& found = bounds.at_work[names.text(service)];
    const std::int64_t grain = service < grains.size() ? grains[service] : 1;
    const std::uint64_t most = most_at_work(presences, grain);
    // Spans without an instance come first, and count for as long as there are no others.
    found.most = found.named || instance == 0 ? std::max(found.most, most) : most;
    found.named = instance != 0;
  }
}

void find_longest(const TraceForest& forest, const VisitTable& table, const NameTable& names,
                  RecordedBounds& bounds) {
  std::map<std::pair<NameId, std::uint32_t>, LongestGood> found;
  const auto see = [&](const Visit& visit, std::span<const RecordedCall> calls,
                       Duration LongestGood::*longest) {
    const NameId caller = forest.spans[visit.span].service;
    const std::int64_t visit_end = forest.spans[visit.span].end;
    for (const RecordedCall& call : calls) {
      if (call.failed || call.detached || call.timed_out || call.by_fallback) continue;
      // Where callers record no calls, one that outlasts its caller was not waited for.
      const bool awaited = call.client != TraceForest::none || call.end <= visit_end;
      if (!awaited) continue;
      Duration& most = found[{caller, call.endpoint}].*longest;
      most = std::max(most, Duration::nanoseconds(call.end - call.start));
    }
  };
  for (const Visit& visit : table.visits) {
    see(visit, table.calls_of(visit), &LongestGood::call);
    see(visit, table.attempts_of(visit), &LongestGood::attempt);
  }
  for (const auto& [edge, longest] : found) {
    const EndpointKey& called = table.endpoints[edge.second];
    bounds.longest_good[{names.text(edge.first),
                         {names.text(called.service), names.text(called.operation)}}] = longest;
  }
}

}  // namespace

RecordedBounds find_bounds(const TraceForest& forest, const VisitTable& table,
                           const NameTable& names) {
  RecordedBounds bounds;
  find_at_work(forest, table, names, bounds);
  find_longest(forest, table, names, bounds);
  return bounds;
}

}  // namespace rehearse
