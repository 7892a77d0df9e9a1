// Fan-out without queueing: n independent legs at once. Exponential legs of mean one: E[max] = H_n,
// E[k-th of n] = H_n - H_{n-k}, P(max <= t) = (1 - exp(-t))^n; two of three: 3 F^2 - 2 F^3.
// Lognormal legs: the median of the maximum is exp(z), z the normal quantile of 0.5^{1/n}. Order
// statistics.

#include <catch2/catch.hpp>
#include <cmath>

#include "sim/stats/special_functions.hpp"
#include "tests/support/claims.hpp"
#include "tests/support/queueing_formulas.hpp"

using namespace rehearse;
using namespace rehearse::testing;

namespace {

System fan_out(int legs, std::optional<int> wait_for, const LawSpec& law, double length) {
  ModelSpec model;
  add_service(model, "leg", {work(law)});
  add_service(model, "fan", {parallel(std::vector<StepSequence>(legs, {call("leg")}), wait_for)});
  add_poisson(model, 1 / unit, "fan");
  return System(model, quiet(length * unit));
}

Claim mean_is(double exact) {
  return {"mean", exact, [](const Outcome& o) { return mean_response(o, 0); }};
}

Claim tail_is(double t, double exact, double precision) {
  return {"P(T > " + std::to_string(t) + ")", exact,
          [=](const Outcome& o) { return response_tail(o, t, 0); }, precision};
}

}  // namespace

TEST_CASE("the slowest of twenty legs takes the time of order statistics", "[analytic]") {
  const double p99 = -std::log(1 - std::pow(0.99, 1.0 / 20));
  const std::vector<Claim> claims = {mean_is(harmonic(20)), tail_is(p99, 0.01, 0.06)};
  REQUIRE(matches_reference(harmonic(20), 3.59773965714));
  REQUIRE(matches_reference(p99, 7.59613274821));

  check_claims(fan_out(20, {}, exponential(unit), 1'250), {32, 1101}, claims);
  CHECK(refutes(fan_out(19, {}, exponential(unit), 1'250), {32, 1102}, claims));
}

TEST_CASE("a quorum of two in three takes the time of the second", "[analytic]") {
  const double p99 = root_of_falling(
      [](double t) {
        const double below = 1 - std::exp(-t);
        return 1 - 3 * below * below + 2 * below * below * below;
      },
      0.01, 50);
  const std::vector<Claim> claims = {mean_is(harmonic(3) - harmonic(1)), tail_is(p99, 0.01, 0.05)};
  REQUIRE(matches_reference(claims[0].exact, 0.833333333333));
  REQUIRE(matches_reference(p99, 2.83186095072));

  check_claims(fan_out(3, 2, exponential(unit), 4'000), {32, 1103}, claims);
  CHECK(refutes(fan_out(4, 3, exponential(unit), 4'000), {32, 1104}, claims));
}

TEST_CASE("seven of ten legs take the time of the seventh", "[analytic]") {
  const std::vector<Claim> claims = {mean_is(harmonic(10, 4))};

  check_claims(fan_out(10, 7, exponential(unit), 2'000), {32, 1105}, claims);
  CHECK(refutes(fan_out(10, 7, exponential(1.03 * unit), 2'000), {32, 1106}, claims));
}

TEST_CASE("the slowest of twenty lognormal legs has the median of theory", "[analytic]") {
  const double median = std::exp(normal_quantile(std::pow(0.5, 1.0 / 20)));
  REQUIRE(matches_reference(median, 6.19760919553));
  const auto lognormal = [](double scale) {
    return LawSpec{{}, LognormalSpec{Duration::rounded_seconds(scale * unit), 1}};
  };
  const std::vector<Claim> claims = {tail_is(median, 0.5, 0.01)};

  check_claims(fan_out(20, {}, lognormal(1), 1'250), {32, 1107}, claims);
  CHECK(refutes(fan_out(20, {}, lognormal(1.04), 1'250), {32, 1108}, claims));
}
