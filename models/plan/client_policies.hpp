#pragma once

#include <cstdint>

#include "models/outcomes/status.hpp"
#include "models/policies/load_balancer.hpp"
#include "models/policies/retry.hpp"
#include "models/policies/retry_budget.hpp"
#include "models/policies/retry_throttle.hpp"
#include "models/policies/timeout.hpp"
#include "models/specs/client_spec.hpp"
#include "sim/expects.hpp"

namespace rehearse {

/// By what a caller decides on one edge: all that a ClientSpec says, resolved. A further policy is
/// a row of ClientSpec and a member here; who calls does not know them one by one. Immutable.
class ClientPolicies {
 public:
  /// What an instance of the caller remembers of one callee service.
  struct Memory {
    RetryThrottle::Bucket tokens;
    bool is_kept = false;  // some policy remembers how attempts ended, and is to be told
  };

  ClientPolicies() = default;
  explicit ClientPolicies(const ClientSpec& spec);

  const LoadBalancer& balancer() const { return balancer_; }
  const Timeout& timeout() const { return timeout_; }
  bool propagates_cancellation() const { return propagates_cancellation_; }

  /// At the beginning of a run.
  Memory fresh_memory() const { return {.tokens = {}, .is_kept = throttle_.is_on()}; }
  /// An attempt ended, with an answer or by its own timeout.
  void note(Memory& memory, Status status) const;

  /// Whether the last of so many attempts, which ended so, is followed by another one. Of `active`
  /// calls under way, `retrying` retry already, this one left out.
  bool allows_retry(const Memory& memory, Status status, std::uint32_t attempts,
                    std::uint32_t active, std::uint32_t retrying) const {
    return retry_.wants(status, attempts) && budget_.allows(active, retrying) &&
           throttle_.allows(memory.tokens);
  }
  /// See Retry.
  template <class Luck>
  Duration backoff(std::uint32_t attempts, Luck luck) const {
    return retry_.backoff(attempts, luck);
  }

 private:
  LoadBalancer balancer_;
  Timeout timeout_;
  bool propagates_cancellation_ = false;
  Retry retry_;
  RetryBudget budget_;
  RetryThrottle throttle_;
};

inline ClientPolicies::ClientPolicies(const ClientSpec& spec)
    : balancer_(spec.load_balancer), propagates_cancellation_(spec.propagate_cancellation) {
  expects(spec.retry || (!spec.retry_budget && !spec.retry_throttle),
          "what limits retries has retries to limit");
  if (spec.retry) retry_ = Retry(*spec.retry);
  if (spec.retry_budget) budget_ = RetryBudget(*spec.retry_budget);
  if (spec.retry_throttle) throttle_ = RetryThrottle(*spec.retry_throttle);
  timeout_ = Timeout(spec.timeout, retry_.per_try_timeout());
}

/// As in gRPC, a failure that would not be tried again in any case takes nothing.
inline void ClientPolicies::note(Memory& memory, Status status) const {
  if (status == Status::ok) {
    throttle_.note_success(memory.tokens);
  } else if (retry_.matches(status)) {
    throttle_.note_failure(memory.tokens);
  }
}

}  // namespace rehearse
