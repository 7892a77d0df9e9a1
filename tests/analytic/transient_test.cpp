// M/M/1 that starts empty, at time t: probabilities of the birth-death process by uniformisation
// (Jensen 1953). Jobs are averaged over a ten-thousandth of a service time, and one probe arrives
// at its beginning: it needs no time exactly when the station is empty, and otherwise stays to be
// counted.

#include <catch2/catch.hpp>

#include "tests/support/claims.hpp"
#include "tests/support/network_formulas.hpp"

using namespace rehearse;
using namespace rehearse::testing;

namespace {

System looked_at(double lambda, double t) {
  ModelSpec model = station(exponential(unit));
  add_poisson(model, lambda / unit);
  add_probe(model, 1);
  ReplaySpec once;
  once.arrivals = {{Duration::rounded_seconds(t * unit), ""}};
  model.workloads["probe"].arrivals = once;
  return System(model, quiet((t + 1e-4) * unit, t * unit));
}

std::vector<Claim> claims_at(double lambda, double t) {
  const std::vector<double> exact = transient_mm1(lambda, 1, t);
  double jobs = 0;
  for (std::size_t n = 0; n < exact.size(); ++n) jobs += static_cast<double>(n) * exact[n];
  return {
      {"P(N = 0)", exact[0], [](const Outcome& o) { return 1 - fraction_delayed(o, 0); }, 0.02},
      {"E[N]", jobs, [](const Outcome& o) { return jobs_in_system(o) - fraction_delayed(o, 0); },
       0.01},
  };
}

}  // namespace

TEST_CASE("five service times after it was empty, M/M/1 is as theory says", "[analytic]") {
  const std::vector<Claim> claims = claims_at(0.8, 5);
  REQUIRE(matches_reference(claims[0].exact, 0.348967942941));
  REQUIRE(matches_reference(claims[1].exact, 1.46946082779));

  check_claims(looked_at(0.8, 5), {30'000, 1801}, claims);
  CHECK(refutes(looked_at(0.8 * 1.04, 5), {30'000, 1802}, claims));
}

TEST_CASE("twenty service times after it was empty, M/M/1 is as theory says", "[analytic]") {
  const std::vector<Claim> claims = claims_at(0.8, 20);
  REQUIRE(matches_reference(claims[0].exact, 0.244852397859));
  REQUIRE(matches_reference(claims[1].exact, 2.64763492396));

  check_claims(looked_at(0.8, 20), {30'000, 1803}, claims);
  CHECK(refutes(looked_at(0.8 * 1.03, 20), {30'000, 1804}, claims));
}

TEST_CASE("an overloaded M/M/1 grows as theory says", "[analytic]") {
  const std::vector<Claim> claims = claims_at(1.3, 20);
  REQUIRE(matches_reference(claims[1].exact, 8.60118016403));

  check_claims(looked_at(1.3, 20), {20'000, 1805}, {claims[1]});
  CHECK(refutes(looked_at(1.3 * 1.03, 20), {20'000, 1806}, {claims[1]}));
}
