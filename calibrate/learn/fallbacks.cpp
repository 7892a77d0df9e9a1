#include "calibrate/learn/fallbacks.hpp"

#include <algorithm>
#include <vector>

#include "calibrate/traces/binomial_tail.hpp"

namespace rehearse {
namespace {

constexpr std::uint64_t enough_failures = 5;
constexpr double by_chance = 0.01;

/// By call of a visit, and behind the last: itself where it is awaited and follows no other
/// failure, else one that comes later; the last stands for nobody.
std::vector<std::size_t> awaited_calls(std::span<const RecordedCall> calls) {
  std::vector<std::size_t> next(calls.size() + 1, calls.size());
  for (std::size_t i = 0; i < calls.size(); ++i) next[i] = calls[i].detached ? i + 1 : i;
  return next;
}

/// The first from there on that is itself; ways that were gone are shorter afterwards.
std::size_t first_free(std::vector<std::size_t>& next, std::size_t at) {
  while (next[at] != at) {
    next[at] = next[next[at]];
    at = next[at];
  }
  return at;
}

/// The first awaited call that begins once `calls[at]` is over and follows no other failure, if it
/// goes elsewhere; else `size`.
std::size_t next_elsewhere(std::span<const RecordedCall> calls, std::size_t at,
                           std::vector<std::size_t>& free) {
  const auto later = std::lower_bound(
      calls.begin() + static_cast<std::ptrdiff_t>(at) + 1, calls.end(), calls[at].end,
      [](const RecordedCall& call, std::int64_t time) { return call.start < time; });
  const std::size_t next = first_free(free, static_cast<std::size_t>(later - calls.begin()));
  return next < calls.size() && calls[next].endpoint != calls[at].endpoint ? next : calls.size();
}

bool may_have_fallback(const RecordedCall& call) {
  return call.failed && !call.detached;
}

class FallbackJoiner {
 public:
  FallbackJoiner(const TraceForest& forest, VisitTable& visits)
      : forest_(forest), visits_(visits) {}

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
  /// How often an endpoint was asked after calls of an edge, how often it answered, and how often
  /// the visit was good then.
  struct Following {
    std::uint64_t asked = 0;
    std::uint64_t answered = 0;
    std::uint64_t saved = 0;
  };
  /// What came after the calls of an edge, failed ones or good ones.
  struct Followed {
    std::uint64_t calls = 0;
    std::map<std::uint32_t, Following> by;  // endpoint
  };

  /// Counts what comes after those calls of a visit that failed, or after the others.
  void count_followed(const Visit& visit, bool failed, std::vector<std::size_t>& free,
                      std::map<EndpointEdge, Followed>& after) const {
    const std::span<const RecordedCall> calls = visits_.calls_of(visit);
    for (std::size_t i = 0; i < calls.size(); ++i) {
      if (calls[i].detached || may_have_fallback(calls[i]) != failed) continue;
      Followed& edge = after[{visit.endpoint, calls[i].endpoint}];
      ++edge.calls;
      const std::size_t next = next_elsewhere(calls, i, free);
      if (next == calls.size()) continue;
      if (failed) free[next] = next + 1;
      Following& following = edge.by[calls[next].endpoint];
      ++following.asked;
      if (calls[next].failed) continue;
      ++following.answered;
      following.saved += forest_.spans[visit.span].error ? 0 : 1;
    }
  }

  /// A cache that fails sends to the database whoever asks it, and one that lacks the answer does
  /// so, too: what counts is that it is asked more often after failures. And that it helps: who
  /// undoes what failed, or reports it, asks somebody as well, and fails all the same.
  static bool is_fallback(const Following& after_failed, std::uint64_t failed,
                          std::uint64_t after_good, std::uint64_t good) {
    if (10 * after_failed.asked < 9 * failed || 2 * after_good > good) return false;
    if (after_failed.answered == 0 || 2 * after_failed.saved < after_failed.answered) return false;
    if (good == 0) return true;
    const double usual = (static_cast<double>(after_good) + 1) / (static_cast<double>(good) + 2);
    return binomial_tail(failed, after_failed.asked, usual) < by_chance;
  }

  void find() {
    std::map<EndpointEdge, Followed> after_failed;
    std::map<EndpointEdge, Followed> after_good;
    for (const Visit& visit : visits_.visits) {
      std::vector<std::size_t> free = awaited_calls(visits_.calls_of(visit));
      count_followed(visit, true, free, after_failed);
      count_followed(visit, false, free, after_good);
    }
    for (const auto& [edge, failed] : after_failed) {
      if (failed.calls < enough_failures) continue;
      const Followed& good = after_good[edge];
      for (const auto& [endpoint, following] : failed.by) {
        const auto otherwise = good.by.find(endpoint);
        const std::uint64_t usual = otherwise == good.by.end() ? 0 : otherwise->second.asked;
        if (!is_fallback(following, failed.calls, usual, good.calls)) continue;
        found_[edge] = {endpoint, failed.calls, following.asked};
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
    std::vector<std::size_t> free = awaited_calls(calls);
    std::vector<bool> joined(calls.size(), false);
    for (std::size_t i = 0; i < calls.size(); ++i) {
      if (joined[i] || !may_have_fallback(calls[i])) continue;
      const auto fallback = found_.find({visit.endpoint, calls[i].endpoint});
      if (fallback == found_.end()) continue;
      const std::size_t next = next_elsewhere(calls, i, free);
      if (next == calls.size() || calls[next].endpoint != fallback->second.endpoint) continue;
      joined[next] = true;
      free[next] = next + 1;
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

  const TraceForest& forest_;
  VisitTable& visits_;
  std::map<EndpointEdge, FallbackFacts> found_;
};

}  // namespace

std::map<EndpointEdge, FallbackFacts> join_fallbacks(const TraceForest& forest,
                                                     VisitTable& visits) {
  return FallbackJoiner(forest, visits).join();
}

}  // namespace rehearse
