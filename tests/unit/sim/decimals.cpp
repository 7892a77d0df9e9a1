#include "sim/decimals.hpp"

#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <string>

using namespace rehearse;

namespace {

/// "123" with three decimals is 0.123, as the C library reads it: rounded once.
double decimal(std::int64_t digits, int decimals) {
  return std::strtod((std::to_string(digits) + "e-" + std::to_string(decimals)).c_str(), nullptr);
}

}  // namespace

TEST_CASE("a percentage with up to three decimals is the fraction that its decimal says",
          "[decimals]") {
  for (std::int64_t thousandths = 0; thousandths <= 100'000; ++thousandths) {
    CAPTURE(thousandths);
    REQUIRE(fraction_of_percent(decimal(thousandths, 3)) == decimal(thousandths, 5));
  }
  CHECK(fraction_of_percent(99.9) != 99.9 / 100);  // the spoiled twin
  CHECK(fraction_of_percent(0) == 0);
  CHECK(fraction_of_percent(100) == 1);
  CHECK(fraction_of_percent(1e-300) == 1e-302);
}

TEST_CASE("a ratio of large integers is the decimal that it is", "[decimals]") {
  const auto large = static_cast<unsigned __int128>(7'654'321) << 70;
  for (std::uint64_t part = 0; part <= 10'000; ++part) {
    CAPTURE(part);
    REQUIRE(quotient(large * part, large * 10'000) == decimal(static_cast<std::int64_t>(part), 4));
  }
  CHECK(quotient(1, 3) == 1.0 / 3);
}

TEST_CASE("a float of a few digits is the decimal that was meant", "[decimals]") {
  for (std::int64_t thousandths = 0; thousandths <= 1'000; ++thousandths) {
    const double meant = decimal(thousandths, 3);
    REQUIRE(widened(static_cast<float>(meant)) == meant);
  }
}

TEST_CASE("whole milliseconds and seconds are the seconds that their decimal says", "[decimals]") {
  for (std::int64_t count = 0; count <= 60'000; ++count) {
    CAPTURE(count);
    REQUIRE(Duration::milliseconds(count).in_seconds() == decimal(count, 3));
  }
  for (std::int64_t count = 0; count <= 86'400; ++count) {
    CAPTURE(count);
    REQUIRE(Duration::seconds(count).in_seconds() == static_cast<double>(count));
    REQUIRE(Duration::rounded_seconds(static_cast<double>(count)) == Duration::seconds(count));
  }
}

TEST_CASE("sixty in sixty seconds are one a second, whatever the length", "[decimals]") {
  for (std::int64_t milliseconds = 1; milliseconds <= 120'000; ++milliseconds) {
    CAPTURE(milliseconds);
    const auto count = static_cast<std::uint64_t>(milliseconds);
    REQUIRE(per_second(count, Duration::milliseconds(milliseconds)) == 1000);
    REQUIRE(per_second(7 * count, Duration::seconds(milliseconds)) == 7);
  }
}
