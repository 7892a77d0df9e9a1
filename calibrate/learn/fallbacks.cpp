#include "calibrate/learn/fallbacks.hpp"

#include <algorithm>
#include <vector>

#include "calibrate/traces/binomial_tail.hpp"

namespace rehearse {
namespace {

constexpr std::uint64_t enough_failures = 5;
constexpr double by_chance = 0.01;

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
  /// What came after the calls of an edge, failed ones or good ones.
  struct Followed {
    std::uint64_t calls = 0;
    std::map<std::uint32_t, std::uint64_t> by;  // endpoint, how often
  };

  /// Counts what comes after those calls of a visit that failed, or after the others.
  static void count_followed(const Visit& visit, std::span<const RecordedCall> calls, bool failed,
                             std::vector<bool>& taken, std::map<EndpointEdge, Followed>& after) {
    for (std::size_t i = 0; i < calls.size(); ++i) {
      if (calls[i].detached || may_have_fallback(calls[i]) != failed) continue;
      Followed& edge = after[{visit.endpoint, calls[i].endpoint}];
      ++edge.calls;
      const std::size_t next = next_elsewhere(calls, i, taken);
      if (next == calls.size()) continue;
      taken[next] = taken[next] || failed;
      ++edge.by[calls[next].endpoint];
    }
  }

  /// A cache that fails sends to the database whoever asks it, and one that lacks the answer does
  /// so, too: what counts is that it is asked more often after failures.
  static bool is_fallback(std::uint64_t followed, std::uint64_t failed, std::uint64_t good_followed,
                          std::uint64_t good) {
    if (10 * followed < 9 * failed || 2 * good_followed > good) return false;
    const double usual = (static_cast<double>(good_followed) + 1) / (static_cast<double>(good) + 2);
    return binomial_tail(failed, followed, usual) < by_chance;
  }

  void find() {
    std::map<EndpointEdge, Followed> after_failed;
    std::map<EndpointEdge, Followed> after_good;
    for (const Visit& visit : visits_.visits) {
      const std::span<const RecordedCall> calls = visits_.calls_of(visit);
      std::vector<bool> taken(calls.size(), false);
      count_followed(visit, calls, true, taken, after_failed);
      count_followed(visit, calls, false, taken, after_good);
    }
    for (const auto& [edge, failed] : after_failed) {
      if (failed.calls < enough_failures) continue;
      const Followed& good = after_good[edge];
      for (const auto& [endpoint, count] : failed.by) {
        const auto otherwise = good.by.find(endpoint);
        const std::uint64_t usual = otherwise == good.by.end() ? 0 : otherwise->second;
        if (!is_fallback(count, failed.calls, usual, good.calls)) continue;
        found_[edge] = {endpoint, failed.calls, count};
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
