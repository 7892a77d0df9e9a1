#include "calibrate/learn/giving_up.hpp"

#include <algorithm>
#include <vector>

namespace rehearse {
namespace {

constexpr std::uint32_t none = TraceForest::none;
constexpr double pile_width = 0.02;
constexpr std::size_t enough_seen_to_go_on = 2;

enum class Outcome { came_back, seen_to_go_on };

struct TimedCall {
  std::int64_t duration = 0;
  Outcome outcome = Outcome::came_back;
  RecordedCall* call = nullptr;
};

class TimeoutFinder {
 public:
  TimeoutFinder(const TraceForest& forest, VisitTable& visits)
      : forest_(forest), visits_(visits), grains_(clock_grains(forest)) {}

  std::map<ServicePair, TimeoutFacts> find() {
    std::map<ServicePair, TimeoutFacts> found;
    for (auto& [pair, calls] : calls_by_pair()) {
      const std::vector<TimedCall> pile = pile_of(calls);
      if (pile.empty()) continue;
      TimeoutFacts& facts = found[pair];
      facts.given_up = pile.size();
      facts.after = pile[pile.size() / 2].duration;
      for (const TimedCall& timed : pile) {
        timed.call->failed = true;
        timed.call->timed_out = true;
      }
    }
    return found;
  }

 private:
  std::map<ServicePair, std::vector<TimedCall>> calls_by_pair() {
    std::map<ServicePair, std::vector<TimedCall>> pairs;
    for (const Visit& visit : visits_.visits) {
      for (std::uint32_t i = 0; i < visit.call_count; ++i) {
        RecordedCall& call = visits_.calls[visit.first_call + i];
        if (call.detached || call.client == none) continue;
        if (visits_.endpoints[call.endpoint].peer_only) continue;
        pairs[{visits_.endpoints[visit.endpoint].service, visits_.endpoints[call.endpoint].service}]
            .push_back({call.end - call.start, outcome_of(call), &call});
      }
    }
    return pairs;
  }

  Outcome outcome_of(const RecordedCall& call) const {
    const Span& client = forest_.spans[call.client];
    if (call.callee == none) return Outcome::came_back;
    const std::int64_t longer = forest_.spans[call.callee].duration() - client.duration();
    const std::int64_t clocks = 2 * grains_[client.service] + client.duration() / 1'000;
    return longer > clocks ? Outcome::seen_to_go_on : Outcome::came_back;
  }

  /// The calls that were given up, if that was at one value, which no call exceeds; by duration.
  std::vector<TimedCall> pile_of(std::vector<TimedCall>& calls) const {
    std::stable_sort(calls.begin(), calls.end(), [](const TimedCall& a, const TimedCall& b) {
      return a.duration < b.duration;
    });
    std::vector<TimedCall> given_up;
    for (const TimedCall& timed : calls) {
      if (timed.outcome == Outcome::seen_to_go_on) given_up.push_back(timed);
    }
    if (given_up.size() < enough_seen_to_go_on) return {};
    const auto value = static_cast<double>(given_up[given_up.size() / 2].duration);
    if (value <= 0 || static_cast<double>(calls.back().duration) > value * (1 + pile_width)) {
      return {};
    }
    std::erase_if(given_up, [value](const TimedCall& timed) {
      return static_cast<double>(timed.duration) < value * (1 - pile_width);
    });
    const auto all = static_cast<std::size_t>(std::count_if(
        calls.begin(), calls.end(),
        [](const TimedCall& timed) { return timed.outcome == Outcome::seen_to_go_on; }));
    if (given_up.size() * 10 < all * 9 || given_up.size() < enough_seen_to_go_on) return {};
    return all_failed(given_up) || stands_apart(calls, given_up) ? given_up
                                                                 : std::vector<TimedCall>();
  }

  bool all_failed(const std::vector<TimedCall>& pile) const {
    return std::all_of(pile.begin(), pile.end(), [this](const TimedCall& timed) {
      return forest_.spans[timed.call->client].error;
    });
  }

  /// Who does not take it for a failure may never have waited for the end, or the callee only
  /// tidies up after its answer: then other calls last as long, or the callee hardly longer.
  bool stands_apart(const std::vector<TimedCall>& calls, const std::vector<TimedCall>& pile) const {
    if (2 * pile.size() > calls.size()) return false;
    for (const TimedCall& timed : calls) {
      const bool good = timed.outcome == Outcome::came_back;
      if (good && 3 * timed.duration > 2 * pile.front().duration) return false;
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

std::map<ServicePair, TimeoutFacts> find_timeouts(const TraceForest& forest, VisitTable& visits) {
  return TimeoutFinder(forest, visits).find();
}

}  // namespace rehearse
