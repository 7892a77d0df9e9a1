// Fork-join: every job asks n M/M/1 stations at once and needs all answers. For n = 2 exactly E[T]
// = (12 - rho) / 8 / (mu - lambda) (Flatto and Hahn 1984). For more, the times are associated, so
// that H_n / (mu - lambda) is an upper bound, and Nelson's and Tantawi's approximation (1988) is
// good to 5 %.

#include <catch2/catch.hpp>

#include "tests/support/claims.hpp"
#include "tests/support/queueing_formulas.hpp"

using namespace rehearse;
using namespace rehearse::testing;

namespace {

System fork_join(int branches, double service_rate, double length) {
  ModelSpec model;
  std::vector<StepSequence> calls;
  for (int i = 0; i < branches; ++i) {
    const std::string name = "leg" + std::to_string(i);
    add_service(model, name, {work(exponential(unit / service_rate))}, 1);
    calls.push_back({call(name)});
  }
  add_service(model, "fork", {parallel(calls)});
  add_poisson(model, 0.7 / unit, "fork");
  return System(model, quiet((length + 500) * unit, 500 * unit));
}

}  // namespace

TEST_CASE("the longer of two parallel queues takes Flatto's and Hahn's time", "[analytic]") {
  const std::vector<Claim> claims = {
      {"E[T2]", (12 - 0.7) / 8 / 0.3, [](const Outcome& o) { return mean_response(o, 0); }}};
  REQUIRE(matches_reference(claims[0].exact, 4.70833333333));

  check_claims(fork_join(2, 1, 80'000), {32, 1001}, claims);
  CHECK(refutes(fork_join(2, 1 / 1.03, 20'000), {32, 1002}, claims));
}

TEST_CASE("eight parallel queues lie under the bound and near the approximation", "[analytic]") {
  const double bound = harmonic(8) / 0.3;
  const double growth = harmonic(8) / harmonic(2);
  const double approximation = (growth + (1 - growth) * 4 * 0.7 / 11) * (12 - 0.7) / 8 / 0.3;
  REQUIRE(matches_reference(bound, 9.05952380952));
  REQUIRE(matches_reference(approximation, 7.55799603175));
  const auto time_of = [](double service_rate, std::uint64_t seed) {
    return replicated(fork_join(8, service_rate, 20'000), 32, seed,
                      [](const Outcome& o) { return mean_response(o, 0); });
  };
  const auto is_near = [&](const Estimate& estimate) {
    return std::abs(estimate.mean - approximation) + 4.5 * estimate.standard_error <=
           0.05 * approximation;
  };

  const Estimate time = time_of(1, 1003);
  INFO("simulated " << time.mean << " +- " << time.standard_error);
  CHECK(time.mean + 4.5 * time.standard_error < bound);
  CHECK(is_near(time));
  CHECK_FALSE(is_near(time_of(1 / 1.03, 1004)));
}
