#include <catch2/catch.hpp>
#include <cstdlib>
#include <string>

#include "language/quantity_text.hpp"
#include "models/outcomes/metric_expression.hpp"
#include "sim/decimals.hpp"

using namespace rehearse;

namespace {

/// What the C library makes of a decimal: rounded once.
double decimal(std::int64_t digits, int decimals) {
  return std::strtod((std::to_string(digits) + "e-" + std::to_string(decimals)).c_str(), nullptr);
}

/// "99.9" for 999 tenths.
std::string with_decimals(std::int64_t digits, int decimals) {
  std::string text = std::to_string(digits);
  const auto least = static_cast<std::size_t>(decimals) + 1;
  if (text.size() < least) text.insert(0, least - text.size(), '0');
  if (decimals > 0) text.insert(text.size() - static_cast<std::size_t>(decimals), ".");
  return text;
}

MetricCondition condition(const std::string& text) {
  const auto parsed = parse_condition(text);
  CAPTURE(text);
  REQUIRE(std::holds_alternative<MetricCondition>(parsed));
  return std::get<MetricCondition>(parsed);
}

bool met(const MetricCondition& condition, double value) {
  return holds(value, condition.comparison, condition.threshold);
}

}  // namespace

TEST_CASE("a ratio that is exactly the percentage of an objective meets it", "[decimals]") {
  for (int decimals = 0; decimals <= 2; ++decimals) {
    const std::int64_t whole = decimals == 0 ? 100 : decimals == 1 ? 1'000 : 10'000;
    for (std::int64_t part = 0; part <= whole; ++part) {
      const std::string percent = with_decimals(part, decimals) + "%";
      CAPTURE(percent);
      const double measured =
          quotient(static_cast<std::uint64_t>(part) * 7, static_cast<std::uint64_t>(whole) * 7);
      REQUIRE(met(condition("success_ratio >= " + percent), measured));
      REQUIRE(met(condition("error_ratio <= " + percent), measured));
      REQUIRE_FALSE(met(condition("error_ratio < " + percent), measured));
      REQUIRE_FALSE(met(condition("max(utilization) > " + percent), measured));
      REQUIRE(condition("error_ratio < " + percent).threshold == decimal(part, decimals + 2));
    }
  }
}

TEST_CASE("a quantile with two decimals is the level that its decimal says", "[decimals]") {
  for (std::int64_t part = 0; part <= 10'000; ++part) {
    const std::string text = "p" + with_decimals(part, 2) + "(latency) < 1s";
    CAPTURE(text);
    REQUIRE(condition(text).level == decimal(part, 4));
  }
}

TEST_CASE("a latency that is exactly the threshold meets it", "[decimals]") {
  for (std::int64_t count = 0; count <= 60'000; ++count) {
    CAPTURE(count);
    const double measured = Duration::milliseconds(count).in_seconds();
    REQUIRE(condition("max(latency) <= " + std::to_string(count) + "ms").threshold == measured);
    REQUIRE(condition("max(latency) <= " + with_decimals(count, 3) + "s").threshold == measured);
    REQUIRE(measured == decimal(count, 3));
  }
}

TEST_CASE("whole seconds of a day are the same in every unit", "[decimals]") {
  for (std::int64_t count = 0; count <= 86'400; ++count) {
    CAPTURE(count);
    const auto seconds = Duration::seconds(count);
    const std::string whole = std::to_string(count);
    for (const std::string& text :
         {whole + "s", whole + "000ms", whole + "000000us", whole + "000000000ns",
          std::to_string(count / 60) + "m" + std::to_string(count % 60) + "s"}) {
      REQUIRE(parse_duration(text) == seconds);
    }
    if (count % 36 == 0) {
      REQUIRE(parse_duration(with_decimals(count / 36, 2) + "h") == seconds);
    }
    if (count % 6 == 0) REQUIRE(parse_duration(with_decimals(count / 6, 1) + "m") == seconds);
    REQUIRE(parse_duration(whole + "s")->in_seconds() == static_cast<double>(count));
  }
}

TEST_CASE("what was counted in an hour is the rate that says so", "[decimals]") {
  for (std::int64_t tenths = 1; tenths <= 20'000; ++tenths) {
    CAPTURE(tenths);
    const std::string number = with_decimals(tenths, 1);
    const auto count = static_cast<std::uint64_t>(tenths);
    REQUIRE(parse_rate(number + "/s")->per_second == per_second(count, Duration::seconds(10)));
    REQUIRE(parse_rate(number + "/m")->per_second == per_second(count, Duration::minutes(10)));
    REQUIRE(parse_rate(number + "/h")->per_second == per_second(count, Duration::hours(10)));
  }
}

TEST_CASE("percentages take exponents, and nothing that is not a number", "[decimals]") {
  CHECK(parse_percentage("1e1") == 0.1);
  CHECK(parse_percentage("+2.5E+1") == 0.25);
  CHECK(parse_percentage("1e-1") == 0.001);
  for (const char* text : {"", "e", "1e", "x", "1e99999", "nan", "1 ", "1e1e1"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_percentage(text).has_value());
  }
}
