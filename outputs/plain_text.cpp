#include "outputs/plain_text.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstdint>

namespace rehearse {
namespace {

/// Three significant digits, without an exponent.
std::string digits_of(double value) {
  const double size = std::fabs(value);
  if (size >= 100) return fmt::format("{:.0f}", value);
  if (size >= 10) return fmt::format("{:.1f}", value);
  return fmt::format("{:.2f}", value);
}

}  // namespace

std::string seconds_text(double seconds) {
  if (std::isnan(seconds)) return "-";
  if (std::isinf(seconds)) return "never";
  if (seconds == 0) return "0 s";
  if (seconds < 0.9995e-3) return digits_of(seconds * 1e6) + " us";
  if (seconds < 0.9995) return digits_of(seconds * 1e3) + " ms";
  if (seconds < 600) return digits_of(seconds) + " s";
  if (seconds < 36000) return digits_of(seconds / 60) + " min";
  return digits_of(seconds / 3600) + " h";
}

std::string span_text(double seconds) {
  if (!std::isfinite(seconds) || seconds < 1e-3) return seconds == 0 ? "0s" : seconds_text(seconds);
  // Whole milliseconds, so that 60.000000001 s is a minute and nothing more.
  const auto milliseconds = static_cast<std::uint64_t>(std::llround(seconds * 1000));
  const std::uint64_t hours = milliseconds / 3'600'000;
  const std::uint64_t minutes = milliseconds / 60'000 % 60;
  const std::uint64_t rest = milliseconds % 60'000;
  std::string text;
  if (hours > 0) text += fmt::format("{}h ", hours);
  if (minutes > 0) text += fmt::format("{}m ", minutes);
  if (rest > 0) text += fmt::format("{}s ", static_cast<double>(rest) / 1000);
  text.pop_back();
  return text;
}

std::string percent_text(double probability) {
  const double percent = probability * 100;
  if (percent == 0 || percent == 100) return fmt::format("{:.0f} %", percent);
  if (percent > 99.995) return "over 99.99 %";
  if (percent > 99) return fmt::format("{:.2f} %", percent);
  if (percent < 1e-3) return fmt::format("{:.1e} %", percent);
  return fmt::format("{:.3g} %", percent);
}

std::string seconds_text(const Interval& interval) {
  return fmt::format("[{}, {}]", seconds_text(interval.lower), seconds_text(interval.upper));
}

std::string percent_text(const Interval& interval) {
  return fmt::format("[{}, {}]", percent_text(interval.lower), percent_text(interval.upper));
}

std::string seconds_text(const Estimate& estimate) {
  if (!estimate.value) return "-";
  if (!estimate.interval || std::isinf(estimate.interval->lower))
    return seconds_text(*estimate.value);
  return fmt::format("{} {}", seconds_text(*estimate.value), seconds_text(*estimate.interval));
}

}  // namespace rehearse
