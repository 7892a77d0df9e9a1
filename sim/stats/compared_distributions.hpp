#pragma once

#include <array>
#include <vector>

#include "sim/stats/weighed_values.hpp"

/// How far one distribution is from another.
namespace rehearse {

/// The Wasserstein distance of order 1: the area between both distribution functions, which is the
/// mean way from quantile to quantile; in the unit of the values. Expects rising values, some of
/// each, and positive weights.
double wasserstein_distance(const std::vector<WeighedValue>& one,
                            const std::vector<WeighedValue>& other);

/// Where what was seen stands in what was foretold, as ranks in [0, 1]: uniform where both are
/// alike.
struct RankTransform {
  std::array<double, 10> shares{};  // of what was seen, in tenths of what was foretold
  double distance = 0;  // of their distribution from the uniform one (Kolmogorov, Smirnov)
};

/// The probability integral transform. A value that was also foretold, with probability p, takes
/// all ranks of that p alike (Czado, Gneiting and Held, Biometrics 65, 2009), so that steps in both
/// are no difference. Expects as wasserstein_distance.
RankTransform rank_transform(const std::vector<WeighedValue>& seen,
                             const std::vector<WeighedValue>& foretold);

}  // namespace rehearse
