#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/outcomes/status.hpp"
#include "models/policies/circuit_breaker.hpp"
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
    std::uint32_t kept = nowhere;  // where the rest is, if a policy is to be told of attempts
    bool is_kept() const { return kept != nowhere; }

    static constexpr std::uint32_t nowhere = 0xffffffffU;
  };
  /// The rest of it, where a policy is told of attempts. In cache lines of its own, because
  /// neighbours may belong to different threads.
  struct alignas(64) KeptMemory {
    CircuitBreaker::Memory breaker;
  };

  /// From the first byte on; the rest is for those that fail or are limited.
  static constexpr std::size_t bytes_of_every_attempt = sizeof(LoadBalancer) + sizeof(Timeout);

  ClientPolicies() = default;
  explicit ClientPolicies(const ClientSpec& spec);

  const LoadBalancer& balancer() const { return balancer_; }
  const Timeout& timeout() const { return timeout_; }
  bool propagates_cancellation() const { return propagates_cancellation_; }

  /// Whether a policy is told of attempts, and remembers.
  bool keep_memory() const { return throttle_.is_on() || !breaker_.empty(); }
  /// So many bytes for each caller that has one.
  std::size_t bytes_of_kept_memory() const {
    const std::size_t ring = breaker_.empty() ? 0 : breaker_.front().bytes_of_ring();
    return keep_memory() ? sizeof(KeptMemory) + ring : 0;
  }
  /// As a process finds it that begins now. Allocates the first time.
  void begin(KeptMemory& kept, Time now) const;
  /// Whether an attempt may be sent now. One that may is told of once more, by one of the next
  /// three.
  bool permits(KeptMemory& kept, Time now) const;
  /// It ended, with an answer or by its own timeout, after so long; or it was not permitted.
  void note(Memory& memory, KeptMemory& kept, Time now, Status status, Duration took) const;
  /// It had taken so long when the time of the whole call was over.
  void note_deadline(KeptMemory& kept, Time now, Duration took) const;
  /// It was withdrawn from above.
  void note_giving_up(KeptMemory& kept, Time now) const;

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
  // What every attempt asks.
  LoadBalancer balancer_;
  Timeout timeout_;

  bool propagates_cancellation_ = false;
  Retry retry_;
  RetryBudget budget_;
  RetryThrottle throttle_;
  std::vector<CircuitBreaker> breaker_;  // one or none: apart from what every call reads
};

inline ClientPolicies::ClientPolicies(const ClientSpec& spec)
    : balancer_(spec.load_balancer), propagates_cancellation_(spec.propagate_cancellation) {
  expects(spec.retry || (!spec.retry_budget && !spec.retry_throttle),
          "what limits retries has retries to limit");
  if (spec.retry) retry_ = Retry(*spec.retry);
  if (spec.retry_budget) budget_ = RetryBudget(*spec.retry_budget);
  if (spec.retry_throttle) throttle_ = RetryThrottle(*spec.retry_throttle);
  if (spec.circuit_breaker) breaker_.emplace_back(*spec.circuit_breaker);
  timeout_ = Timeout(spec.timeout, retry_.per_try_timeout());
}

inline void ClientPolicies::begin(KeptMemory& kept, Time now) const {
  for (const CircuitBreaker& breaker : breaker_) breaker.begin(kept.breaker, now);
}

inline bool ClientPolicies::permits(KeptMemory& kept, Time now) const {
  return breaker_.empty() || breaker_.front().permits(kept.breaker, now);
}

/// As in gRPC, a failure that would not be tried again in any case takes no token, nor does what
/// was never sent.
inline void ClientPolicies::note(Memory& memory, KeptMemory& kept, Time now, Status status,
                                 Duration took) const {
  if (status == Status::not_permitted) return;
  if (!breaker_.empty()) {
    breaker_.front().note(kept.breaker, now, status != Status::ok, took);
  }
  if (!throttle_.is_on()) return;
  if (status == Status::ok) {
    throttle_.note_success(memory.tokens);
  } else if (retry_.matches(status)) {
    throttle_.note_failure(memory.tokens);
  }
}

inline void ClientPolicies::note_deadline(KeptMemory& kept, Time now, Duration took) const {
  for (const CircuitBreaker& breaker : breaker_) breaker.note(kept.breaker, now, true, took);
}

inline void ClientPolicies::note_giving_up(KeptMemory& kept, Time now) const {
  for (const CircuitBreaker& breaker : breaker_) breaker.release(kept.breaker, now);
}

}  // namespace rehearse
