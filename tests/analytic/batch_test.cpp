// M^X/M/1: batches of X requests come as a Poisson process. With rho = rate E[X] / mu:
// L = rho (1 + E[X^2] / E[X]) / (2 (1 - rho)), W = L / (rate E[X]). Gross and Harris, section 3.1.
// Fixed size k: E[X^2] / E[X] = k. Geometric on 1, 2, ... with mean m: 2 m - 1.

#include <catch2/catch.hpp>

#include "tests/support/claims.hpp"

using namespace rehearse;
using namespace rehearse::testing;

namespace {

System batches(double rate, const CountLawSpec& size, double length) {
  ModelSpec model = station(exponential(unit));
  add_poisson(model, 1).arrivals = BatchSpec{{rate / unit}, size};
  return System(model, quiet((length + 1'000) * unit, 1'000 * unit));
}

std::vector<Claim> batch_claims(double rate, double mean, double second_over_mean) {
  const double rho = rate * mean;
  const double jobs = rho * (1 + second_over_mean) / (2 * (1 - rho));
  return {
      {"L", jobs, [](const Outcome& o) { return jobs_in_system(o); }, 0.012},
      {"W", jobs / rho, [](const Outcome& o) { return mean_response(o); }, 0.012},
  };
}

CountLawSpec size(CountLawSpec::Kind kind, double mean) {
  return {kind, mean, {}};
}

}  // namespace

TEST_CASE("batches of five queue as theory says", "[analytic]") {
  const std::vector<Claim> claims = batch_claims(0.15, 5, 5);
  REQUIRE(matches_reference(claims[0].exact, 9));
  REQUIRE(matches_reference(claims[1].exact, 12));

  check_claims(batches(0.15, size(CountLawSpec::Kind::constant, 5), 120'000), {32, 701}, claims);
  CHECK(refutes(batches(0.75, size(CountLawSpec::Kind::constant, 1), 5'000), {32, 702}, claims));
  CHECK(refutes(batches(0.155, size(CountLawSpec::Kind::constant, 5), 50'000), {32, 703}, claims));
}

TEST_CASE("geometric batches queue as theory says", "[analytic]") {
  const std::vector<Claim> claims = batch_claims(0.2, 3, 2 * 3 - 1);

  check_claims(batches(0.2, size(CountLawSpec::Kind::geometric, 3), 60'000), {32, 704}, claims);
  CHECK(refutes(batches(0.2, size(CountLawSpec::Kind::constant, 3), 10'000), {32, 705}, claims));
}
