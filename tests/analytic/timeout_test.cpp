// M/M/1 FIFO whose clients give up after T.
// Without cancellation the work of those who gave up is done all the same: the queue is M/M/1, and
// P(timeout) = exp(-(mu - lambda) T).
// With cancellation jobs leave, wherever they are, once they have been there for T. The unfinished
// work of a job that finds v before it is cut at T, so the work in front of arrivals is a dam of
// height T: P(0) = 1 / (1 + lambda (1 - e) / (mu - lambda)) with e = exp(-(mu - lambda) T),
// P(timeout) = P(0) e, and those served stay exponentially of rate mu - lambda, cut off at T.
// Takacs 1967 (finite dam); Cohen, The Single Server Queue (1982), III.5. It holds for overload,
// too.

#include <catch2/catch.hpp>
#include <cmath>

#include "tests/support/claims.hpp"
#include "tests/support/queueing_formulas.hpp"

using namespace rehearse;
using namespace rehearse::testing;

namespace {

enum class Abandoned { goes_on, is_cancelled };

System impatient(double lambda, double service_rate, double limit, Abandoned work_of_others,
                 double length) {
  ModelSpec model = station(exponential(unit / service_rate));
  ClientSpec& client = add_poisson(model, lambda / unit).calls["station"];
  client.timeout = Duration::rounded_seconds(limit * unit);
  client.propagate_cancellation = work_of_others == Abandoned::is_cancelled;
  return System(model, quiet((length + 500) * unit, 500 * unit));
}

double fraction_timed_out(const Outcome& outcome) {
  const RequestCounts& counts = outcome.intervals.front().workloads.front().counts;
  return static_cast<double>(counts.timed_out) / static_cast<double>(counts.arrived);
}

double goodput(const Outcome& outcome) {
  const IntervalOutcome& run = outcome.intervals.front();
  return static_cast<double>(run.workloads.front().counts.ok) /
         (static_cast<double>(run.services.front().instance_time) * 1e-9 / unit);
}

std::vector<Claim> limited_claims(double lambda, double limit, double precision) {
  const LimitedStay exact = limited_stay(lambda, 1, limit);
  return {
      {"P(timeout)", exact.timed_out, fraction_timed_out, precision},
      {"utilisation", 1 - exact.empty, [](const Outcome& o) { return utilization(o); }, 0.01},
      {"W of the served", exact.response, [](const Outcome& o) { return mean_response(o); }, 0.01},
  };
}

}  // namespace

TEST_CASE("clients give up, and the work of those who did goes on", "[analytic]") {
  const double timed_out = std::exp(-0.1 * 10);
  const std::vector<Claim> claims = {{"P(timeout)", timed_out, fraction_timed_out, 0.015},
                                     {"goodput", 0.9 * (1 - timed_out), goodput, 0.01}};
  REQUIRE(matches_reference(claims[0].exact, 0.367879441171));
  REQUIRE(matches_reference(claims[1].exact, 0.568908502946));

  check_claims(impatient(0.9, 1, 10, Abandoned::goes_on, 80'000), {32, 1401}, claims);
  CHECK(refutes(impatient(0.9, 1, 10, Abandoned::is_cancelled, 2'000), {32, 1402}, claims));
  CHECK(refutes(impatient(0.9, 1 / 1.03, 10, Abandoned::goes_on, 40'000), {32, 1403}, claims));
}

TEST_CASE("work that is cancelled with its client makes room for others", "[analytic]") {
  const std::vector<Claim> claims = limited_claims(0.9, 10, 0.02);

  check_claims(impatient(0.9, 1, 10, Abandoned::is_cancelled, 30'000), {32, 1404}, claims);
  CHECK(refutes(impatient(0.9, 1, 10, Abandoned::goes_on, 5'000), {32, 1405}, claims));
  CHECK(refutes(impatient(0.9, 1, 9.5, Abandoned::is_cancelled, 30'000), {32, 1406}, claims));
}

TEST_CASE("an overloaded station whose clients cancel serves as the finite dam", "[analytic]") {
  const std::vector<Claim> claims = limited_claims(1.4, 3, 0.01);

  check_claims(impatient(1.4, 1, 3, Abandoned::is_cancelled, 10'000), {32, 1407}, claims);
  CHECK(refutes(impatient(1.4, 1.03, 3, Abandoned::is_cancelled, 10'000), {32, 1408}, claims));
}
