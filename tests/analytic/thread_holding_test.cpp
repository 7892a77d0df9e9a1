// Two tiers, synchronous: a front instance with c threads, each held by its job while that works
// and while it waits for one worker behind. A quasi-birth-death process, solved with Neuts' rate
// matrix (Matrix-Geometric Solutions, 1981). The most it can carry is a closed network of c jobs:
// three threads before a worker of rate one carry 0.9375, not one.

#include <catch2/catch.hpp>

#include "tests/support/claims.hpp"
#include "tests/support/network_formulas.hpp"

using namespace rehearse;
using namespace rehearse::testing;

namespace {

constexpr std::size_t back = 0;
constexpr std::size_t front = 1;

ModelSpec tiers(double lambda, int threads, double front_rate, double back_rate) {
  ModelSpec model;
  add_service(model, "back", {work(exponential(unit / back_rate))}, 1);
  add_service(model, "front", {work(exponential(unit / front_rate)), call("back")}, threads);
  add_poisson(model, lambda / unit, "front");
  return model;
}

System tiers_for(ModelSpec model, double length) {
  return System(model, quiet((length + 500) * unit, 500 * unit));
}

std::vector<Claim> tier_claims(double lambda, int threads, double front_rate, double back_rate) {
  const ThreadHolding exact = thread_holding(threads, lambda, front_rate, back_rate);
  return {
      {"W", exact.response, [](const Outcome& o) { return mean_response(o, 1); }, 0.01},
      {"threads that wait", exact.behind, [](const Outcome& o) { return jobs_in_system(o, back); },
       0.01},
      {"jobs without a thread", exact.waiting,
       [](const Outcome& o) { return jobs_waiting(o, front); }, 0.02},
  };
}

}  // namespace

TEST_CASE("threads that are held while they wait make the tier before them slow", "[analytic]") {
  const std::vector<Claim> claims = tier_claims(0.75, 3, 1, 1);
  REQUIRE(matches_reference(claims[0].exact, 5.79709173962));
  REQUIRE(matches_reference(claims[1].exact, 1.47640788802));
  REQUIRE(matches_reference(claims[2].exact, 2.1214109167));
  ModelSpec event_loop = tiers(0.75, 3, 1, 1);
  event_loop.services["front"].worker_held_while_calling = false;

  check_claims(tiers_for(tiers(0.75, 3, 1, 1), 70'000), {32, 1701}, claims);
  CHECK(refutes(tiers_for(event_loop, 5'000), {32, 1702}, claims));
  CHECK(refutes(tiers_for(tiers(0.75, 4, 1, 1), 5'000), {32, 1703}, claims));
}

TEST_CASE("all threads are held as often as theory says", "[analytic]") {
  const auto probed = [](double lambda, double length) {
    ModelSpec model = tiers(lambda, 3, 1, 1);
    add_probe(model, 0.5 / unit, "front");
    return tiers_for(model, length);
  };
  const double all_held = thread_holding(3, 0.75, 1, 1).all_held;
  REQUIRE(matches_reference(all_held, 0.588336955574));
  const std::vector<Claim> claims = {
      {"P(all held)", all_held, [](const Outcome& o) { return fraction_delayed(o, 1); }, 0.01}};

  check_claims(probed(0.75, 20'000), {32, 1704}, claims);
  CHECK(refutes(probed(0.75 * 0.97, 20'000), {32, 1705}, claims));
}

TEST_CASE("five threads before a slower worker do as theory says", "[analytic]") {
  const std::vector<Claim> claims = tier_claims(0.5, 5, 0.4, 0.8);

  check_claims(tiers_for(tiers(0.5, 5, 0.4, 0.8), 50'000), {32, 1706}, claims);
  CHECK(refutes(tiers_for(tiers(0.5, 5, 0.4, 0.77), 40'000), {32, 1707}, claims));
}

TEST_CASE("an overloaded tier that holds its threads carries less than its slowest worker",
          "[analytic]") {
  const double capacity = thread_holding_capacity(3, 1, 1);
  REQUIRE(matches_reference(capacity, 0.9375));
  // A queue of a hundred is never empty at this load, and lets the run end.
  const auto overloaded = [](int threads) {
    ModelSpec model = tiers(1.3, threads, 1, 1);
    model.services["front"].queue.capacity = 100;
    return tiers_for(model, 10'000);
  };
  const std::vector<Claim> claims = {
      {"busy behind", capacity, [](const Outcome& o) { return utilization(o, back); }},
      {"held threads", 3, [](const Outcome& o) { return workers_busy(o, front); }},
  };

  check_claims(overloaded(3), {32, 1708}, claims);
  CHECK(refutes(overloaded(4), {32, 1709}, claims));
}
