#include "sim/stats/intervals.hpp"

#include <cmath>

#include "sim/expects.hpp"

namespace rehearse {
namespace {

/// P(X <= successes) for X binomial.
double binomial_cdf(std::uint64_t successes, std::uint64_t trials, double probability) {
  if (successes >= trials) return 1;
  return beta_cdf(1 - probability, static_cast<double>(trials - successes),
                  static_cast<double>(successes) + 1);
}

/// The least k in [0, trials] for which the rising predicate `reached` holds; trials if for none.
template <class Reached>
std::uint64_t least_count(std::uint64_t trials, Reached reached) {
  std::uint64_t low = 0;
  std::uint64_t high = trials;
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    if (reached(middle)) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

}  // namespace

Interval clopper_pearson(std::uint64_t events, std::uint64_t trials, double confidence) {
  expects(events <= trials, "there are no more events than trials");
  expects(confidence > 0 && confidence < 1, "a confidence lies in (0, 1)");
  const double tail = (1 - confidence) / 2;
  const auto hits = static_cast<double>(events);
  const auto misses = static_cast<double>(trials - events);
  Interval interval;
  if (events > 0) interval.lower = beta_quantile(tail, hits, misses + 1);
  if (events < trials) interval.upper = beta_quantile(1 - tail, hits + 1, misses);
  return interval;
}

double upper_limit_without_events(std::uint64_t trials, double confidence) {
  expects(confidence > 0 && confidence < 1, "a confidence lies in (0, 1)");
  if (trials == 0) return 1;
  return -std::expm1(std::log1p(-confidence) / static_cast<double>(trials));
}

RankInterval quantile_ranks(std::uint64_t n, double level, double confidence) {
  expects(level > 0 && level < 1, "the level of a quantile lies in (0, 1)");
  expects(confidence > 0 && confidence < 1, "a confidence lies in (0, 1)");
  const double tail = (1 - confidence) / 2;
  RankInterval ranks;
  // The value of rank l is above the quantile when fewer than l values are below it.
  ranks.lower =
      least_count(n, [&](std::uint64_t below) { return binomial_cdf(below, n, level) > tail; });
  ranks.upper = 1 + least_count(n, [&](std::uint64_t below) {
                  return binomial_cdf(below, n, level) >= 1 - tail;
                });
  return ranks;
}

}  // namespace rehearse
