#include "models/outcomes/metric_spec.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "sim/expects.hpp"

namespace rehearse {

Duration latency_limit(const MetricCondition& condition) {
  expects(condition.threshold >= 0, "a latency is compared with a time that is not negative");
  const double nanoseconds = condition.threshold * 1e9;
  if (!(nanoseconds < static_cast<double>(Duration::longest().in_nanoseconds()))) {
    return Duration::longest();
  }
  const double nearest = std::round(nanoseconds);
  const double rounding = std::max(1.0, nearest) * 4 * std::numeric_limits<double>::epsilon();
  const bool whole = std::abs(nanoseconds - nearest) <= rounding;
  const auto floor = static_cast<std::int64_t>(whole ? nearest : std::floor(nanoseconds));
  const bool itself_below = condition.comparison == Comparison::less_or_equal ||
                            condition.comparison == Comparison::greater;
  return Duration::nanoseconds(
      std::max<std::int64_t>(0, whole && !itself_below ? floor - 1 : floor));
}

}  // namespace rehearse
