// M/G/1 FIFO: Wq = lambda E[S^2] / (2 (1 - rho)), E[Wq^2] = 2 Wq^2 + lambda E[S^3] / (3 (1 - rho)),
// by Pollaczek and Khinchine and by Takacs' recursion (Kleinrock 1, chapter 5). Waiting and own
// service are independent, so E[T^2] = E[Wq^2] + 2 Wq E[S] + E[S^2].
// The Pareto law of shape 3.5 has no fourth moment: the average of Wq has no variance to compute a
// tolerance from, and only work itself is checked.

#include <catch2/catch.hpp>
#include <cmath>

#include "tests/support/claims.hpp"
#include "tests/support/queueing_formulas.hpp"

using namespace rehearse;
using namespace rehearse::testing;

namespace {

System mg1(double lambda, const LawSpec& service, double length) {
  ModelSpec model = station(service);
  add_poisson(model, lambda / unit);
  return System(model, quiet((length + 1'000) * unit, 1'000 * unit));
}

std::vector<Claim> mg1_claims(double lambda, const Moments& service, double precision) {
  const double waiting = pollaczek_khinchine(lambda, service);
  const double second = second_moment_of_waiting(lambda, service);
  return {
      {"utilisation", lambda * service.first, [](const Outcome& o) { return utilization(o); },
       0.005},
      {"Wq", waiting, [](const Outcome& o) { return mean_waiting(o); }, precision},
      {"W", waiting + service.first, [](const Outcome& o) { return mean_response(o); }, precision},
      {"E[T^2]", second + 2 * waiting * service.first + service.second,
       [](const Outcome& o) { return second_moment_of_response(o); }, 5 * precision},
  };
}

/// The moments tell laws apart by themselves: a twin works three percent longer, on average.
void check_law(const LawSpec& law, const Moments& moments, double precision, std::uint64_t seed,
               double length = 60'000) {
  const std::vector<Claim> claims = mg1_claims(0.7, moments, precision);

  check_claims(mg1(0.7, law, length), {32, seed}, claims);
  CHECK(refutes(mg1(0.7 * 1.03, law, length), {32, seed + 1}, claims));
}

}  // namespace

TEST_CASE("M/D/1 has Pollaczek's and Khinchine's moments", "[analytic]") {
  REQUIRE(matches_reference(pollaczek_khinchine(0.7, constant_moments(1)), 1.16666666667));
  REQUIRE(matches_reference(second_moment_of_waiting(0.7, constant_moments(1)), 3.5));

  check_law(constant(unit), constant_moments(1), 0.006, 301);
}

TEST_CASE("M/E4/1 has Pollaczek's and Khinchine's moments", "[analytic]") {
  REQUIRE(matches_reference(pollaczek_khinchine(0.7, gamma_moments(1, 4)), 1.45833333333));
  REQUIRE(matches_reference(second_moment_of_waiting(0.7, gamma_moments(1, 4)), 5.71180555556));

  check_law(erlang(4, 1), gamma_moments(1, 4), 0.007, 303);
}

TEST_CASE("M/M/1 has Pollaczek's and Khinchine's moments", "[analytic]") {
  REQUIRE(matches_reference(pollaczek_khinchine(0.7, gamma_moments(1, 1)), 2.33333333333));
  REQUIRE(matches_reference(second_moment_of_waiting(0.7, gamma_moments(1, 1)), 15.5555555556));

  check_law(exponential(unit), gamma_moments(1, 1), 0.01, 305);
}

TEST_CASE("M/G/1 with lognormal service has Pollaczek's and Khinchine's moments", "[analytic]") {
  const Moments moments = lognormal_moments(1, 4);
  REQUIRE(matches_reference(pollaczek_khinchine(0.7, moments), 5.83333333333));

  const std::vector<Claim> claims = mg1_claims(0.7, moments, 0.04);
  check_claims(mg1(0.7, lognormal_with(1, 4), 80'000), {32, 307},
               {claims[0], claims[1], claims[2]});
  CHECK(refutes(mg1(0.7, lognormal_with(1, 3), 80'000), {32, 308}, claims));
}

TEST_CASE("M/G/1 with Weibull service has Pollaczek's and Khinchine's moments", "[analytic]") {
  const Moments moments = weibull_moments(0.5, 0.5);
  REQUIRE(matches_reference(pollaczek_khinchine(0.7, moments), 7));
  const LawSpec law{{}, WeibullSpec{Duration::rounded_seconds(unit / 2), 0.5}};

  const std::vector<Claim> claims = mg1_claims(0.7, moments, 0.03);
  check_claims(mg1(0.7, law, 80'000), {32, 309}, {claims[0], claims[1], claims[2]});
  CHECK(refutes(mg1(0.7 * 1.04, law, 80'000), {32, 310}, claims));
}

TEST_CASE("M/H2/1 has Pollaczek's and Khinchine's moments", "[analytic]") {
  check_law(hyperexponential({0.9, 0.1}, {0.5, 5.5}),
            hyperexponential_moments({0.9, 0.1}, {0.5, 5.5}), 0.03, 311, 80'000);
}

TEST_CASE("M/G/1 with Pareto service works as much as arrives", "[analytic]") {
  const auto pareto = [](double mean) {
    return LawSpec{{}, ParetoSpec{Duration::rounded_seconds(mean * unit * 2.5 / 3.5), 3.5}};
  };
  const std::vector<Claim> claims = {
      {"utilisation", 0.7, [](const Outcome& o) { return utilization(o); }},
      {"E[S]", 1, [](const Outcome& o) { return mean_response(o) - mean_waiting(o); }},
  };
  REQUIRE(matches_reference(pollaczek_khinchine(0.7, {1, std::pow(2.5 / 3.5, 2) * 3.5 / 1.5, 0}),
                            1.38888888889));

  check_claims(mg1(0.7, pareto(1), 20'000), {32, 313}, claims);
  CHECK(refutes(mg1(0.7, pareto(1.03), 20'000), {32, 314}, claims));
}
