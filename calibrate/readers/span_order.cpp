#include "calibrate/readers/span_order.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <utility>

#include "sim/threads/parallel_for.hpp"

namespace rehearse {
namespace {

constexpr std::size_t worth_dealing = std::size_t{1} << 13;
constexpr std::size_t piles = 256;

/// The first trace of each pile but the first, which hold about as many spans each.
using Bounds = std::array<TraceId, piles - 1>;

Bounds bounds_of(const std::vector<Span>& spans) {
  constexpr std::size_t looks = 16 * piles;
  std::vector<TraceId> seen;
  for (std::size_t look = 0; look < looks; ++look) {
    seen.push_back(spans[look * spans.size() / looks].trace);
  }
  std::sort(seen.begin(), seen.end());
  Bounds bounds;
  for (std::size_t pile = 1; pile < piles; ++pile) bounds[pile - 1] = seen[pile * looks / piles];
  return bounds;
}

/// Deals spans into piles, in place: each is moved about once.
class Dealer {
 public:
  explicit Dealer(std::vector<Span>& spans) : spans_(spans), pile_of_(spans.size()) {
    const Bounds bounds = bounds_of(spans);
    TraceId last;
    std::uint8_t pile = pile_with(bounds, last);
    for (std::size_t i = 0; i < spans.size(); ++i) {
      // Those of a trace mostly come together.
      if (spans[i].trace != last) {
        last = spans[i].trace;
        pile = pile_with(bounds, last);
      }
      pile_of_[i] = pile;
      ++begins_[pile + 1U];
    }
    for (std::size_t i = 1; i < begins_.size(); ++i) begins_[i] += begins_[i - 1];
  }

  void deal() {
    std::array<std::size_t, piles> next{};
    std::copy(begins_.begin(), begins_.end() - 1, next.begin());
    for (std::size_t pile = 0; pile < piles; ++pile) {
      while (next[pile] < begins_[pile + 1]) put_in_place(pile, next);
    }
  }

  void sort_pile(std::size_t pile) {
    std::sort(spans_.begin() + static_cast<std::ptrdiff_t>(begins_[pile]),
              spans_.begin() + static_cast<std::ptrdiff_t>(begins_[pile + 1]));
  }

 private:
  static std::uint8_t pile_with(const Bounds& bounds, const TraceId& trace) {
    return static_cast<std::uint8_t>(std::upper_bound(bounds.begin(), bounds.end(), trace) -
                                     bounds.begin());
  }

  /// Finds whoever belongs into the next place of a pile, and on the way the places of others.
  void put_in_place(std::size_t pile, std::array<std::size_t, piles>& next) {
    const std::size_t free = next[pile]++;
    if (pile_of_[free] == pile) return;
    Span held = spans_[free];
    std::uint8_t held_for = pile_of_[free];
    while (held_for != pile) {
      const std::size_t place = next[held_for]++;
      // Whoever comes next in that pile: 256 piles are more than a processor foresees.
      __builtin_prefetch(spans_.data() + std::min(place + 2, spans_.size() - 1), 1);
      std::swap(held, spans_[place]);
      std::swap(held_for, pile_of_[place]);
    }
    spans_[free] = held;
    pile_of_[free] = held_for;
  }

  std::vector<Span>& spans_;
  std::vector<std::uint8_t> pile_of_;
  std::array<std::size_t, piles + 1> begins_{};
};

}  // namespace

void sort_spans(std::vector<Span>& spans, int threads) {
  if (std::is_sorted(spans.begin(), spans.end())) return;
  if (spans.size() < worth_dealing) return std::sort(spans.begin(), spans.end());
  Dealer dealer(spans);
  dealer.deal();
  std::atomic<std::size_t> next = 0;
  parallel_for(threads, [&](int) {
    for (std::size_t pile = next++; pile < piles; pile = next++) dealer.sort_pile(pile);
  });
}

}  // namespace rehearse
