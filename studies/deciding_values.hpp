#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "studies/reading_runs.hpp"

namespace rehearse {

/// Two readings that an objective is met under the one and missed under the other.
struct Contrast {
  std::size_t objective = 0;
  Reading met;
  Reading missed;
};

/// What makes the difference, and what would tell which is so: both parts of a sentence.
struct Decision {
  std::string values;
  std::string settle;
};

/// Looks for a smallest set of values that turns `met` into a miss when it is taken from `missed`,
/// by halving what differs: one value of n takes some log2(n) screens, a pair a few times as many
/// (A. Zeller, R. Hildebrandt, Simplifying and Isolating Failure-Inducing Input, 2002). Of a number
/// of workers it says where that flips, by doubling, then bisecting. At most 24 screens; who is
/// left when they are used up is named, too. Throws Cancelled.
Decision deciding_values(const std::vector<OpenValue>& open, const Contrast& contrast,
                         ReadingRuns& runs);

}  // namespace rehearse
