// Power of two choices in the limit of many instances: the fraction with at least k jobs is s_k =
// rho^{2^k - 1}, hence E[T] = sum_{i >= 1} rho^{2^i - 2}. Who joins behind k jobs stays for k + 1
// exponential services; who comes to an instance at random waits for k. Vvedenskaya, Dobrushin and
// Karpelevich 1996; Mitzenmacher 1996.
// N instances differ from the limit by O(1/N); with draws with replacement one in N pairs is no
// choice at all. Between N and 2N the difference halves: 2 f(2N) - f(N) misses the limit by
// O(1/N^2) only.

#include <catch2/catch.hpp>
#include <cmath>

#include "tests/support/claims.hpp"
#include "tests/support/queueing_formulas.hpp"

using namespace rehearse;
using namespace rehearse::testing;

namespace {

constexpr double rho = 0.9;
constexpr int instances = 200;

/// The fraction of instances with at least `jobs`.
double at_least(int jobs) {
  return std::pow(rho, std::pow(2, jobs) - 1);
}

/// P(wait > t) of who comes to an instance at random.
double random_wait_tail(double t) {
  double sum = 0;
  for (int k = 1; k <= 12; ++k) sum += (at_least(k) - at_least(k + 1)) * erlang_tail(k, t);
  return sum;
}

/// P(response > t) of who takes the better of two.
double chosen_response_tail(double t) {
  double sum = 0;
  for (int k = 0; k <= 12; ++k) {
    sum += (std::pow(at_least(k), 2) - std::pow(at_least(k + 1), 2)) * erlang_tail(k + 1, t);
  }
  return sum;
}

System farm(int size, int choices, double length) {
  ModelSpec model = station(exponential(unit));
  model.services["station"].instances = size;
  LoadBalancerSpec& balancer = add_poisson(model, rho * size / unit).calls["station"].load_balancer;
  balancer = {BalancingPolicy::least_request, choices};
  add_probe(model, 0.2 * size / unit);
  model.workloads["probe"].calls["station"].load_balancer.policy = BalancingPolicy::random;
  return System(model, quiet((length + 30) * unit, 30 * unit));
}

std::vector<Claim> limit_claims() {
  double response = 0;
  for (int i = 1; i <= 12; ++i) response += std::pow(rho, std::pow(2, i) - 2);
  return {
      {"E[T]", response, [](const Outcome& o) { return mean_response(o, 1); }, 0.015},
      {"P(T > 6)", chosen_response_tail(6), [](const Outcome& o) { return response_tail(o, 6, 1); },
       0.05},
      {"P(Wq > 0) at random", at_least(1), [](const Outcome& o) { return fraction_delayed(o, 0); },
       0.01},
      {"P(Wq > 4) at random", random_wait_tail(4),
       [](const Outcome& o) { return response_tail(o, 4, 0); }, 0.04},
  };
}

/// 2 f(2N) - f(N), with its standard error.
std::vector<Estimate> extrapolated(int choices, double length, std::uint64_t seed) {
  const std::vector<Claim> claims = limit_claims();
  const std::function<std::vector<double>(const Outcome&)> values = [&](const Outcome& o) {
    std::vector<double> row;
    for (const Claim& claim : claims) row.push_back(claim.measure(o));
    return row;
  };
  const auto small = replicated(farm(instances, choices, 2 * length), 30, seed, values);
  auto large = replicated(farm(2 * instances, choices, length), 30, seed + 1, values);
  for (std::size_t i = 0; i < large.size(); ++i) {
    large[i].mean = 2 * large[i].mean - small[i].mean;
    large[i].standard_error = std::hypot(2 * large[i].standard_error, small[i].standard_error);
  }
  return large;
}

}  // namespace

TEST_CASE("two choices among many instances approach the mean field", "[analytic]") {
  const std::vector<Claim> claims = limit_claims();
  REQUIRE(matches_reference(claims[0].exact, 2.61405737732));
  REQUIRE(matches_reference(at_least(3), 0.4782969));

  const std::vector<Estimate> simulated = extrapolated(2, 150, 1901);
  const std::vector<Estimate> spoiled = extrapolated(3, 30, 1903);

  for (std::size_t i = 0; i < claims.size(); ++i) {
    INFO(claims[i].what << ": limit " << claims[i].exact << ", simulated " << simulated[i].mean
                        << " with standard error " << simulated[i].standard_error);
    CHECK(agrees(simulated[i], claims[i].exact));
    CHECK(simulated[i].standard_error <= claims[i].precision * claims[i].exact);
  }
  CHECK_FALSE(agrees(spoiled[0], claims[0].exact));
}

TEST_CASE("a choice of one is no choice", "[analytic]") {
  REQUIRE(matches_reference(std::pow(rho, 3), 0.729));
  const std::vector<Claim> claims = {
      {"E[T]", 1 / (1 - rho), [](const Outcome& o) { return mean_response(o, 1); }, 0.02},
      {"P(Wq > 4) at random", rho * std::exp(-(1 - rho) * 4),
       [](const Outcome& o) { return response_tail(o, 4, 0); }, 0.02},
  };
  const auto long_farm = [](int choices, double length) {
    ModelSpec model = station(exponential(unit));
    model.services["station"].instances = 50;
    add_poisson(model, rho * 50 / unit).calls["station"].load_balancer = {
        BalancingPolicy::least_request, choices};
    add_probe(model, 0.2 * 50 / unit);
    model.workloads["probe"].calls["station"].load_balancer.policy = BalancingPolicy::random;
    return System(model, quiet((length + 1'500) * unit, 1'500 * unit));
  };

  check_claims(long_farm(1, 1'500), {32, 1905}, claims);
  CHECK(refutes(long_farm(2, 300), {32, 1906}, claims));
}
