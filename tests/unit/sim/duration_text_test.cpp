#include "sim/duration_text.hpp"

#include <catch2/catch.hpp>
#include <limits>

namespace rehearse {

TEST_CASE("a duration that was said is written to the nanosecond", "[duration_text]") {
  CHECK(duration_text(Duration()) == "0s");
  CHECK(duration_text(Duration::minutes(90)) == "90m");
  CHECK(duration_text(Duration::hours(2)) == "2h");
  CHECK(duration_text(Duration::seconds(90)) == "90s");
  CHECK(duration_text(Duration::milliseconds(1500)) == "1.5s");
  CHECK(duration_text(Duration::milliseconds(-1500)) == "-1.5s");
  CHECK(duration_text(Duration::nanoseconds(1'234'567)) == "1.234567ms");
  CHECK(duration_text(Duration::nanoseconds(1'000'000'001)) == "1.000000001s");
  CHECK(duration_text(Duration::nanoseconds(7)) == "7ns");
}

TEST_CASE("a duration that was measured is rounded to what one can read", "[duration_text]") {
  CHECK(rounded_duration_text(0) == "0s");
  CHECK(rounded_duration_text(85e-9) == "85ns");
  CHECK(rounded_duration_text(0.00085) == "850us");
  CHECK(rounded_duration_text(0.0123) == "12.3ms");
  CHECK(rounded_duration_text(1.4567) == "1.46s");
  CHECK(rounded_duration_text(1.5) == "1.5s");
  CHECK(rounded_duration_text(-1.5) == "-1.5s");
  CHECK(rounded_duration_text(60.000000000000007) == "1m");
  CHECK(rounded_duration_text(150.2) == "2m 30s");
  CHECK(rounded_duration_text(3661.5) == "1h 1m");
  CHECK(rounded_duration_text(std::numeric_limits<double>::infinity()) == "never");
  CHECK(rounded_duration_text(std::numeric_limits<double>::quiet_NaN()) == "-");
}

TEST_CASE("a rounded duration is never sixty or a thousand of the smaller unit",
          "[duration_text]") {
  CHECK(rounded_duration_text(0.9996e-6) == "1us");
  CHECK(rounded_duration_text(0.9996e-3) == "1ms");
  CHECK(rounded_duration_text(0.99949) == "999ms");
  CHECK(rounded_duration_text(0.9996) == "1s");
  CHECK(rounded_duration_text(9.996) == "10s");
  CHECK(rounded_duration_text(59.96) == "1m");
  CHECK(rounded_duration_text(119.6) == "2m");
  CHECK(rounded_duration_text(3599.6) == "1h");
}

}  // namespace rehearse
