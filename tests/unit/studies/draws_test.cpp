#include "studies/draws.hpp"

#include <catch2/catch.hpp>

#include <cmath>
#include <limits>

using namespace rehearse;

TEST_CASE("replications of one draw count for less when they go together", "[studies]") {
  // Four draws, three replications each: 0, 1, 2, 3, 0, 1, ...
  const std::vector<std::uint8_t> by_draw = {1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0};
  CHECK(design_effect(by_draw, 4) == Approx(3));  // each draw decides: 12 count for 4

  // Fifty draws, four replications each, of which two: nothing goes together, as far as 200 tell.
  std::vector<std::uint8_t> apart;
  for (int i = 0; i < 200; ++i) apart.push_back(i / 50 % 2 == 0 ? 1 : 0);
  CHECK(design_effect(apart, 50) == Approx(1 + 3 * 2 * std::sqrt(2.0 / (4 * 3 * 49))));

  // The same number by draws: half of them always, half of them never.
  std::vector<std::uint8_t> together;
  for (int i = 0; i < 200; ++i) together.push_back(i % 50 < 25 ? 1 : 0);
  CHECK(design_effect(together, 50) == Approx(4));
}

TEST_CASE("a miss makes no verdict better than none", "[studies]") {
  std::vector<std::uint8_t> happened(1'000, 0);
  CHECK(design_effect(happened, 100) == Approx(10));
  happened[17] = 1;
  CHECK(design_effect(happened, 100) == Approx(10));
  CHECK(design_effect(happened, 1) == Approx(1'000));
}

TEST_CASE("where all happened alike each draw counts once", "[studies]") {
  CHECK(design_effect(std::vector<std::uint8_t>(200, 0), 100) == Approx(2));
  CHECK(design_effect(std::vector<std::uint8_t>(200, 1), 50) == Approx(4));
  CHECK(design_effect(std::vector<std::uint8_t>(80, 0), 100) == Approx(1));
}

TEST_CASE("a range leaves out a fortieth on either side", "[studies]") {
  std::vector<double> values;
  for (int i = 1; i <= 80; ++i) values.push_back(i);
  CHECK(range_of(values) == Interval{.lower = 3, .upper = 78});
  CHECK(range_of({3, 1, 2}) == Interval{.lower = 1, .upper = 3});
  const double nothing = std::numeric_limits<double>::quiet_NaN();
  CHECK(range_of({nothing, 1, 2, std::numeric_limits<double>::infinity()}).lower == 1);
}
