#pragma once

#include <cstdint>

namespace rehearse {

/// The probability of `least` or more of `n`, each with `chance`. Costs n. Expects a chance between
/// 0 and 1, both excluded.
double binomial_tail(std::uint64_t n, std::uint64_t least, double chance);

}  // namespace rehearse
