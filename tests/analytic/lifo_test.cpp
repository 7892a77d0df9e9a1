// M/M/1, last come first served without preemption: the mean of the waiting time is that of FIFO,
// its second moment E[Wq^2]_FIFO / (1 - rho). Conway, Maxwell and Miller, Theory of Scheduling
// (1967), chapter 8. Waiting and own service are independent.

#include <catch2/catch.hpp>

#include "tests/support/claims.hpp"
#include "tests/support/queueing_formulas.hpp"

using namespace rehearse;
using namespace rehearse::testing;

namespace {

System queue(QueueDiscipline discipline, double length) {
  ModelSpec model = station(exponential(unit));
  model.services["station"].queue.discipline = discipline;
  add_poisson(model, 0.7 / unit);
  return System(model, quiet((length + 500) * unit, 500 * unit));
}

}  // namespace

TEST_CASE("last come first served waits as long on average and varies more", "[analytic]") {
  const Moments service = gamma_moments(1, 1);
  const double waiting = pollaczek_khinchine(0.7, service);
  const double second = second_moment_of_waiting(0.7, service) / (1 - 0.7);
  REQUIRE(matches_reference(waiting, 2.33333333333));
  REQUIRE(matches_reference(second, 51.8518518519));
  const std::vector<Claim> claims = {
      {"Wq", waiting, [](const Outcome& o) { return mean_waiting(o); }, 0.007},
      {"W", waiting + 1, [](const Outcome& o) { return mean_response(o); }, 0.007},
      {"E[T^2]", second + 2 * waiting + 2,
       [](const Outcome& o) { return second_moment_of_response(o); }, 0.03},
  };

  check_claims(queue(LifoQueue{}, 90'000), {32, 501}, claims);
  CHECK(refutes(queue(FifoQueue{}, 10'000), {32, 502}, claims));
}
