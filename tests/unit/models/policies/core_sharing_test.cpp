// The pace of pieces of work that share cores, against values worked out by hand.

#include "models/policies/core_sharing.hpp"

#include <catch2/catch.hpp>

namespace rehearse {

TEST_CASE("with sharpness one every piece slows the others down", "[models]") {
  const CorePaces paces(4, 1);
  CHECK(paces.pace(1) == Approx(4. / 5));
  CHECK(paces.pace(4) == Approx(1. / 2));
  CHECK(paces.pace(12) == Approx(1. / 4));
  CHECK(paces.busy_thousandths(0) == 0);
  CHECK(paces.busy_thousandths(12) == 3'000);
}

TEST_CASE("with sharpness two the pace is one over the root of a sum of squares", "[models]") {
  const CorePaces paces(3, 2);
  CHECK(paces.pace(4) == Approx(3. / 5));
  CHECK(paces.busy_thousandths(4) == 2'400);
}

TEST_CASE("a sharp bend is none", "[models]") {
  const CorePaces paces(4, 1'000);
  CHECK(paces.pace(3) == Approx(1));
  CHECK(paces.pace(8) == Approx(0.5));
}

TEST_CASE("the pace falls on, and all cores are at work in the end", "[models]") {
  for (const double sharpness : {0.1, 1.0, 7.0, 1'000.0}) {
    for (const double cores : {0.001, 1.0, 64.0, 10'000.0}) {
      CAPTURE(sharpness, cores);
      const CorePaces paces(cores, sharpness);
      for (const std::uint32_t running : {1U, 254U, 255U, 256U, 100'000U}) {
        CHECK(paces.pace(running + 1) <= paces.pace(running));
        CHECK(paces.pace(running + 1) * (running + 1) >=
              paces.pace(running) * running * (1 - 1e-12));
        CHECK(paces.pace(running) > 0);
      }
    }
  }
  CHECK(CorePaces(8, 1).busy_thousandths(4'000'000'000) == 8'000);
}

}  // namespace rehearse
