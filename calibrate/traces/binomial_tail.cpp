#include "calibrate/traces/binomial_tail.hpp"

#include <cmath>

#include "sim/expects.hpp"

namespace rehearse {

double binomial_tail(std::uint64_t n, std::uint64_t least, double chance) {
  expects(chance > 0 && chance < 1, "a chance lies between 0 and 1");
  double sum = 0;
  for (std::uint64_t k = least; k <= n; ++k) {
    const auto of = static_cast<double>(n);
    const auto seen = static_cast<double>(k);
    sum += std::exp(std::lgamma(of + 1) - std::lgamma(seen + 1) - std::lgamma(of - seen + 1) +
                    seen * std::log(chance) + (of - seen) * std::log1p(-chance));
  }
  return sum;
}

}  // namespace rehearse
