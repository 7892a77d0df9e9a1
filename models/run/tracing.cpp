#include "models/run/tracing.hpp"

#include <algorithm>
#include <cmath>

#include "sim/expects.hpp"

namespace rehearse {

std::uint64_t sampling_threshold(double share) {
  expects(share > 0 && share <= 1, "some of all requests are traced");
  constexpr double random_values = 0x1p56;
  constexpr std::uint64_t highest = (std::uint64_t{1} << 56) - 1;
  return std::min(static_cast<std::uint64_t>(std::llround((1 - share) * random_values)), highest);
}

}  // namespace rehearse
