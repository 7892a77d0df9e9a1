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

Interval exact_interval(double hits, double misses, double confidence) {
  expects(confidence > 0 && confidence < 1, "a confidence lies in (0, 1)");
  const double tail = (1 - confidence) / 2;
  Interval interval;
  if (hits > 0) interval.lower = beta_quantile(tail, hits, misses + 1);
  if (misses > 0) interval.upper = beta_quantile(1 - tail, hits + 1, misses);
  return interval;
}

}  // namespace

Interval clopper_pearson(std::uint64_t events, std::uint64_t trials, double confidence) {
  expects(events <= trials, "there are no more events than trials");
  return exact_interval(static_cast<double>(events), static_cast<double>(trials - events),
                        confidence);
}

Interval clopper_pearson_of_share(double share, double trials, double confidence) {
  expects(share >= 0 && share <= 1, "a share lies in [0, 1]");
  expects(trials > 0, "a share is one of trials");
  return exact_interval(share * trials, (1 - share) * trials, confidence);
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
