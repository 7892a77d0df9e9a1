#include "calibrate/learn/giving_up.hpp"

#include <algorithm>
#include <iterator>
#include <vector>

namespace rehearse {
namespace {

constexpr std::uint32_t none = TraceForest::none;
constexpr double pile_width = 0.02;
constexpr double exact_pile_width = 0.001;
constexpr double failed_pile_width = 0.1;  // timers may be late
constexpr std::size_t enough_seen_to_go_on = 2;
constexpr std::size_t enough_cut_short = 3;
constexpr std::size_t few_among = 20;  // one in so many

/// What speaks for a caller that gave up.
enum class Sign {
  nothing,
  cut_short,  // it failed, and nothing tells how long the callee would have taken
  goes_on,    // the callee went on for longer
};

struct TimedCall {
  std::int64_t duration = 0;  // as its caller saw it
  Sign sign = Sign::nothing;
  RecordedCall* call = nullptr;
};

class TimeoutFinder {
 public:
  TimeoutFinder(const TraceForest& forest, VisitTable& visits)
      : forest_(forest), visits_(visits), grains_(clock_grains(forest)) {}

  Timeouts find() {
    Timeouts found;
    for (auto& [pair, by_edge] : calls_by_pair()) {
      std::vector<TimedCall> all;
      for (const auto& [edge, calls] : by_edge) all.insert(all.end(), calls.begin(), calls.end());
      const std::vector<TimedCall> pile = pile_of(all);
      if (!pile.empty()) found.of_services[pair] = settled(pile);
      if (!pile.empty() || by_edge.size() == 1) continue;
      for (auto& [edge, calls] : by_edge) {
        const std::vector<TimedCall> own = pile_of(calls);
        if (!own.empty()) found.of_endpoints[edge] = settled(own);
      }
    }
    return found;
  }

 private:
  using CallsByEdge = std::map<EndpointEdge, std::vector<TimedCall>>;

  TimeoutFacts settled(const std::vector<TimedCall>& pile) {
    for (const TimedCall& timed : pile) {
      timed.call->end = timed.call->start + timed.duration;
      timed.call->failed = true;
      timed.call->timed_out = true;
      if (timed.sign != Sign::goes_on) mark_cut_short(*timed.call);
    }
    TimeoutFacts facts;
    facts.given_up = pile.size();
    facts.after = pile[pile.size() / 10].duration;  // timers may be late, and are never early
    return facts;
  }

  std::map<ServicePair, CallsByEdge> calls_by_pair() {
    std::map<ServicePair, CallsByEdge> pairs;
    for (const Visit& visit : visits_.visits) {
      for (std::uint32_t i = 0; i < visit.call_count; ++i) {
        RecordedCall& call = visits_.calls[visit.first_call + i];
        if (call.detached || was_withdrawn(visit, call)) continue;
        const ServicePair pair{visits_.endpoints[visit.endpoint].service,
                               visits_.endpoints[call.endpoint].service};
        pairs[pair][{visit.endpoint, call.endpoint}].push_back(
            call.client == none ? seen_by_callee(visit, call) : seen_by_caller(call));
      }
    }
    return pairs;
  }

  /// Whether a visit that failed because another of its calls did let go of this one: how long the
  /// caller would have waited for it, nobody knows.
  bool was_withdrawn(const Visit& visit, const RecordedCall& call) const {
    const Span& caller = forest_.spans[visit.span];
    if (!caller.error) return false;
    const std::int64_t least = 2 * grains_[caller.service] + caller.duration() / 1'000;
    const auto calls = visits_.calls_of(visit);
    const bool failed = call.client == none ? call.failed : forest_.spans[call.client].error;
    return std::any_of(calls.begin(), calls.end(), [&](const RecordedCall& other) {
      if (!other.failed || other.detached || &other == &call) return false;
      const bool before = other.end < call.end || (other.end == call.end && !failed);
      return before && other.end >= call.end - least && other.end > call.start;
    });
  }

  /// The callee, and all that it waited for at its end, if it ended with the call.
  void mark_cut_short(const RecordedCall& given_up) {
    std::vector<std::uint32_t> below = {given_up.callee};
    while (!below.empty()) {
      const std::uint32_t span = below.back();
      below.pop_back();
      if (span == none || visits_.visit_of_span[span] == none) continue;
      Visit& visit = visits_.visits[visits_.visit_of_span[span]];
      const std::int64_t end = forest_.spans[span].end;
      if (visit.cut_short || !ended_with(given_up, end)) continue;
      visit.cut_short = true;
      for (const RecordedCall& call : visits_.calls_of(visit)) {
        if (!call.detached) below.push_back(call.callee);
      }
    }
  }

  /// On its way back the answer of one that was cut short takes a hundredth of the time at most.
  bool ended_with(const RecordedCall& given_up, std::int64_t end) const {
    const std::int64_t longest_way = (given_up.end - given_up.start) / 100;
    return std::abs(given_up.end - end) <= 2 * grain_of(given_up) + longest_way;
  }

  TimedCall seen_by_caller(RecordedCall& call) const {
    TimedCall timed{call.end - call.start, Sign::nothing, &call};
    const Span& client = forest_.spans[call.client];
    if (call.callee == none) {
      if (client.error) timed.sign = Sign::cut_short;
      return timed;
    }
    const Span& callee = forest_.spans[call.callee];
    const std::int64_t longer = callee.duration() - client.duration();
    if (longer > 2 * grains_[client.service] + client.duration() / 1'000) {
      timed.sign = Sign::goes_on;
    } else if (client.error && ended_together(client, callee) && nobody_failed_below(call)) {
      timed.sign = Sign::cut_short;
    }
    return timed;
  }

  /// As a callee does that is told, or that fails by itself.
  bool ended_together(const Span& client, const Span& callee) const {
    const std::int64_t shorter = client.duration() - callee.duration();
    const bool at_one_time = client.end == callee.end && callee.start > client.start;
    return callee.error || at_one_time ||
           shorter < 2 * grains_[client.service] + client.duration() / 100;
  }

  /// Where callers do not record their calls, one that gives up ends before its callee.
  TimedCall seen_by_callee(const Visit& visit, RecordedCall& call) const {
    const Span& caller = forest_.spans[visit.span];
    const std::int64_t least = 2 * grains_[caller.service] + caller.duration() / 100;
    if (call.failed || call.end <= caller.end + least) {
      return {call.end - call.start, Sign::nothing, &call};
    }
    return {std::max<std::int64_t>(caller.end - call.start, 0), Sign::goes_on, &call};
  }

  /// A callee that gives up on its own callee fails with it.
  bool nobody_failed_below(const RecordedCall& call) const {
    const std::uint32_t visit = visits_.visit_of_span[call.callee];
    if (visit == none) return true;
    const auto calls = visits_.calls_of(visits_.visits[visit]);
    return std::none_of(calls.begin(), calls.end(),
                        [](const RecordedCall& below) { return below.failed; });
  }

  /// The calls that were given up, if that was at one value, which no call exceeds; by duration.
  std::vector<TimedCall> pile_of(std::vector<TimedCall>& calls) const {
    std::stable_sort(calls.begin(), calls.end(), [](const TimedCall& a, const TimedCall& b) {
      return a.duration < b.duration;
    });
    std::vector<TimedCall> pile = pile_of_going_on(calls);
    return pile.empty() ? pile_of_cut_short(calls) : pile;
  }

  /// Callees that go on after they answered well, for a moment, hide no pile of failures.
  std::vector<TimedCall> pile_of_going_on(const std::vector<TimedCall>& calls) const {
    std::vector<TimedCall> going_on;
    std::copy_if(calls.begin(), calls.end(), std::back_inserter(going_on),
                 [](const TimedCall& timed) { return timed.sign == Sign::goes_on; });
    std::vector<TimedCall> failed;
    std::copy_if(going_on.begin(), going_on.end(), std::back_inserter(failed),
                 [this](const TimedCall& timed) { return failed_at_caller(*timed.call); });
    std::vector<TimedCall> pile = pile_among(calls, failed);
    return pile.empty() ? pile_among(calls, going_on) : pile;
  }

  std::vector<TimedCall> pile_among(const std::vector<TimedCall>& calls,
                                    std::vector<TimedCall> pile) const {
    if (pile.empty()) return {};
    const bool failed = all_failed(pile);
    const double width = failed ? failed_pile_width : pile_width;
    const auto value = static_cast<double>(pile[pile.size() / 2].duration);
    if (value <= 0 || static_cast<double>(calls.back().duration) > value * (1 + width)) return {};
    const std::size_t shorter = std::erase_if(pile, [&](const TimedCall& timed) {
      return static_cast<double>(timed.duration) < value * (1 - width);
    });
    if (shorter * 9 > pile.size() || pile.size() < enough_seen_to_go_on) return {};
    if (!failed && !stands_apart(calls, pile)) return {};
    add_those_answered_too_late(calls, pile);
    return pile;
  }

  /// The longest calls of all, failed without exception, where the longest good one is shorter: by
  /// a third, where the callee should have been recorded and was not, so that it may be refusing.
  /// Some that answered well may be hardly shorter, where the longest ones end at one value
  /// exactly.
  std::vector<TimedCall> pile_of_cut_short(const std::vector<TimedCall>& calls) const {
    if (calls.empty() || calls.back().duration <= 0) return {};
    const auto value = static_cast<double>(calls.back().duration);
    std::vector<TimedCall> pile;
    bool callees_missing = false;
    std::int64_t longest_other = 0;
    std::size_t cut_short = 0;
    std::size_t exactly = 0;
    std::size_t good = 0;
    std::size_t good_exactly = 0;
    for (const TimedCall& timed : calls) {
      const auto duration = static_cast<double>(timed.duration);
      const bool is_cut_short = timed.sign == Sign::cut_short;
      const bool is_exact = duration > value * (1 - exact_pile_width);
      if (duration < value * (1 - pile_width)) {
        longest_other = timed.duration;
      } else if (is_cut_short || failed_at_caller_alone(*timed.call)) {
        cut_short += is_cut_short ? 1 : 0;
        exactly += is_cut_short && is_exact ? 1 : 0;
        pile.push_back(timed);
        callees_missing = callees_missing || (timed.call->callee == none && !is_peer(timed));
      } else {
        ++good;
        good_exactly += is_exact ? 1 : 0;
      }
    }
    if (good > 0) {
      if (exactly < enough_cut_short || few_among * good_exactly > exactly) return {};
      std::erase_if(pile, [&](const TimedCall& timed) {
        return static_cast<double>(timed.duration) <= value * (1 - exact_pile_width);
      });
    }
    if (cut_short < enough_cut_short || 2 * pile.size() > calls.size()) return {};
    if (callees_missing && 3 * longest_other > 2 * pile.front().duration) return {};
    if (are_longest_by_chance(pile.size(), calls.size())) return {};
    const std::int64_t apart = pile.front().duration - longest_other;
    return apart < 2 * grain_of(*pile.front().call) ? std::vector<TimedCall>() : pile;
  }

  /// Whether the longest calls may be those that failed, as luck has it, in one of a hundred pairs.
  static bool are_longest_by_chance(std::size_t failed, std::size_t calls) {
    double ways = 1;  // to choose as many
    for (std::size_t i = 0; i < failed && ways <= 100; ++i) {
      ways *= static_cast<double>(calls - i) / static_cast<double>(i + 1);
    }
    return ways < 100;
  }

  std::int64_t grain_of(const RecordedCall& call) const {
    return grains_[forest_.spans[call.client].service];
  }

  /// A callee may have been done when its caller gave up, and its answer on the way. `pile` stays
  /// in the order of durations, as `calls` are.
  void add_those_answered_too_late(const std::vector<TimedCall>& calls,
                                   std::vector<TimedCall>& pile) const {
    const std::int64_t least = pile.front().duration;
    const std::size_t known = pile.size();
    for (const TimedCall& timed : calls) {
      if (timed.sign == Sign::goes_on || timed.duration < least) continue;
      if (failed_at_caller_alone(*timed.call)) {
        pile.push_back({timed.duration, Sign::nothing, timed.call});
      }
    }
    std::inplace_merge(
        pile.begin(), pile.begin() + static_cast<std::ptrdiff_t>(known), pile.end(),
        [](const TimedCall& a, const TimedCall& b) { return a.duration < b.duration; });
  }

  bool failed_at_caller_alone(const RecordedCall& call) const {
    if (call.client == none || call.callee == none) return false;
    return forest_.spans[call.client].error && !forest_.spans[call.callee].error;
  }

  bool is_peer(const TimedCall& timed) const {
    return visits_.endpoints[timed.call->endpoint].peer_only;
  }

  bool failed_at_caller(const RecordedCall& call) const {
    return forest_.spans[call.client != none ? call.client : forest_.parent[call.callee]].error;
  }

  bool all_failed(const std::vector<TimedCall>& pile) const {
    return std::all_of(pile.begin(), pile.end(),
                       [this](const TimedCall& timed) { return failed_at_caller(*timed.call); });
  }

  /// Who does not take it for a failure may never have waited for the end, or the callee only
  /// tidies up after its answer: then other calls last as long, or the callee hardly longer.
  bool stands_apart(const std::vector<TimedCall>& calls, const std::vector<TimedCall>& pile) const {
    if (2 * pile.size() > calls.size()) return false;
    for (const TimedCall& timed : calls) {
      if (timed.sign != Sign::goes_on && 3 * timed.duration > 2 * pile.front().duration) {
        return false;
      }
    }
    return std::all_of(pile.begin(), pile.end(), [this](const TimedCall& timed) {
      return 2 * forest_.spans[timed.call->callee].duration() > 3 * timed.duration;
    });
  }

  const TraceForest& forest_;
  VisitTable& visits_;
  std::vector<std::int64_t> grains_;
};

}  // namespace

Timeouts find_timeouts(const TraceForest& forest, VisitTable& visits) {
  return TimeoutFinder(forest, visits).find();
}

}  // namespace rehearse
