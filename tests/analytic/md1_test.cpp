// M/D/1 FIFO: P(Wq <= t) = (1 - rho) sum_{k <= t/D} (lambda (kD - t))^k / k! exp(-lambda (kD - t)).
// Erlang 1909; Crommelin 1932. The response is the waiting time plus D.

#include <catch2/catch.hpp>

#include "tests/support/claims.hpp"
#include "tests/support/queueing_formulas.hpp"

using namespace rehearse;
using namespace rehearse::testing;

namespace {

System md1(double service, double length) {
  ModelSpec model = station(constant(service * unit));
  add_poisson(model, 0.8 / unit);
  return System(model, quiet((length + 500) * unit, 500 * unit));
}

Claim waiting_cdf(double t, double precision) {
  return {"P(Wq <= " + std::to_string(t) + ")", md1_waiting_cdf(0.8, 1, t),
          [=](const Outcome& o) { return 1 - response_tail(o, t + 1); }, precision};
}

}  // namespace

TEST_CASE("waiting in M/D/1 has Erlang's law", "[analytic]") {
  const double p99 =
      root_of_falling([](double t) { return 1 - md1_waiting_cdf(0.8, 1, t); }, 0.01, 20);
  REQUIRE(matches_reference(p99, 10.355886792));
  std::vector<Claim> claims = {waiting_cdf(1, 0.005), waiting_cdf(2.5, 0.004),
                               waiting_cdf(5, 0.002), waiting_cdf(10, 0.001)};
  REQUIRE(matches_reference(claims[0].exact, 0.445108185698));
  REQUIRE(matches_reference(claims[1].exact, 0.704852353492));
  REQUIRE(matches_reference(claims[2].exact, 0.899502761754));
  REQUIRE(matches_reference(claims[3].exact, 0.988342891735));
  claims.push_back(
      {"P(Wq > p99)", 0.01, [=](const Outcome& o) { return response_tail(o, p99 + 1); }, 0.06});
  claims.push_back({"Wq", pollaczek_khinchine(0.8, constant_moments(1)),
                    [](const Outcome& o) { return mean_waiting(o); }, 0.007});
  REQUIRE(matches_reference(claims.back().exact, 2));

  check_claims(md1(1, 70'000), {32, 401}, claims);
  CHECK(refutes(md1(1.02, 20'000), {32, 402}, claims));
}
