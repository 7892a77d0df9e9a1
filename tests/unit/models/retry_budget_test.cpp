// The retry budget over several retries of one call.

#include <catch2/catch.hpp>

#include "tests/support/small_models.hpp"

using namespace rehearse;
using namespace rehearse::testing;

TEST_CASE("a call that has retried asks its budget again", "[models]") {
  ModelSpec model = station(constant(0.010), std::nullopt);
  model.services["station"].endpoints["serve"].errors.percent = 100;
  ClientSpec& client = add_replay(model, std::vector<double>(25, 0)).calls["station"];
  client.retry.emplace();
  client.retry->max_attempts = 3;
  client.retry->base_backoff = Duration::milliseconds(5);
  client.retry->jitter = Jitter::none;
  client.retry->retry_on = {.five_xx = true};
  client.retry_budget = RetryBudgetSpec{20, 3};

  const Outcome outcome = run_replication(System(model, quiet(1)), {.study = 1});

  // 20 % of 25 calls may retry at first; of the five that are left then, three.
  CHECK(outcome.intervals.front().endpoints.front().counts.arrived == 25 + 5 + 3);
}
