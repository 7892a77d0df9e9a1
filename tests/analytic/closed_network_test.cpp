// Closed interactive network: N users think (mean Z) and then visit three single-worker stations,
// one after the other. Throughput, response and jobs by exact mean value analysis (Reiser and
// Lavenberg 1980); exponential stations may be first come first served or share their worker
// equally.

#include <catch2/catch.hpp>

#include "tests/support/claims.hpp"
#include "tests/support/network_formulas.hpp"

using namespace rehearse;
using namespace rehearse::testing;

namespace {

enum class Station { queues, shares };

System closed(const std::vector<double>& demands, double think_time, int users, Station kind,
              double length) {
  ModelSpec model;
  StepSequence visits;
  for (std::size_t i = 0; i < demands.size(); ++i) {
    const std::string name = "station" + std::to_string(i);
    ServiceSpec& service = add_service(model, name, {work(exponential(demands[i]))});
    if (kind == Station::queues) service.workers = 1;
    if (kind == Station::shares) service.cpu = CpuSpec{1};
    visits.push_back(call(name));
  }
  add_service(model, "front", visits);
  add_poisson(model, 1, "front").arrivals = ClosedLoopSpec{users, exponential(think_time)};
  return System(model, quiet(length + 50, 50));
}

std::vector<Claim> closed_claims(const std::vector<double>& demands, double think_time, int users) {
  const ClosedNetwork exact = mean_value_analysis(demands, think_time, users);
  return {
      {"throughput", exact.throughput,
       [](const Outcome& o) {
         const IntervalOutcome& run = o.intervals.front();
         return static_cast<double>(run.workloads.front().counts.arrived) /
                (static_cast<double>(run.services.front().instance_time) * 1e-9);
       }},
      {"response", exact.response, [](const Outcome& o) { return mean_request_time(o) * unit; },
       0.005},
      {"busy at the first", exact.throughput * demands[0],
       [](const Outcome& o) { return utilization(o, 1); }},
      {"jobs at the first", exact.jobs[0], [](const Outcome& o) { return jobs_in_system(o, 1); },
       0.01},
      {"jobs at the last", exact.jobs[2], [](const Outcome& o) { return jobs_in_system(o, 3); },
       0.01},
  };
}

}  // namespace

TEST_CASE("a closed network does as mean value analysis says", "[analytic]") {
  const std::vector<double> demands = {0.2, 0.15, 0.1};
  const std::vector<Claim> claims = closed_claims(demands, 1, 10);
  REQUIRE(matches_reference(claims[0].exact, 4.41147179586));
  REQUIRE(matches_reference(claims[1].exact, 1.26681716732));
  REQUIRE(matches_reference(claims[2].exact, 0.882294359173));
  REQUIRE(matches_reference(claims[3].exact, 3.25888833069));

  for (const Station kind : {Station::queues, Station::shares}) {
    check_claims(closed(demands, 1, 10, kind, 3'000), {32, 1601}, claims);
    CHECK(refutes(closed({0.206, 0.15, 0.1}, 1, 10, kind, 2'000), {32, 1602}, claims));
    CHECK(refutes(closed(demands, 1, 9, kind, 1'000), {32, 1603}, claims));
  }
}

TEST_CASE("a closed network of three users does as mean value analysis says", "[analytic]") {
  const std::vector<double> demands = {0.3, 0.1, 0.2};
  const std::vector<Claim> claims = closed_claims(demands, 0.5, 3);

  check_claims(closed(demands, 0.5, 3, Station::queues, 4'000), {32, 1604}, claims);
  CHECK(refutes(closed(demands, 0.52, 3, Station::queues, 4'000), {32, 1605}, claims));
}
