#include "language/quantity_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>

namespace rehearse {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t nanoseconds;
};
/// Largest first; "µs" is what the Go world prints.
constexpr std::array<Unit, 7> units{{{"h", 3'600'000'000'000},
                                     {"m", 60'000'000'000},
                                     {"s", 1'000'000'000},
                                     {"ms", 1'000'000},
                                     {"us", 1'000},
                                     {"\u00b5s", 1'000},
                                     {"ns", 1}}};
constexpr std::int64_t century = 36'525LL * 24 * 3'600 * 1'000'000'000;

bool is_digit(char letter) {
  return letter >= '0' && letter <= '9';
}

/// Takes "1.5ms" from the front of `rest`: exact, so that text and duration never drift apart.
/// `before`: the unit of the part before, which must be larger.
std::optional<std::int64_t> take_part(std::string_view& rest, std::int64_t& before) {
  __int128 digits = 0;
  __int128 divisor = 1;
  std::size_t i = 0;
  bool fraction = false;
  std::size_t count = 0;
  for (; i < rest.size() && (is_digit(rest[i]) || (rest[i] == '.' && !fraction)); ++i) {
    if (rest[i] == '.') {
      fraction = true;
      continue;
    }
    // Eighteen digits are beyond any duration and any nanosecond.
    if (++count > 18) return std::nullopt;
    digits = digits * 10 + (rest[i] - '0');
    if (fraction) divisor *= 10;
  }
  if (count == 0 || rest[i - 1] == '.' || rest.front() == '.') return std::nullopt;
  rest.remove_prefix(i);
  std::size_t length = 0;
  while (length < rest.size() && !is_digit(rest[length]) && rest[length] != '.') ++length;
  const std::string_view name = rest.substr(0, length);
  rest.remove_prefix(length);
  for (const Unit& unit : units) {
    if (unit.name != name) continue;
    if (unit.nanoseconds >= before) return std::nullopt;
    before = unit.nanoseconds;
    const __int128 nanoseconds = (digits * unit.nanoseconds * 2 + divisor) / (divisor * 2);
    if (nanoseconds > century) return std::nullopt;
    return static_cast<std::int64_t>(nanoseconds);
  }
  return std::nullopt;
}

/// A decimal divided by a whole number, rounded once where its digits are few enough; otherwise the
/// number that was read, divided.
double divided(std::string_view text, double number, std::int64_t by) {
  constexpr std::int64_t exact = std::int64_t{1} << 53;
  std::int64_t digits = 0;
  std::int64_t divisor = by;
  bool fraction = false;
  for (const char letter : text) {
    if (letter == '.') {
      fraction = true;
      continue;
    }
    if (!is_digit(letter) || digits > exact / 10 - 1 || (fraction && divisor > exact / 10)) {
      return number / static_cast<double>(by);
    }
    digits = digits * 10 + (letter - '0');
    if (fraction) divisor *= 10;
  }
  return static_cast<double>(digits) / static_cast<double>(divisor);
}

}  // namespace

std::optional<Duration> parse_duration(std::string_view text) {
  const bool negative = !text.empty() && text.front() == '-';
  std::string_view rest = text.substr(negative ? 1 : 0);
  if (rest.empty()) return std::nullopt;
  std::int64_t sum = 0;
  std::int64_t before = century;
  while (!rest.empty()) {
    const auto part = take_part(rest, before);
    if (!part) return std::nullopt;
    sum += *part;
    if (sum > century) return std::nullopt;
  }
  return Duration::nanoseconds(negative ? -sum : sum);
}

std::optional<double> parse_number(std::string_view text) {
  if (!text.empty() && text.front() == '+') text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (!std::isfinite(value)) return std::nullopt;
  return value;
}

std::optional<double> parse_percentage(std::string_view text) {
  if (!parse_number(text)) return std::nullopt;
  if (text.front() == '+') text.remove_prefix(1);
  const std::size_t mark = std::min(text.find_first_of("eE"), text.size());
  int exponent = 0;
  if (mark < text.size()) {
    std::string_view digits = text.substr(mark + 1);
    if (digits.front() == '+') digits.remove_prefix(1);
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
    if (read.ec != std::errc()) return std::nullopt;
  }
  return parse_number(fmt::format("{}e{}", text.substr(0, mark), exponent - 2));
}

std::string number_text(double value) {
  if (std::abs(value) < 1e15 && value == std::floor(value)) {
    return fmt::format("{}", static_cast<std::int64_t>(value));
  }
  return fmt::format("{}", value);
}

std::optional<Rate> parse_rate(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto number = parse_number(text.substr(0, slash));
  if (!number) return std::nullopt;
  const std::string_view unit = text.substr(slash + 1);
  if (unit == "s") return Rate{*number};
  if (unit == "m" || unit == "min") return Rate{divided(text.substr(0, slash), *number, 60)};
  if (unit == "h") return Rate{divided(text.substr(0, slash), *number, 3'600)};
  return std::nullopt;
}

std::string rate_text(Rate rate) {
  return number_text(rate.per_second) + "/s";
}

}  // namespace rehearse
