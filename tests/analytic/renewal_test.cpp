// GI/M/1: sigma is the root of sigma = A*(mu (1 - sigma)), A* the transform of the interarrival
// time. Wq = sigma / (mu (1 - sigma)), P(Wq > t) = sigma exp(-mu (1 - sigma) t), and the response
// is exponential of rate mu (1 - sigma). Kleinrock 1, chapter 6.
// D/M/1: arrivals at equal distances. E4/M/1: Poisson arrivals in turn to four instances.

#include <catch2/catch.hpp>
#include <cmath>

#include "tests/support/claims.hpp"
#include "tests/support/queueing_formulas.hpp"

using namespace rehearse;
using namespace rehearse::testing;

namespace {

constexpr double lambda = 0.8;

std::vector<Claim> claims_of(double sigma, std::size_t endpoint) {
  const double rate = 1 - sigma;
  return {
      {"W", sigma / rate + 1, [=](const Outcome& o) { return mean_response(o, endpoint); }, 0.008},
      {"P(T > 5)", std::exp(-5 * rate),
       [=](const Outcome& o) { return response_tail(o, 5, endpoint); }, 0.015},
  };
}

ReplaySpec every(Duration period, Duration offset) {
  ReplaySpec replay;
  replay.arrivals = {{offset, ""}};
  replay.repeat = true;
  replay.period = period;
  return replay;
}

/// A probe comes a microunit before each job and waits as the job will.
System paced(double service_rate, double length) {
  ModelSpec model = station(exponential(unit / service_rate));
  const Duration period = Duration::rounded_seconds(unit / lambda);
  const Duration just_before = Duration::nanoseconds(1);
  add_poisson(model, 1).arrivals = every(period, just_before);
  add_probe(model, 1);
  model.workloads["probe"].arrivals = every(period, {});
  return System(model, quiet((length + 500) * unit, 500 * unit));
}

System in_turn(BalancingPolicy policy, double length) {
  ModelSpec model = station(exponential(unit));
  model.services["station"].instances = 4;
  add_poisson(model, 4 * lambda / unit).calls["station"].load_balancer.policy = policy;
  return System(model, quiet((length + 500) * unit, 500 * unit));
}

}  // namespace

TEST_CASE("paced arrivals wait as the root of D/M/1 says", "[analytic]") {
  const double sigma = gi_m_1_root([](double s) { return std::exp(-s / lambda); }, 1);
  std::vector<Claim> claims = claims_of(sigma, 1);
  claims.push_back({"P(Wq > 0)", sigma, [](const Outcome& o) { return fraction_delayed(o, 0); }});
  claims.push_back(
      {"Wq", sigma / (1 - sigma), [](const Outcome& o) { return mean_response(o, 0); }, 0.01});
  claims.push_back({"P(Wq > 5)", sigma * std::exp(-5 * (1 - sigma)),
                    [](const Outcome& o) { return response_tail(o, 5, 0); }, 0.015});
  REQUIRE(matches_reference(claims[2].exact, 0.628629796497));
  REQUIRE(matches_reference(claims[3].exact, 1.69273083992));
  REQUIRE(matches_reference(claims[4].exact, 0.0981691005101));

  check_claims(paced(1, 90'000), {32, 1301}, claims);
  CHECK(refutes(paced(1 / 1.03, 20'000), {32, 1302}, claims));
}

TEST_CASE("arrivals dealt to four instances in turn wait as the root of E4/M/1 says",
          "[analytic]") {
  const auto transform = [](double s) { return std::pow(4 * lambda / (4 * lambda + s), 4); };
  const double sigma = gi_m_1_root(transform, 1);
  REQUIRE(matches_reference(sigma, 0.693944721752));
  REQUIRE(matches_reference(sigma / (1 - sigma), 2.26738361032));
  REQUIRE(matches_reference(sigma * std::exp(-5 * (1 - sigma)), 0.15022225755));
  std::vector<Claim> claims = claims_of(sigma, 0);
  claims.push_back(
      {"Wq", sigma / (1 - sigma), [](const Outcome& o) { return mean_waiting(o); }, 0.015});

  check_claims(in_turn(BalancingPolicy::round_robin, 12'000), {32, 1303}, claims);
  CHECK(refutes(in_turn(BalancingPolicy::random, 5'000), {32, 1304}, claims));
}
