#include "studies/draws.hpp"

#include <catch2/catch.hpp>

#include <limits>

using namespace rehearse;

TEST_CASE("replications of one draw count for less when they go together", "[studies]") {
  // Four draws, three replications each: 0, 1, 2, 3, 0, 1, ...
  const std::vector<std::uint8_t> by_draw = {1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0};
  CHECK(design_effect(by_draw, 4) == Approx(3));  // each draw decides: 12 count for 4

  // Within draws as between them: three misses in three draws.
  const std::vector<std::uint8_t> apart = {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0};
  CHECK(design_effect(apart, 4) == Approx(1));

  // By hand: two draws, m = 2, counts 2 and 1. share 3/4; between 2 * 2 / 16 = 1/4;
  // within 2 * 1/4 / 2 = 1/4; rho = 0.
  CHECK(design_effect({1, 1, 1, 0}, 2) == Approx(1));
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
