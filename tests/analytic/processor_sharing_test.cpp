// M/G/1 processor sharing: E[T | size x] = x / (1 - rho), hence E[T] = E[S] / (1 - rho) for every
// law. Sakata, Noguchi and Oizumi 1971; Kleinrock 2 (1976), chapter 4.
// With c cores of which no job uses more than one, the number of jobs is that of M/M/c for every
// law (symmetric queue; Kelly, Reversibility and Stochastic Networks, 1979, section 3.3); so is it
// where each of n runs at any pace p(n): P(n) ~ (lambda E[S])^n / (p(1) 2 p(2) ... n p(n)).

#include <catch2/catch.hpp>
#include <cmath>

#include "tests/support/claims.hpp"
#include "tests/support/queueing_formulas.hpp"

using namespace rehearse;
using namespace rehearse::testing;

namespace {

System shared(double lambda, const LawSpec& size, double cores, double length,
              std::optional<double> sharpness = {}) {
  ModelSpec model = station(size, std::nullopt);
  model.services["station"].cpu = CpuSpec{cores, sharpness};
  add_poisson(model, lambda / unit);
  return System(model, quiet((length + 500) * unit, 500 * unit));
}

std::vector<Claim> claims_of(double response, double load, double precision) {
  return {
      {"E[T]", response, [](const Outcome& o) { return mean_response(o); }, precision},
      {"utilisation", load, [](const Outcome& o) { return utilization(o); }, precision},
  };
}

/// The mean response where each of n jobs runs at the pace (1 + (n/cores)^k)^(-1/k).
double response_on_bent_cores(double load, double cores, double sharpness) {
  double weight = 1;
  double sum = 1;
  double jobs = 0;
  for (int n = 1; n < 100'000; ++n) {
    const double pace = std::pow(1 + std::pow(n / cores, sharpness), -1 / sharpness);
    weight *= load / (n * pace);
    sum += weight;
    jobs += n * weight;
    if (weight < 1e-18 * sum) break;
  }
  return jobs / sum / load;
}

}  // namespace

TEST_CASE("sharing one core takes as long on average for every law", "[analytic]") {
  const std::vector<Claim> claims = claims_of(1 / (1 - 0.7), 0.7, 0.012);
  REQUIRE(matches_reference(claims[0].exact, 3.33333333333));

  for (const LawSpec& law :
       {exponential(unit), constant(unit), hyperexponential({0.9, 0.1}, {0.5, 5.5})}) {
    check_claims(shared(0.7, law, 1, 50'000), {32, 601}, claims);
    CHECK(refutes(shared(0.7 * 1.03, law, 1, 40'000), {32, 602}, claims));
  }
}

TEST_CASE("a queue in place of sharing depends on the law of service", "[analytic]") {
  const std::vector<Claim> claims = claims_of(1 / (1 - 0.7), 0.7, 0.012);
  ModelSpec model = station(constant(unit), 1);
  add_poisson(model, 0.7 / unit);

  CHECK(refutes(System(model, quiet(10'000 * unit, 500 * unit)), {32, 603}, claims));
}

TEST_CASE("a job that shares a core takes in proportion to its size", "[analytic]") {
  const auto two_sizes = [](double small, double large, double length) {
    ModelSpec model;
    model.services["station"].cpu = CpuSpec{1, std::nullopt};
    model.services["station"].endpoints["large"].behaviours = {{1, {work(constant(large * unit))}}};
    model.services["station"].endpoints["small"].behaviours = {{1, {work(constant(small * unit))}}};
    model.workloads["load"].arrivals = PoissonSpec{{0.7 / unit}};
    model.workloads["load"].mix = {{{"station", "large"}, 1}, {{"station", "small"}, 9}};
    return System(model, quiet((length + 500) * unit, 500 * unit));
  };
  // E[S] = 0.9 * 0.5 + 0.1 * 5.5 = 1.
  const std::vector<Claim> claims = {
      {"E[T | 5.5]", 5.5 / 0.3, [](const Outcome& o) { return mean_response(o, 0); }, 0.012},
      {"E[T | 0.5]", 0.5 / 0.3, [](const Outcome& o) { return mean_response(o, 1); }, 0.012},
  };

  check_claims(two_sizes(0.5, 5.5, 60'000), {32, 604}, claims);
  CHECK(refutes(two_sizes(0.53, 5.5, 60'000), {32, 605}, claims));
}

TEST_CASE("jobs that share four cores are as many as in M/M/4, for every law", "[analytic]") {
  const double waits = erlang_c(4, 3.2);
  const std::vector<Claim> claims = claims_of(1 + waits / (4 - 3.2), 0.8, 0.016);

  for (const LawSpec& law :
       {exponential(unit), constant(unit), hyperexponential({0.9, 0.1}, {0.5, 5.5})}) {
    check_claims(shared(3.2, law, 4, 12'000), {32, 606}, claims);
    CHECK(refutes(shared(3.2, law, 4.5, 5'000), {32, 607}, claims));
  }
}

TEST_CASE("half a core is a core of half the pace", "[analytic]") {
  const std::vector<Claim> claims = claims_of(2 / (1 - 0.7), 0.7, 0.012);

  check_claims(shared(0.35, exponential(unit), 0.5, 60'000), {32, 608}, claims);
  CHECK(refutes(shared(0.35, exponential(unit), 0.55, 20'000), {32, 609}, claims));
}

TEST_CASE("cores with a sharpness slow down before they are used up, alike for every law",
          "[analytic]") {
  // k = 1 adds a job to those that share: (c + n)/c. E[T] = (1 + 1/c) / (1 - load/c), by hand: with
  // p(n) = c/(c + n) the weights are those of a negative binomial law.
  REQUIRE(matches_reference(response_on_bent_cores(2.4, 4, 1), 1.25 / (1 - 2.4 / 4)));

  for (const double sharpness : {1.0, 2.5}) {
    const std::vector<Claim> claims =
        claims_of(response_on_bent_cores(2.4, 4, sharpness), 0.6, 0.016);
    for (const LawSpec& law : {exponential(unit), constant(unit)}) {
      check_claims(shared(2.4, law, 4, 20'000, sharpness), {32, 610}, claims);
      CHECK(refutes(shared(2.4, law, 4, 5'000), {32, 611}, claims));
      CHECK(refutes(shared(2.4, law, 4, 20'000, sharpness * 1.1), {32, 612}, claims));
    }
  }
  // A sharp bend is none: M/M/4.
  const std::vector<Claim> sharp = claims_of(1 + erlang_c(4, 3.2) / (4 - 3.2), 0.8, 0.016);
  check_claims(shared(3.2, exponential(unit), 4, 12'000, 1000), {32, 613}, sharp);
}
