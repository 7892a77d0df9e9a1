#include "language/quantity_text.hpp"

#include <catch2/catch.hpp>

#include "sim/duration_text.hpp"
#include "sim/random/random_stream.hpp"

using namespace rehearse;

TEST_CASE("durations are read exactly, with any unit and in parts", "[language]") {
  CHECK(parse_duration("80ns") == Duration::nanoseconds(80));
  CHECK(parse_duration("150us") == Duration::microseconds(150));
  CHECK(parse_duration("150\u00b5s") == Duration::microseconds(150));
  CHECK(parse_duration("250ms") == Duration::milliseconds(250));
  CHECK(parse_duration("1.5s") == Duration::milliseconds(1500));
  CHECK(parse_duration("10m") == Duration::minutes(10));
  CHECK(parse_duration("2h") == Duration::hours(2));
  CHECK(parse_duration("1m30s") == Duration::seconds(90));
  CHECK(parse_duration("1h2m3s4ms5us6ns") == Duration::nanoseconds(3'723'004'005'006));
  CHECK(parse_duration("0.1s") == Duration::milliseconds(100));
  CHECK(parse_duration("-1s") == Duration::seconds(-1));
  CHECK(parse_duration("0.4ns") == Duration());
  CHECK(parse_duration("0.5ns") == Duration::nanoseconds(1));
}

TEST_CASE("what is not a duration is refused", "[language]") {
  for (const char* text : {"",
                           "-",
                           "5",
                           "s",
                           "1.s",
                           ".5s",
                           "1 s",
                           "1s ",
                           "1d",
                           "30s1m",
                           "1s1s",
                           "1e3s",
                           "+1s",
                           "--1s",
                           "1..5s",
                           "nan",
                           "1sm",
                           "99999999999999999999s",
                           "999999999999999999h",
                           "1m-30s"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_duration(text).has_value());
  }
}

TEST_CASE("a written duration reads back as the same", "[language]") {
  RandomStream stream(1, 2, 3);
  for (int i = 0; i < 2'000; ++i) {
    // All magnitudes up to thirty days; every other one is round.
    const auto bound = std::uint64_t{1} << (1 + stream.below(51));
    auto count = static_cast<std::int64_t>(stream.below(bound));
    if (i % 2 == 0) count -= count % 1'000'000;
    const Duration duration = Duration::nanoseconds(count);

    CHECK(parse_duration(duration_text(duration)) == duration);
  }
}

TEST_CASE("rates say their unit", "[language]") {
  CHECK(parse_rate("84/s")->per_second == 84);
  CHECK(parse_rate("30/m")->per_second == 0.5);
  CHECK(parse_rate("30/min")->per_second == 0.5);
  CHECK(parse_rate("36/h")->per_second == 0.01);
  CHECK(parse_rate("1e3/s")->per_second == 1000);
  for (const char* text :
       {"84", "/s", "84/", "84/d", "84 /s", "inf/s", "nan/s", "1e999/s", "0x10/s"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_rate(text).has_value());
  }
}
