// M/M/1 that starts empty: P(it holds B jobs at some time up to t), by uniformisation of the
// birth-death process that ends at B. The outcome's `most_in_system` says whether it did.

#include <catch2/catch.hpp>

#include "tests/support/claims.hpp"
#include "tests/support/network_formulas.hpp"

using namespace rehearse;
using namespace rehearse::testing;

namespace {

System from_empty(double lambda) {
  ModelSpec model = station(exponential(unit));
  add_poisson(model, lambda / unit);
  return System(model, quiet(500 * unit));
}

Claim reaches_claim(int level, double precision) {
  return {"P(N reaches " + std::to_string(level) + " by 500)", reaches(level, 0.6, 1, 500),
          [=](const Outcome& o) {
            const auto most = o.intervals.front().services.front().most_in_system;
            return most >= static_cast<std::uint64_t>(level) ? 1.0 : 0.0;
          },
          precision};
}

}  // namespace

TEST_CASE("M/M/1 reaches fifteen jobs within 500 service times as often as theory says",
          "[analytic]") {
  const std::vector<Claim> claims = {reaches_claim(15, 0.05), reaches_claim(8, 0.02)};
  REQUIRE(matches_reference(claims[0].exact, 0.035356102301));
  REQUIRE(matches_reference(reaches(25, 0.6, 1, 500), 0.000205255000419));
  REQUIRE(matches_reference(reaches(40, 0.6, 1, 500), 8.84928126679e-08));

  check_claims(from_empty(0.6), {15'000, 2001}, claims);
  CHECK(refutes(from_empty(0.62), {10'000, 2002}, claims));
}

TEST_CASE("M/M/1 reaches 25 jobs within 500 service times as often as theory says",
          "[analytic][.slow]") {
  const std::vector<Claim> claims = {reaches_claim(25, 0.2)};

  check_claims(from_empty(0.6), {300'000, 2003}, claims);
  CHECK(refutes(from_empty(0.64), {100'000, 2004}, claims));
}
