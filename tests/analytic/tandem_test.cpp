// Two M/M/1 stations in series: Burke's theorem makes the second Poisson, too, and the two response
// times of one job are independent exponentials of rates mu_i - lambda (Reich 1957), so that the
// end-to-end time is a two-stage law. Stations are event loops: no worker waits for the next one.

#include <catch2/catch.hpp>

#include "tests/support/claims.hpp"
#include "tests/support/queueing_formulas.hpp"

using namespace rehearse;
using namespace rehearse::testing;

namespace {

System tandem(double lambda, double first_rate, double second_rate, double length) {
  ModelSpec model;
  add_service(model, "first", {work(exponential(unit / first_rate)), call("second")}, 1)
      .worker_held_while_calling = false;
  add_service(model, "second", {work(exponential(unit / second_rate))}, 1);
  add_poisson(model, lambda / unit, "first");
  return System(model, quiet((length + 300) * unit, 300 * unit));
}

}  // namespace

TEST_CASE("end-to-end time of a tandem is a sum of independent exponentials", "[analytic]") {
  constexpr double lambda = 0.6;
  const auto exact_tail = [&](double t) { return two_stage_tail(1 - lambda, 1.2 - lambda, t); };
  const double p99 = root_of_falling(exact_tail, 0.01, 200);
  const std::vector<Claim> claims = {
      {"mean", 1 / 0.4 + 1 / 0.6, [](const Outcome& o) { return mean_response(o, 0); }, 0.006},
      {"second station", 1 / 0.6, [](const Outcome& o) { return mean_response(o, 1); }, 0.006},
      {"P(T > 8)", exact_tail(8), [](const Outcome& o) { return response_tail(o, 8); }, 0.015},
      {"P(T > p99)", 0.01, [=](const Outcome& o) { return response_tail(o, p99); }, 0.05},
  };

  check_claims(tandem(lambda, 1, 1.2, 60'000), {32, 901}, claims);
  CHECK(refutes(tandem(lambda, 1, 1.24, 25'000), {32, 902}, claims));
}

TEST_CASE("the quantile of an outcome is that of theory within the width of a bin", "[analytic]") {
  const double p99 =
      root_of_falling([](double t) { return two_stage_tail(0.4, 0.6, t); }, 0.01, 200);
  LatencyHistogram pooled;
  RunMemory memory;
  const System system = tandem(0.6, 1, 1.2, 25'000);
  const auto quantile_of = [&](const System& which) {
    LatencyHistogram all;
    for (std::uint64_t i = 0; i < 32; ++i) {
      const Outcome o = run_replication(which, {.study = 903, .replication = i}, memory);
      all.merge(o.intervals.front().workloads.front().latency);
    }
    return all.quantile(0.99)->in_seconds() / unit;
  };

  // Half of the claim above: 0.05 of P(T > p99) over the hazard, about 0.4, of the tail.
  const double tolerance = p99 * LatencyBins::relative_error + 0.05 / 0.4;
  CHECK(std::abs(quantile_of(system) - p99) <= tolerance);
  CHECK(std::abs(quantile_of(tandem(0.6, 1 / 1.04, 1.2 / 1.04, 25'000)) - p99) > tolerance);
}
