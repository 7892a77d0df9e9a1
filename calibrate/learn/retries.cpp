#include "calibrate/learn/retries.hpp"

#include <algorithm>
#include <set>
#include <vector>

#include "calibrate/traces/binomial_tail.hpp"

namespace rehearse {
namespace {

constexpr double by_chance = 0.01;
constexpr std::uint64_t most_attempts_of_a_model = 1'000;

/// How often calls of one edge were followed by another one, by how they ended.
struct Followed {
  std::uint64_t good = 0;
  std::uint64_t good_followed = 0;
  std::uint64_t failed = 0;
  std::uint64_t failed_followed = 0;
  std::uint64_t visits = 0;  // with a failed call that was followed
  std::uint64_t most_attempts = 1;
  std::map<std::uint64_t, std::uint64_t> given_up_after;  // attempts: calls

  /// After so many attempts most calls are given up; more look like it where another call follows
  /// one that was given up. As many as were seen, where nobody gave up after a second one.
  std::uint64_t attempts_made() const {
    std::uint64_t made = most_attempts;
    std::uint64_t calls = 0;
    for (const auto& [attempts, count] : given_up_after) {
      if (attempts < 2 || count < calls) continue;
      made = attempts;
      calls = count;
    }
    return made;
  }

  /// Calls given up before as many attempts as others were given: some failures are not tried
  /// again.
  std::uint64_t given_up_early() const {
    std::uint64_t calls = 0;
    for (const auto& [attempts, count] : given_up_after) {
      if (attempts < attempts_made()) calls += count;
    }
    return calls;
  }
};

bool tries_again(const Followed& edge) {
  if (edge.visits < 2 || 20 * edge.given_up_early() > edge.failed) return false;
  const double chance =
      (static_cast<double>(edge.good_followed) + 1) / (static_cast<double>(edge.good) + 2);
  return binomial_tail(edge.failed, edge.failed_followed, chance) < by_chance;
}

/// Calls from one endpoint to another that are awaited, or those that are not.
struct CallKind {
  EndpointEdge edge;
  bool detached = false;
  auto operator<=>(const CallKind&) const = default;
};

/// The call of the same visit to the same endpoint, awaited or not as well, that begins next, once
/// `calls[at]` is over, and follows no other; `size` when there is none.
std::size_t next_of_its_kind(std::span<const RecordedCall> calls, std::size_t at,
                             const std::vector<bool>& taken) {
  for (std::size_t next = at + 1; next < calls.size(); ++next) {
    if (taken[next] || calls[next].endpoint != calls[at].endpoint) continue;
    if (calls[next].detached != calls[at].detached) continue;
    if (calls[next].start >= calls[at].end) return next;
  }
  return calls.size();
}

CallKind kind_of(const Visit& visit, const RecordedCall& call) {
  return {{visit.endpoint, call.endpoint}, call.detached};
}

/// Whether the visit ended by the failure of another call, of which some attempt was under way at
/// the same time, before it could try this one again.
bool ended_meanwhile(std::span<const RecordedCall> calls, const RecordedCall& failed) {
  std::int64_t ended_last = failed.end;
  for (const RecordedCall& call : calls) {
    if (!call.detached) ended_last = std::max(ended_last, call.start);
  }
  std::set<std::uint32_t> failed_last;
  for (const RecordedCall& other : calls) {
    if (!other.failed || other.detached || &other == &failed) continue;
    if (other.end >= ended_last) failed_last.insert(other.endpoint);
  }
  return std::any_of(calls.begin(), calls.end(), [&](const RecordedCall& call) {
    return &call != &failed && !call.detached && failed_last.contains(call.endpoint) &&
           call.start < failed.end && call.end > failed.start;
  });
}

/// Failed calls come first: the attempt after one of them may begin when a good one of the same
/// group has ended, too.
std::map<CallKind, Followed> count_followed(const VisitTable& visits) {
  std::map<CallKind, Followed> edges;
  std::set<CallKind> met;
  for (const Visit& visit : visits.visits) {
    const std::span<const RecordedCall> calls = visits.calls_of(visit);
    met.clear();
    std::vector<bool> taken(calls.size(), false);
    std::vector<std::uint64_t> attempts(calls.size(), 1);
    for (std::size_t i = 0; i < calls.size(); ++i) {
      if (!calls[i].failed) continue;
      const CallKind kind = kind_of(visit, calls[i]);
      Followed& edge = edges[kind];
      ++edge.failed;
      const std::size_t next = next_of_its_kind(calls, i, taken);
      if (next == calls.size()) {
        if (ended_meanwhile(calls, calls[i])) {
          --edge.failed;
        } else {
          ++edge.given_up_after[attempts[i]];
        }
        continue;
      }
      taken[next] = true;
      ++edge.failed_followed;
      attempts[next] = attempts[i] + 1;
      edge.most_attempts = std::max(edge.most_attempts, attempts[next]);
      if (met.insert(kind).second) ++edge.visits;
    }
    for (std::size_t i = 0; i < calls.size(); ++i) {
      if (calls[i].failed) continue;
      Followed& edge = edges[kind_of(visit, calls[i])];
      ++edge.good;
      const std::size_t next = next_of_its_kind(calls, i, taken);
      if (next == calls.size()) continue;
      taken[next] = true;
      ++edge.good_followed;
    }
  }
  return edges;
}

/// What the attempts of one pair of services add up to.
struct AttemptSums {
  std::vector<double> sum;  // of pauses, by the attempt before
  std::vector<std::uint64_t> count;
  double squares_of_first = 0;
  std::uint64_t most_when_given_up = 0;

  void add_pause(std::uint64_t after, std::int64_t pause) {
    if (sum.size() < after) {
      sum.resize(after, 0);
      count.resize(after, 0);
    }
    const auto nanoseconds = static_cast<double>(pause);
    sum[after - 1] += nanoseconds;
    ++count[after - 1];
    if (after == 1) squares_of_first += nanoseconds * nanoseconds;
  }
  double mean(std::size_t place) const {
    return count[place] == 0 ? 0 : sum[place] / static_cast<double>(count[place]);
  }
  /// Exponential and uniform pauses spread more than a fixed one with the scheduling on top.
  bool first_is_drawn() const {
    const double variance = squares_of_first / static_cast<double>(count[0]) - mean(0) * mean(0);
    return variance > 0.09 * mean(0) * mean(0);
  }
};

class AttemptJoiner {
 public:
  AttemptJoiner(VisitTable& visits, Timeouts& timeouts) : visits_(visits), timeouts_(timeouts) {}

  std::map<ServicePair, RetryFacts> join() {
    choose_edges();
    if (retried_.empty()) return {};
    visits_.attempts = visits_.calls;
    for (Visit& visit : visits_.visits) join_visit(visit);
    for (auto& [pair, facts] : found_) write_spec(facts, sums_[pair]);
    return std::move(found_);
  }

 private:
  ServicePair pair_of(const EndpointEdge& edge) const {
    return {visits_.endpoints[edge.first].service, visits_.endpoints[edge.second].service};
  }

  /// A model has one retry for all calls from a service to another: it is learned where it holds
  /// for all of them that were seen to fail.
  void choose_edges() {
    std::set<ServicePair> mixed;
    for (const auto& [kind, followed] : count_followed(visits_)) {
      const ServicePair pair = pair_of(kind.edge);
      if (tries_again(followed)) {
        retried_.insert(kind);
        std::uint64_t& attempts = attempts_[pair];
        attempts = std::max(attempts, followed.attempts_made());
      } else if (followed.failed > followed.failed_followed && !kind.detached) {
        mixed.insert(pair);
      }
    }
    std::erase_if(retried_,
                  [&](const CallKind& kind) { return mixed.contains(pair_of(kind.edge)); });
  }

  void join_visit(Visit& visit) {
    visit.attempt_count = visit.call_count;
    const std::span<RecordedCall> calls(visits_.calls.data() + visit.first_call, visit.call_count);
    std::vector<bool> joined(calls.size(), false);
    for (std::size_t i = 0; i < calls.size(); ++i) {
      if (joined[i] || !retried_.contains(kind_of(visit, calls[i]))) continue;
      join_call(visit, calls, i, joined);
    }
    std::size_t kept = 0;
    for (std::size_t i = 0; i < calls.size(); ++i) {
      if (!joined[i]) calls[kept++] = calls[i];
    }
    visit.call_count = static_cast<std::uint32_t>(kept);
  }

  /// The call keeps the time of its first attempt's start, and all else of its last.
  void join_call(const Visit& visit, std::span<RecordedCall> calls, std::size_t first,
                 std::vector<bool>& joined) {
    const ServicePair pair = pair_of({visit.endpoint, calls[first].endpoint});
    RetryFacts& facts = found_[pair];
    AttemptSums& sums = sums_[pair];
    std::uint64_t attempts = 1;
    std::size_t last = first;
    while (calls[last].failed && attempts < attempts_.at(pair)) {
      const std::size_t next = next_of_its_kind(calls, last, joined);
      if (next == calls.size()) break;
      sums.add_pause(attempts, calls[next].start - calls[last].end);
      if (calls[last].timed_out) note_timeout({visit.endpoint, calls[first].endpoint});
      ++facts.tried_again;
      joined[next] = true;
      last = next;
      ++attempts;
    }
    facts.most_attempts = std::max(facts.most_attempts, attempts);
    if (calls[last].failed) {
      ++facts.given_up;
      sums.most_when_given_up = std::max(sums.most_when_given_up, attempts);
    }
    const std::int64_t start = calls[first].start;
    calls[first] = calls[last];
    calls[first].start = start;
  }

  void note_timeout(const EndpointEdge& edge) {
    const auto found = timeouts_.of_services.find(pair_of(edge));
    if (found != timeouts_.of_services.end()) ++found->second.tried_again;
    const auto own = timeouts_.of_endpoints.find(edge);
    if (own != timeouts_.of_endpoints.end()) ++own->second.tried_again;
  }

  static void write_spec(RetryFacts& facts, const AttemptSums& sums) {
    RetrySpec& spec = facts.spec;
    // More may be made than were seen; who takes them for granted takes calls for repaired that are
    // not.
    const std::uint64_t attempts =
        sums.most_when_given_up > 1 ? sums.most_when_given_up : facts.most_attempts;
    spec.max_attempts =
        static_cast<int>(std::clamp<std::uint64_t>(attempts, 1, most_attempts_of_a_model));
    spec.retry_on = {.five_xx = true};
    if (sums.count.empty()) return;
    const bool drawn = sums.first_is_drawn();
    const double doubled = drawn ? 2 : 1;  // full jitter draws between zero and the back-off
    double longest = sums.mean(0);
    for (std::size_t i = 1; i < sums.count.size(); ++i) {
      longest = std::max(longest, sums.mean(i));
    }
    spec.jitter = drawn ? Jitter::full : Jitter::none;
    spec.base_backoff = Duration::rounded_nanoseconds(doubled * sums.mean(0));
    spec.max_backoff = Duration::rounded_nanoseconds(doubled * longest);
  }

  VisitTable& visits_;
  Timeouts& timeouts_;
  std::set<CallKind> retried_;
  std::map<ServicePair, std::uint64_t> attempts_;  // of one call, at most
  std::map<ServicePair, RetryFacts> found_;
  std::map<ServicePair, AttemptSums> sums_;
};

}  // namespace

std::map<ServicePair, RetryFacts> join_attempts(VisitTable& visits, Timeouts& timeouts) {
  return AttemptJoiner(visits, timeouts).join();
}

}  // namespace rehearse
