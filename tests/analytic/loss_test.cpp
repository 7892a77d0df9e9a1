// No queue: who finds all workers busy is refused.
// Open loop, M/G/c/c: P(refused) = B(c, a) by Erlang, whatever the law of service (Sevastyanov
// 1957). Closed loop (Engset 1918): N users who think (exponential of rate nu) and think again when
// refused. Users thinking make a birth-death process; a request sees it as with N - 1 users.

#include <catch2/catch.hpp>

#include "tests/support/claims.hpp"
#include "tests/support/queueing_formulas.hpp"

using namespace rehearse;
using namespace rehearse::testing;

namespace {

System bulkhead(const LawSpec& law, int workers, double length) {
  ModelSpec model = station(law, workers);
  model.services["station"].queue.capacity = 0;
  add_poisson(model, 8 / unit);
  return System(model, quiet((length + 50) * unit, 50 * unit));
}

std::vector<double> engset(int users, int workers, double think_rate, double service_rate) {
  std::vector<double> births;
  std::vector<double> deaths;
  for (int n = 0; n < workers; ++n) {
    births.push_back((users - n) * think_rate);
    deaths.push_back((n + 1) * service_rate);
  }
  return birth_death(births, deaths);
}

System closed_bulkhead(const LawSpec& law, int users, int workers, double length) {
  ModelSpec model = station(law, workers);
  model.services["station"].queue.capacity = 0;
  add_poisson(model, 1).arrivals = ClosedLoopSpec{users, exponential(unit / 0.4)};
  add_probe(model, 2 / unit);
  return System(model, quiet((length + 50) * unit, 50 * unit));
}

}  // namespace

TEST_CASE("a bulkhead refuses as Erlang says, whatever the law of service", "[analytic]") {
  const double blocked = erlang_b(10, 8);
  REQUIRE(matches_reference(blocked, 0.121661064253));
  const std::vector<Claim> claims = {
      {"P(refused)", blocked, [](const Outcome& o) { return fraction_refused(o); }, 0.015},
      {"busy workers", 8 * (1 - blocked), [](const Outcome& o) { return workers_busy(o); }},
  };

  for (const LawSpec& law : {exponential(unit), constant(unit), lognormal_with(1, 4)}) {
    check_claims(bulkhead(law, 10, 3'000), {32, 1201}, claims);
    CHECK(refutes(bulkhead(law, 11, 1'000), {32, 1202}, claims));
  }
}

TEST_CASE("users who are refused and think again make Engset's queue", "[analytic]") {
  const std::vector<double> seen_by_time = engset(20, 5, 0.4, 1);
  const std::vector<double> seen_by_users = engset(19, 5, 0.4, 1);
  double busy = 0;
  for (std::size_t n = 0; n < seen_by_time.size(); ++n) {
    busy += static_cast<double>(n) * seen_by_time[n];
  }
  const std::vector<Claim> claims = {
      {"time congestion", seen_by_time.back(),
       [](const Outcome& o) { return fraction_refused(o, 0); }, 0.01},
      {"call congestion", seen_by_users.back(),
       [](const Outcome& o) { return fraction_refused(o, 1); }, 0.01},
      {"busy workers", busy, [](const Outcome& o) { return workers_busy(o); }},
  };
  REQUIRE(matches_reference(claims[0].exact, 0.401770899046));
  REQUIRE(matches_reference(claims[1].exact, 0.376481634561));
  REQUIRE(matches_reference(claims[2].exact, 3.99241043266));

  for (const LawSpec& law : {exponential(unit), constant(unit)}) {
    check_claims(closed_bulkhead(law, 20, 5, 2'500), {32, 1203}, claims);
    CHECK(refutes(closed_bulkhead(law, 20, 6, 500), {32, 1204}, claims));
    CHECK(refutes(closed_bulkhead(law, 19, 5, 2'500), {32, 1205}, claims));
  }
}
