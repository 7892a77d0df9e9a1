// M/M/c FIFO: offered load a = lambda / mu, c workers. P(wait) = C(c, a) by Erlang, Wq = C / (c mu
// - lambda), P(Wq > t) = C exp(-(c mu - lambda) t); the response is service plus, with probability
// C, an exponential. Erlang 1917; Cooper, Introduction to Queueing Theory (1981), chapter 3.
// M/M/c/K, with a queue of K - c places: a birth-death process.

#include <catch2/catch.hpp>
#include <cmath>

#include "tests/support/claims.hpp"
#include "tests/support/queueing_formulas.hpp"

using namespace rehearse;
using namespace rehearse::testing;

namespace {

constexpr std::size_t probe = 0;
constexpr std::size_t serve = 1;

System mmc(double lambda, int workers, double length) {
  ModelSpec model = station(exponential(unit), workers);
  add_poisson(model, lambda / unit);
  add_probe(model, lambda / 4 / unit);
  return System(model, quiet((length + 500) * unit, 500 * unit));
}

std::vector<Claim> mmc_claims(double lambda, int workers) {
  const double waits = erlang_c(workers, lambda);
  const double drain = workers - lambda;
  const double p99 = root_of_falling(
      [&](double t) { return mmc_response_tail(workers, lambda, 1, t); }, 0.01, 100);
  return {
      {"P(wait)", waits, [](const Outcome& o) { return fraction_delayed(o, probe); }, 0.01},
      {"Wq", waits / drain, [](const Outcome& o) { return mean_response(o, probe); }, 0.02},
      {"P(Wq > 1)", waits * std::exp(-drain),
       [](const Outcome& o) { return response_tail(o, 1, probe); }, 0.03},
      {"W", waits / drain + 1, [](const Outcome& o) { return mean_response(o, serve); }, 0.015},
      {"P(T > 3)", mmc_response_tail(workers, lambda, 1, 3),
       [](const Outcome& o) { return response_tail(o, 3, serve); }, 0.02},
      {"P(T > p99)", 0.01, [=](const Outcome& o) { return response_tail(o, p99, serve); }, 0.05},
      {"busy workers", lambda, [](const Outcome& o) { return workers_busy(o); }},
  };
}

System mmck(double lambda, int workers, int capacity, double length) {
  ModelSpec model = station(exponential(unit), workers);
  model.services["station"].queue.capacity = capacity;
  add_poisson(model, lambda / unit);
  return System(model, quiet((length + 300) * unit, 300 * unit));
}

std::vector<Claim> mmck_claims(double lambda, int workers, int capacity) {
  const FiniteQueue exact = finite_queue(workers, workers + capacity, lambda, 1);
  return {
      {"P(refused)", exact.blocked, [](const Outcome& o) { return fraction_refused(o); }, 0.03},
      {"Lq", exact.waiting, [](const Outcome& o) { return jobs_waiting(o); }, 0.02},
      {"busy workers", exact.busy, [](const Outcome& o) { return workers_busy(o); }},
      {"W", exact.response, [](const Outcome& o) { return mean_response(o); }, 0.01},
  };
}

}  // namespace

TEST_CASE("M/M/8 at 80 % waits as Erlang says", "[analytic]") {
  const std::vector<Claim> claims = mmc_claims(6.4, 8);
  REQUIRE(matches_reference(claims[0].exact, 0.457644925442));
  REQUIRE(matches_reference(claims[1].exact, 0.286028078401));
  REQUIRE(matches_reference(claims[2].exact, 0.0923969169247));
  REQUIRE(matches_reference(claims[3].exact, 1.2860280784));
  REQUIRE(matches_reference(claims[4].exact, 0.0814845637288));
  REQUIRE(matches_reference(
      root_of_falling([](double t) { return mmc_response_tail(8, 6.4, 1, t); }, 0.01, 100),
      5.15218156251));

  check_claims(mmc(6.4, 8, 7'000), {40, 201}, claims);
  CHECK(refutes(mmc(6.4, 9, 1'000), {40, 202}, claims));
  CHECK(refutes(mmc(6.4 * 1.03, 8, 2'000), {40, 203}, claims));
}

TEST_CASE("M/M/3 at 90 % waits as Erlang says", "[analytic]") {
  const std::vector<Claim> claims = mmc_claims(2.7, 3);

  check_claims(mmc(2.7, 3, 20'000), {40, 204}, {claims[0], claims[3], claims[4], claims[6]});
  CHECK(refutes(mmc(2.7, 4, 2'000), {40, 205}, claims));
}

TEST_CASE("M/M/3 with ten places in the queue refuses and waits as theory says", "[analytic]") {
  for (const double lambda : {2.4, 3.6}) {
    const std::vector<Claim> claims = mmck_claims(lambda, 3, 10);

    check_claims(mmck(lambda, 3, 10, 8'000), {40, 206}, claims);
    CHECK(refutes(mmck(lambda, 3, 9, 8'000), {40, 207}, claims));
  }
}
