#include "models/policies/retry_budget.hpp"

#include <catch2/catch.hpp>

#include "sim/expects.hpp"

namespace rehearse {

TEST_CASE("without a budget every retry is allowed", "[models]") {
  CHECK(RetryBudget().allows(1, 0));
  CHECK(RetryBudget().allows(1000, 999));
}

TEST_CASE("a share of the calls under way may retry, rounded down, and some always", "[models]") {
  const RetryBudget budget({.budget_percent = 20, .min_retry_concurrency = 3});

  CHECK(budget.allows(3, 2));
  CHECK_FALSE(budget.allows(4, 3));
  CHECK_FALSE(budget.allows(19, 3));  // 3.8 is 3
  CHECK(budget.allows(20, 3));
  CHECK_FALSE(budget.allows(20, 4));
  CHECK(budget.allows(1000, 199));
  CHECK_FALSE(budget.allows(1000, 200));
}

TEST_CASE("7 percent of 100 calls are 7, whatever doubles say", "[models]") {
  const RetryBudget budget({.budget_percent = 7, .min_retry_concurrency = 0});

  CHECK(budget.allows(100, 6));
  CHECK_FALSE(budget.allows(100, 7));
}

TEST_CASE("a budget of nothing allows nothing", "[models]") {
  CHECK_FALSE(RetryBudget({.budget_percent = 0, .min_retry_concurrency = 0}).allows(1000, 0));
}

TEST_CASE("a budget that cannot be, or more retries than calls, is a bug", "[models]") {
  CHECK_THROWS_AS(RetryBudget({.budget_percent = 101}), ContractViolation);
  CHECK_THROWS_AS(RetryBudget({.min_retry_concurrency = -1}), ContractViolation);
  CHECK_THROWS_AS(RetryBudget().allows(3, 3), ContractViolation);
}

}  // namespace rehearse
