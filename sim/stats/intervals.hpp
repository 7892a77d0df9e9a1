#pragma once

#include <cstdint>

#include "sim/stats/special_functions.hpp"

namespace rehearse {

/// A two-sided confidence interval.
struct Interval {
  double lower = 0;
  double upper = 1;
  bool operator==(const Interval&) const = default;
};

/// The exact interval for a probability after `events` in `trials` (Clopper and Pearson 1934): its
/// coverage is never below `confidence`. [0, 1] for no trials. The zero-event upper limit at 95 %
/// is the two-sided one, 1 - 0.025^(1/n). Expects events <= trials and confidence in (0, 1).
Interval clopper_pearson(std::uint64_t events, std::uint64_t trials, double confidence);

/// The same for a share of an effective number of trials, which need not be whole. Expects share
/// in [0, 1] and trials above 0.
Interval clopper_pearson_of_share(double share, double trials, double confidence);

/// The one-sided upper limit after no event in `trials`: 1 - (1 - confidence)^(1/trials), about
/// 3/trials at 95 %.
double upper_limit_without_events(std::uint64_t trials, double confidence);

/// Ranks (1-based) of the order statistics that enclose the `level` quantile of n independent
/// values with at least `confidence`: upper == n + 1 means that there is no finite upper limit,
/// lower == 0 that there is no lower one.
struct RankInterval {
  std::uint64_t lower = 0;
  std::uint64_t upper = 0;
};
RankInterval quantile_ranks(std::uint64_t n, double level, double confidence);

}  // namespace rehearse
