#include "outputs/text/plain_text.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstdint>

#include "sim/counted_text.hpp"

namespace rehearse {
std::string percent_text(double probability) {
  const double percent = probability * 100;
  if (percent == 0 || percent == 100) return fmt::format("{:.0f} %", percent);
  if (percent > 99.995) return "over 99.99 %";
  if (percent > 99) return fmt::format("{:.2f} %", percent);
  if (percent < 1e-3) return fmt::format("{:.1e} %", percent);
  return fmt::format("{:.3g} %", percent);
}

std::string rounded_duration_text(const Interval& interval) {
  return fmt::format("[{}, {}]", rounded_duration_text(interval.lower),
                     rounded_duration_text(interval.upper));
}

std::string percent_text(const Interval& interval) {
  return fmt::format("[{}, {}]", percent_text(interval.lower), percent_text(interval.upper));
}

std::string rounded_duration_text(const Estimate& estimate) {
  if (!estimate.value) return "-";
  if (!estimate.interval || std::isinf(estimate.interval->lower))
    return rounded_duration_text(*estimate.value);
  return fmt::format("{} {}", rounded_duration_text(*estimate.value),
                     rounded_duration_text(*estimate.interval));
}

}  // namespace rehearse
