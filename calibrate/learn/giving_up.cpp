#include "calibrate/learn/giving_up.hpp"

#include <algorithm>
#include <iterator>
#include <vector>

namespace rehearse {
namespace {

constexpr std::uint32_t none = TraceForest::none;
constexpr double pile_width = 0.02;
constexpr std::size_t enough_seen_to_go_on = 2;

struct TimedCall {
  std::int64_t duration = 0;
  bool callee_goes_on = false;
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
            .push_back({call.end - call.start, callee_goes_on(call), &call});
      }
    }
    return pairs;
  }

  bool callee_goes_on(const RecordedCall& call) const {
    if (call.callee == none) return false;
    const Span& client = forest_.spans[call.client];
    const std::int64_t longer = forest_.spans[call.callee].duration() - client.duration();
    return longer > 2 * grains_[client.service] + client.duration() / 1'000;
  }

  /// The calls that were given up, if that was at one value, which no call exceeds; by duration.
  std::vector<TimedCall> pile_of(std::vector<TimedCall>& calls) const {
    std::stable_sort(calls.begin(), calls.end(), [](const TimedCall& a, const TimedCall& b) {
      return a.duration < b.duration;
    });
    std::vector<TimedCall> pile;
    std::copy_if(calls.begin(), calls.end(), std::back_inserter(pile),
                 [](const TimedCall& timed) { return timed.callee_goes_on; });
    if (pile.empty()) return {};
    const auto value = static_cast<double>(pile[pile.size() / 2].duration);
    if (value <= 0 || static_cast<double>(calls.back().duration) > value * (1 + pile_width)) {
      return {};
    }
    const std::size_t shorter = std::erase_if(pile, [value](const TimedCall& timed) {
      return static_cast<double>(timed.duration) < value * (1 - pile_width);
    });
    if (shorter * 9 > pile.size() || pile.size() < enough_seen_to_go_on) return {};
    if (!all_failed(pile) && !stands_apart(calls, pile)) return {};
    return pile;
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
      if (!timed.callee_goes_on && 3 * timed.duration > 2 * pile.front().duration) return false;
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
