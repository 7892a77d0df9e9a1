// Attempts that fail independently with probability p, at most r retries: attempts per request (1 -
// p^{r+1}) / (1 - p), P(failure) = p^{r+1}. Back-off before retry k is uniform in [0, b 2^{k-1}):
// its expected total is sum_k p^k b 2^{k-1} / 2. When everything fails, tiers multiply: (r +
// 1)^tiers.

#include <catch2/catch.hpp>
#include <cmath>

#include "tests/support/claims.hpp"

using namespace rehearse;
using namespace rehearse::testing;

namespace {

RetrySpec retries(int count, double base_backoff) {
  RetrySpec retry;
  retry.max_attempts = 1 + count;
  retry.base_backoff = Duration::rounded_seconds(base_backoff);
  retry.retry_on = {.five_xx = true};
  return retry;
}

System unreliable(double percent, int count, Jitter jitter, double length) {
  ModelSpec model;
  ServiceSpec& service = add_service(model, "station", {});
  service.endpoints["serve"].errors = {percent, OwnErrorsSpec::At::start};
  ClientSpec& client = add_poisson(model, 1'000).calls["station"];
  client.retry = retries(count, 0.1);
  client.retry->jitter = jitter;
  return System(model, quiet(length + 1, 1));
}

double attempts_per_call(const Outcome& outcome, std::size_t service) {
  const ServiceOutcome& counts = outcome.intervals.front().services[service];
  return static_cast<double>(counts.attempts) / static_cast<double>(counts.calls);
}

double fraction_failed(const Outcome& outcome) {
  const RequestCounts& counts = outcome.intervals.front().workloads.front().counts;
  return static_cast<double>(counts.failed) / static_cast<double>(counts.arrived);
}

/// Calls and attempts are counted when they are made: the retries that fall behind the end of a run
/// are made good, on average, by those of its warm-up.
std::vector<Claim> retry_claims(double p, int r, double jitter_factor) {
  double backoff = 0;
  for (int k = 1; k <= r; ++k) backoff += std::pow(p, k) * 0.1 * std::pow(2, k - 1);
  return {
      {"attempts per request", (1 - std::pow(p, r + 1)) / (1 - p),
       [](const Outcome& o) { return attempts_per_call(o, 0); }},
      {"P(failure)", std::pow(p, r + 1), fraction_failed, 0.03},
      {"total back-off", backoff * jitter_factor,
       [](const Outcome& o) { return mean_request_time(o) * unit; }, 0.01},
  };
}

}  // namespace

TEST_CASE("independent failures make a geometric number of attempts", "[analytic]") {
  const std::vector<Claim> claims = retry_claims(0.2, 3, 0.5);
  REQUIRE(matches_reference(claims[0].exact, 1.248));
  REQUIRE(matches_reference(claims[1].exact, 0.0016));
  REQUIRE(matches_reference(claims[2].exact, 0.0156));

  check_claims(unreliable(20, 3, Jitter::full, 60), {32, 1501}, claims);
  CHECK(refutes(unreliable(21, 3, Jitter::full, 20), {32, 1502}, claims));
  CHECK(refutes(unreliable(20, 2, Jitter::full, 20), {32, 1503}, claims));
}

TEST_CASE("back-off without jitter takes twice as long", "[analytic]") {
  const std::vector<Claim> claims = retry_claims(0.2, 3, 1);

  check_claims(unreliable(20, 3, Jitter::none, 30), {32, 1504}, {claims[0], claims[2]});
  CHECK(refutes(unreliable(20, 3, Jitter::full, 10), {32, 1505}, {claims[2]}));
}

TEST_CASE("three tiers of three retries ask the last one 64 times", "[analytic]") {
  const auto attempts_at_the_end = [](int retries_per_tier) {
    ModelSpec model;
    add_service(model, "a", {call("b")}).calls["b"].retry = retries(retries_per_tier, 0.001);
    add_service(model, "b", {call("c")}).calls["c"].retry = retries(retries_per_tier, 0.001);
    add_service(model, "c", {}).endpoints["serve"].errors = {100, OwnErrorsSpec::At::start};
    add_poisson(model, 1, "a").calls["a"].retry = retries(retries_per_tier, 0.001);
    // One request, and time enough for all that follows from it.
    ReplaySpec once;
    once.arrivals = {{Duration(), ""}};
    model.workloads["load"].arrivals = once;
    const Outcome outcome =
        run_replication(System(model, quiet(100)), {.study = 1506, .replication = 0});
    return outcome.intervals.front().endpoints[2].counts.arrived;
  };

  CHECK(attempts_at_the_end(3) == 64);
  CHECK(attempts_at_the_end(2) == 27);
}
