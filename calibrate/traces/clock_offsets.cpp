#include "calibrate/traces/clock_offsets.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <tuple>

namespace rehearse {
namespace {

constexpr std::size_t tolerated = 20;  // one of so many may be somewhere else
constexpr std::size_t too_many_too_long = 10;
constexpr std::size_t least_calls_of_a_piece = 20;
constexpr int most_halvings = 4;
/// Clocks that nobody sets are within half of it; what moves faster is a queue that grows.
constexpr double most_drift = 1e-3;

}  // namespace

void ClockOffsets::note(const Span& caller, const Span& callee) {
  if (clock_of(caller) == clock_of(callee)) return;
  Bounds& bounds = bounds_[{clock_of(caller), clock_of(callee)}];
  if (callee.duration() > caller.duration()) {
    ++bounds.too_long;
    return;
  }
  bounds.calls.push_back({caller.start, callee.end - caller.end, callee.start - caller.start});
}

std::int64_t ClockOffsets::ClockLine::at(std::int64_t time) const {
  return offset + std::llround(drift * static_cast<double>(time - from));
}

std::optional<ClockOffsets::ClockLine> ClockOffsets::with_drift(std::span<const Bound> calls,
                                                                double drift) {
  const ClockLine line{calls.front().at, 0, drift};
  const auto outside = static_cast<std::ptrdiff_t>(calls.size() / tolerated);
  std::vector<std::int64_t> leasts;
  std::vector<std::int64_t> mosts;
  for (const Bound& call : calls) {
    leasts.push_back(call.least - line.at(call.at));
    mosts.push_back(call.most - line.at(call.at));
  }
  std::nth_element(leasts.begin(), leasts.end() - 1 - outside, leasts.end());
  std::nth_element(mosts.begin(), mosts.begin() + outside, mosts.end());
  const std::int64_t least = *(leasts.end() - 1 - outside);
  const std::int64_t most = *(mosts.begin() + outside);
  if (least > most) return std::nullopt;
  // Of what a line admits the middle is as good as any: zero is where it started.
  const std::int64_t offset =
      drift == 0 ? std::clamp<std::int64_t>(0, least, most) : least + (most - least) / 2;
  return ClockLine{line.from, offset, drift};
}

/// The slope of the line through the middles of what calls admit, by least squares.
double ClockOffsets::drift_of(std::span<const Bound> calls) {
  const auto middle = [](const Bound& call) {
    return (static_cast<double>(call.least) + static_cast<double>(call.most)) / 2;
  };
  const auto count = static_cast<double>(calls.size());
  double times = 0;
  double middles = 0;
  for (const Bound& call : calls) {
    times += static_cast<double>(call.at - calls.front().at) / count;
    middles += middle(call) / count;
  }
  double products = 0;
  double squares = 0;
  for (const Bound& call : calls) {
    const double time = static_cast<double>(call.at - calls.front().at) - times;
    products += time * (middle(call) - middles);
    squares += time * time;
  }
  return squares > 0 ? products / squares : 0;
}

bool ClockOffsets::settle(std::span<const Bound> calls, int halvings, Offsets& found) {
  std::optional<ClockLine> piece = with_drift(calls, 0);
  if (!piece && calls.size() >= least_calls_of_a_piece) {
    const double drift = drift_of(calls);
    if (std::abs(drift) <= most_drift) piece = with_drift(calls, drift);
  }
  if (piece) {
    found[piece->from] = *piece;
    return true;
  }
  const std::size_t half = calls.size() / 2;
  if (half < least_calls_of_a_piece || halvings == most_halvings) return false;
  return settle(calls.first(half), halvings + 1, found) &&
         settle(calls.subspan(half), halvings + 1, found);
}

void ClockOffsets::settle() {
  for (auto& [clocks, bounds] : bounds_) {
    const std::size_t calls = bounds.calls.size();
    if (calls == 0 || bounds.too_long * too_many_too_long > calls) continue;
    std::sort(bounds.calls.begin(), bounds.calls.end(), [](const Bound& a, const Bound& b) {
      return std::tie(a.at, a.least, a.most) < std::tie(b.at, b.least, b.most);
    });
    Offsets found;
    if (settle(bounds.calls, 0, found)) offsets_[clocks] = std::move(found);
  }
  bounds_.clear();
}

std::int64_t ClockOffsets::between(const Span& caller, const Span& callee) const {
  const auto found = offsets_.find({clock_of(caller), clock_of(callee)});
  if (found == offsets_.end()) return 0;
  const auto after = found->second.upper_bound(caller.start);
  const ClockLine& piece =
      after == found->second.begin() ? after->second : std::prev(after)->second;
  return piece.at(caller.start);
}

}  // namespace rehearse
