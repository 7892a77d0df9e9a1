#include "calibrate/learn/giving_up.hpp"

#include <algorithm>
#include <vector>

namespace rehearse {
namespace {

constexpr std::uint32_t none = TraceForest::none;
constexpr double pile_width = 0.02;
constexpr std::uint64_t enough_seen_to_go_on = 2;
constexpr std::uint64_t enough_without_callee = 5;

enum class Outcome { came_back, seen_to_go_on, without_callee };

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
    if (call.callee == none) return client.error ? Outcome::without_callee : Outcome::came_back;
    const std::int64_t longer = forest_.spans[call.callee].duration() - client.duration();
    const std::int64_t clocks = 2 * grains_[client.service] + client.duration() / 50;
    return longer > clocks ? Outcome::seen_to_go_on : Outcome::came_back;
  }

  /// The longest calls, if all of them were given up at one value; by duration.
  std::vector<TimedCall> pile_of(std::vector<TimedCall>& calls) const {
    std::stable_sort(calls.begin(), calls.end(), [](const TimedCall& a, const TimedCall& b) {
      return a.duration < b.duration;
    });
    const auto longest = static_cast<double>(calls.back().duration);
    const auto first = std::find_if(calls.begin(), calls.end(), [&](const TimedCall& timed) {
      return static_cast<double>(timed.duration) >= longest * (1 - pile_width);
    });
    std::vector<TimedCall> pile(first, calls.end());
    std::uint64_t going_on = 0;
    for (const TimedCall& timed : pile) {
      if (timed.outcome == Outcome::came_back) return {};
      going_on += timed.outcome == Outcome::seen_to_go_on ? 1 : 0;
    }
    // Who mostly does not wait for the end, and takes that for no failure, has not given up: it
    // never waited.
    const bool fail = std::all_of(pile.begin(), pile.end(), [&](const TimedCall& timed) {
      return forest_.spans[timed.call->client].error;
    });
    if (!fail && 2 * pile.size() > calls.size()) return {};
    const auto others = std::count_if(calls.begin(), first, [](const TimedCall& timed) {
      return timed.outcome == Outcome::seen_to_go_on;
    });
    if (2 * others > first - calls.begin() || longest <= 0) return {};
    if (going_on >= enough_seen_to_go_on) return pile;
    const bool stands_apart =
        first == calls.begin() || longest > 1.5 * static_cast<double>(std::prev(first)->duration);
    return pile.size() >= enough_without_callee && stands_apart && first != calls.begin()
               ? pile
               : std::vector<TimedCall>();
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
