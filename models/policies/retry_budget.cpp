#include "models/policies/retry_budget.hpp"

#include <algorithm>

#include "sim/expects.hpp"

namespace rehearse {

RetryBudget::RetryBudget(const RetryBudgetSpec& spec)
    : is_limited_(true),
      budget_percent_(spec.budget_percent),
      min_retry_concurrency_(static_cast<std::uint32_t>(spec.min_retry_concurrency)) {
  expects(spec.budget_percent >= 0 && spec.budget_percent <= 100, "a percentage is one");
  expects(spec.min_retry_concurrency >= 0, "a number of retries is not negative");
}

bool RetryBudget::allows(std::uint32_t active, std::uint32_t retrying) const {
  expects(retrying < active, "who asks is under way and not counted among those who retry");
  if (!is_limited_) return true;
  // Rounded down; the factor takes the roundings of a product back that falls short of a whole.
  constexpr double taken_back = 1 + 0x1p-51;
  const auto allowed = static_cast<std::uint32_t>(active * budget_percent_ / 100 * taken_back);
  return retrying < std::max(min_retry_concurrency_, allowed);
}

}  // namespace rehearse
