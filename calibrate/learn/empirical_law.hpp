#pragma once

#include <vector>

#include "sim/random/law_spec.hpp"

namespace rehearse {

/// An observed duration and how many unobserved ones it stands for.
struct WeightedDuration {
  double nanoseconds = 0;
  double weight = 1;
};

/// The law of the samples: constant for one value, otherwise the quantiles at up to 37 levels,
/// denser towards the tail, from the least to the largest sample. Levels that the samples cannot
/// tell apart are left out, and so are points on the line between their neighbours. The law jumps
/// where samples are half as large again as all below, and five times as far from these as those
/// around are from one another. Beside a jump it is told at up to four levels on each side, within
/// four standard errors of where it jumps, so that draws may jump elsewhere. The mean is kept
/// within 2 % for 30 samples or more. Negative samples count as zero. Zero without samples.
LawSpec empirical_law(std::vector<WeightedDuration> samples);

/// As empirical_law, split into the least sample (`minimum`, added to every draw) and the rest.
LawSpec empirical_law_above_minimum(std::vector<WeightedDuration> samples);

/// Samples of which some were cut short: how long those would have been, by the longer ones that
/// were not (the redistribution to the right of Efron, 1967: the estimate of Kaplan and Meier).
/// Those longer than all are taken for `stretch` times as long as they were seen.
std::vector<WeightedDuration> completed(std::vector<WeightedDuration> whole,
                                        std::vector<WeightedDuration> cut_short, double stretch);

double weighted_mean(const std::vector<WeightedDuration>& samples);

}  // namespace rehearse
