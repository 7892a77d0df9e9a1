// M/M/1 FIFO: Poisson arrivals of rate lambda, exponential service of rate mu, one worker.
// L = rho / (1 - rho), W = 1 / (mu - lambda), Wq = rho W; the response is exponential of rate
// mu - lambda, and P(Wq > t) = rho exp(-(mu - lambda) t). Asymptotic variance of the time average
// of L, per unit of time: 2 rho (1 + rho) / (mu (1 - rho)^4).
// Kleinrock, Queueing Systems 1 (1975), chapter 3; Whitt, Planning queueing simulations (1989).

#include <catch2/catch.hpp>
#include <cmath>

#include "tests/support/claims.hpp"
#include "tests/support/queueing_formulas.hpp"

using namespace rehearse;
using namespace rehearse::testing;

namespace {

System mm1(double arrival_rate, double service_rate, double length, double warm_up) {
  ModelSpec model = station(exponential(unit / service_rate));
  add_poisson(model, arrival_rate / unit);
  return System(model, quiet((length + warm_up) * unit, warm_up * unit));
}

/// `precision` is that of the means; rare events are known less well.
std::vector<Claim> mm1_claims(double lambda, double mu, double threshold, double precision) {
  const double rho = lambda / mu;
  const double p99 = std::log(100) / (mu - lambda);
  return {
      {"utilisation", rho, [](const Outcome& o) { return utilization(o); }, precision},
      {"L", rho / (1 - rho), [](const Outcome& o) { return jobs_in_system(o); }, precision},
      {"Wq", rho / (mu - lambda), [](const Outcome& o) { return mean_waiting(o); }, precision},
      {"W", 1 / (mu - lambda), [](const Outcome& o) { return mean_response(o); }, precision},
      {"P(T > threshold)", std::exp(-(mu - lambda) * threshold),
       [=](const Outcome& o) { return response_tail(o, threshold); }, 4 * precision},
      {"P(T > p99)", 0.01, [=](const Outcome& o) { return response_tail(o, p99); }, 8 * precision},
  };
}

}  // namespace

TEST_CASE("M/M/1 at 80 % has the means and the tail of theory", "[analytic]") {
  const std::vector<Claim> claims = mm1_claims(0.8, 1, 10, 0.007);
  REQUIRE(matches_reference(claims[1].exact, 4));
  REQUIRE(matches_reference(claims[2].exact, 4));
  REQUIRE(matches_reference(claims[3].exact, 5));
  REQUIRE(matches_reference(claims[4].exact, 0.135335283237));
  REQUIRE(matches_reference(std::log(100) / 0.2, 23.0258509299));

  check_claims(mm1(0.8, 1, 150'000, 1'000), {32, 101}, claims);
  CHECK(refutes(mm1(0.8, 1 / 1.03, 20'000, 1'000), {32, 102}, claims));
}

TEST_CASE("M/M/1 at 95 % has the means and the tail of theory", "[analytic]") {
  const std::vector<Claim> claims = mm1_claims(0.95, 1, 60, 0.02);
  REQUIRE(matches_reference(claims[3].exact, 20));
  REQUIRE(matches_reference(claims[4].exact, 0.0497870683679));

  check_claims(mm1(0.95, 1, 500'000, 20'000), {32, 103}, claims);
  CHECK(refutes(mm1(0.95, 1 / 1.03, 60'000, 20'000), {32, 104}, claims));
}

TEST_CASE("an arrival at M/M/1 waits as theory says", "[analytic]") {
  const auto probed = [](double service_rate, double length) {
    ModelSpec model = station(exponential(unit / service_rate));
    add_poisson(model, 0.8 / unit);
    add_probe(model, 0.4 / unit);
    return System(model, quiet((length + 1'000) * unit, 1'000 * unit));
  };
  const std::vector<Claim> claims = {
      {"P(Wq > 0)", 0.8, [](const Outcome& o) { return fraction_delayed(o, 0); }},
      {"P(Wq > 10)", 0.8 * std::exp(-0.2 * 10),
       [](const Outcome& o) { return response_tail(o, 10, 0); }, 0.02},
  };
  REQUIRE(matches_reference(claims[1].exact, 0.108268226589));

  check_claims(probed(1, 60'000), {32, 105}, claims);
  CHECK(refutes(probed(1 / 1.04, 20'000), {32, 106}, claims));
}

TEST_CASE("averages of M/M/1 vary from run to run as much as theory says", "[analytic][.slow]") {
  constexpr double rho = 0.8;
  constexpr double length = 20'000;
  const double exact = 2 * rho * (1 + rho) / std::pow(1 - rho, 4);
  REQUIRE(matches_reference(exact, 1800));
  // Squared deviations from the known mean: their average is an unbiased variance. Runs of 220
  // relaxation times are as good as infinite ones at this precision.
  const std::vector<Claim> claims = {
      {"length times the variance of the average of L", exact,
       [](const Outcome& o) { return length * std::pow(jobs_in_system(o) - rho / (1 - rho), 2); },
       0.1}};
  ModelSpec steady = station(constant(unit));
  add_poisson(steady, rho / unit);
  const System md1(steady, quiet((length + 1'000) * unit, 1'000 * unit));

  check_claims(mm1(rho, 1, length, 1'000), {800, 107}, claims);
  CHECK(refutes(md1, {200, 108}, claims));
}
