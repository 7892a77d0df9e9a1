#pragma once

#include <cstdint>

#include "language/table.hpp"
#include "language/value_kinds.hpp"

namespace rehearse {

/// Envoy's concurrency-based budget, kept by each instance of the caller for each callee service: a
/// retry is allowed while the retries under way (their back-off included) are fewer than
/// max(min_retry_concurrency, budget_percent % of the calls under way, rounded down).
struct RetryBudgetSpec {
  double budget_percent = 20;
  int min_retry_concurrency = 3;
  bool operator==(const RetryBudgetSpec&) const = default;
};

template <class Visitor, SpecOf<RetryBudgetSpec> Spec>
void describe(Visitor& visitor, Spec& spec) {
  visitor.key(
      {"budget_percent", "Retries under way, in percent of the calls under way.", Need::shown},
      spec.budget_percent, zero_to_hundred);
  visitor.key({"min_retry_concurrency", "So many retries are always allowed.", Need::shown},
              spec.min_retry_concurrency, Whole{0, 1'000'000});
}

/// Whether an instance of a caller may send one more retry to a service. Without a spec: always.
class RetryBudget {
 public:
  RetryBudget() = default;
  explicit RetryBudget(const RetryBudgetSpec& spec);

  /// Of so many calls under way, so many retry already, the one that asks left out: as in Envoy, it
  /// gives its place back before it asks for the next.
  bool allows(std::uint32_t active, std::uint32_t retrying) const;

 private:
  bool is_limited_ = false;
  double budget_percent_ = 0;
  std::uint32_t min_retry_concurrency_ = 0;
};

}  // namespace rehearse
