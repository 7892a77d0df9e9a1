#include "calibrate/learn/fallbacks.hpp"

#include <algorithm>
#include <vector>

namespace rehearse {
namespace {

constexpr std::uint64_t enough_failures = 5;

/// The first awaited call that begins once `calls[at]` is over and follows no other failure, if it
/// goes elsewhere; else `size`.
std::size_t next_elsewhere(std::span<const RecordedCall> calls, std::size_t at,
                           const std::vector<bool>& taken) {
  const auto later = std::lower_bound(
      calls.begin() + static_cast<std::ptrdiff_t>(at) + 1, calls.end(), calls[at].end,
      [](const RecordedCall& call, std::int64_t time) { return call.start < time; });
  for (auto next = static_cast<std::size_t>(later - calls.begin()); next < calls.size(); ++next) {
    if (taken[next] || calls[next].detached) continue;
    return calls[next].endpoint != calls[at].endpoint ? next : calls.size();
  }
  return calls.size();
}

bool may_have_fallback(const RecordedCall& call) {
  return call.failed && !call.detached;
}

class FallbackJoiner {
 public:
  explicit FallbackJoiner(VisitTable& visits) : visits_(visits) {}

  std::map<EndpointEdge, FallbackFacts> join() {
    find();
    if (found_.empty()) return {};
    if (visits_.attempts.empty()) {
      visits_.attempts = visits_.calls;
      for (Visit& visit : visits_.visits) visit.attempt_count = visit.call_count;
    }
    for (Visit& visit : visits_.visits) join_visit(visit);
    return std::move(found_);
  }

 private:
  void find() {
    std::map<EndpointEdge, std::uint64_t> failed;
    std::map<EndpointEdge, std::uint64_t> calls_of_edge;
    std::map<EndpointEdge, std::map<std::uint32_t, std::uint64_t>> followed_by;
    for (const Visit& visit : visits_.visits) {
      const std::span<const RecordedCall> calls = visits_.calls_of(visit);
      std::vector<bool> taken(calls.size(), false);
      for (std::size_t i = 0; i < calls.size(); ++i) {
        const EndpointEdge edge{visit.endpoint, calls[i].endpoint};
        ++calls_of_edge[edge];
        if (!may_have_fallback(calls[i])) continue;
        ++failed[edge];
        const std::size_t next = next_elsewhere(calls, i, taken);
        if (next == calls.size()) continue;
        taken[next] = true;
        ++followed_by[edge][calls[next].endpoint];
      }
    }
    for (const auto& [edge, endpoints] : followed_by) {
      if (failed[edge] < enough_failures) continue;
      for (const auto& [endpoint, count] : endpoints) {
        const bool nearly_always = 10 * count >= 9 * failed[edge];
        const bool only_then = 20 * count >= 19 * calls_of_edge[{edge.first, endpoint}];
        if (nearly_always && only_then) found_[edge] = {endpoint, failed[edge], count};
      }
    }
    // Of a chain of fallbacks only the last one is joined.
    for (auto at = found_.begin(); at != found_.end();) {
      const bool leads_on = found_.contains({at->first.first, at->second.endpoint});
      at = leads_on ? found_.erase(at) : std::next(at);
    }
  }

  void join_visit(Visit& visit) {
    const std::span<RecordedCall> calls(visits_.calls.data() + visit.first_call, visit.call_count);
    std::vector<bool> joined(calls.size(), false);
    for (std::size_t i = 0; i < calls.size(); ++i) {
      if (joined[i] || !may_have_fallback(calls[i])) continue;
      const auto fallback = found_.find({visit.endpoint, calls[i].endpoint});
      if (fallback == found_.end()) continue;
      const std::size_t next = next_elsewhere(calls, i, joined);
      if (next == calls.size() || calls[next].endpoint != fallback->second.endpoint) continue;
      joined[next] = true;
      calls[i].end = calls[next].end;
      calls[i].failed = calls[next].failed;
      calls[i].by_fallback = true;
    }
    std::size_t kept = 0;
    for (std::size_t i = 0; i < calls.size(); ++i) {
      if (!joined[i]) calls[kept++] = calls[i];
    }
    visit.call_count = static_cast<std::uint32_t>(kept);
  }

  VisitTable& visits_;
  std::map<EndpointEdge, FallbackFacts> found_;
};

}  // namespace

std::map<EndpointEdge, FallbackFacts> join_fallbacks(VisitTable& visits) {
  return FallbackJoiner(visits).join();
}

}  // namespace rehearse
