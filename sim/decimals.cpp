#include "sim/decimals.hpp"

#include <array>
#include <charconv>
#include <string>
#include <string_view>

#include "sim/expects.hpp"

namespace rehearse {
namespace {

unsigned __int128 common_divisor(unsigned __int128 a, unsigned __int128 b) {
  while (b != 0) {
    const unsigned __int128 rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

}  // namespace

double fraction_of_percent(double percent) {
  std::array<char, 32> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), percent,
                                 std::chars_format::scientific);
  const std::string_view text(digits.data(), static_cast<std::size_t>(end.ptr - digits.data()));
  const std::size_t mark = text.find('e');
  expects(end.ec == std::errc() && mark != std::string_view::npos, "a percentage is finite");
  const int exponent = std::stoi(std::string(text.substr(mark + 1))) - 2;
  const std::string shifted = std::string(text.substr(0, mark)) + "e" + std::to_string(exponent);
  double fraction = 0;
  std::from_chars(shifted.data(), shifted.data() + shifted.size(), fraction);
  return fraction;
}

double widened(float value) {
  std::array<char, 32> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  double wide = value;
  std::from_chars(digits.data(), end.ptr, wide);
  return wide;
}

double quotient(unsigned __int128 part, unsigned __int128 whole) {
  expects(whole > 0, "a ratio has something below the line");
  const unsigned __int128 divisor = common_divisor(part, whole);
  return static_cast<double>(part / divisor) / static_cast<double>(whole / divisor);
}

double per_second(std::uint64_t count, Duration span) {
  expects(span > Duration(), "a rate is over a span of time");
  return quotient(static_cast<unsigned __int128>(count) * 1'000'000'000,
                  static_cast<unsigned __int128>(span.in_nanoseconds()));
}

}  // namespace rehearse
