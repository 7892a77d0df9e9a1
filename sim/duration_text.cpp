#include "sim/duration_text.hpp"

#include <array>
#include <cmath>
#include <cstdint>
#include <string_view>

#include <fmt/format.h>

namespace rehearse {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t nanoseconds;
};
constexpr Unit hour{"h", 3'600'000'000'000};
constexpr Unit minute{"m", 60'000'000'000};
/// Those whose fractions are written; largest first.
constexpr std::array<Unit, 4> decimal_units{
    {{"s", 1'000'000'000}, {"ms", 1'000'000}, {"us", 1'000}, {"ns", 1}}};

/// A point and the digits of `part` of a unit, without zeros at the end.
std::string fraction_text(std::int64_t part, std::int64_t unit) {
  std::string text = part == 0 ? "" : ".";
  while (part != 0) {
    unit /= 10;
    text += static_cast<char>('0' + part / unit);
    part %= unit;
  }
  return text;
}

/// Three significant digits, without an exponent and without zeros at the end.
std::string three_digits(double value) {
  const int decimals = value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  std::string text = fmt::format("{:.{}f}", value, decimals);
  if (decimals == 0) return text;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

/// "2m 30s" of 150 seconds; each larger unit is sixty of the smaller.
std::string two_units_text(double count, std::string_view larger, std::string_view smaller) {
  const double rest = std::fmod(count, 60);
  const std::string text = fmt::format("{:.0f}{}", (count - rest) / 60, larger);
  return rest == 0 ? text : text + fmt::format(" {:.0f}{}", rest, smaller);
}

}  // namespace

std::string duration_text(Duration duration) {
  const std::int64_t count = duration.in_nanoseconds();
  if (count < 0) return "-" + duration_text(Duration() - duration);
  if (count == 0) return "0s";
  for (const Unit& unit : {hour, minute}) {
    if (count % unit.nanoseconds == 0) {
      return fmt::format("{}{}", count / unit.nanoseconds, unit.name);
    }
  }
  std::size_t i = 0;
  while (count < decimal_units[i].nanoseconds) ++i;
  const Unit& unit = decimal_units[i];
  return fmt::format("{}{}{}", count / unit.nanoseconds,
                     fraction_text(count % unit.nanoseconds, unit.nanoseconds), unit.name);
}

std::string rounded_duration_text(double seconds) {
  if (std::isnan(seconds)) return "-";
  if (seconds < 0) return "-" + rounded_duration_text(-seconds);
  if (std::isinf(seconds)) return "never";
  if (seconds == 0) return "0s";
  // What rounds to the next unit is written in it.
  if (seconds < 0.9995e-6) return three_digits(seconds * 1e9) + "ns";
  if (seconds < 0.9995e-3) return three_digits(seconds * 1e6) + "us";
  if (seconds < 0.9995) return three_digits(seconds * 1e3) + "ms";
  if (seconds < 59.95) return three_digits(seconds) + "s";
  if (seconds < 3599.5) return two_units_text(std::round(seconds), "m", "s");
  return two_units_text(std::round(seconds / 60), "h", "m");
}

}  // namespace rehearse
