#pragma once

#include <optional>

#include "sim/random/law_spec.hpp"
#include "sim/time.hpp"

namespace rehearse {

/// Which failed attempts are tried again, in Envoy's words. `gateway_error` covers 502, 503 and
/// 504, hence refusals, unreachable instances and per-try timeouts; `five_xx` covers every failure;
/// `reset` a per-try timeout, an instance that died while it worked or, as in Envoy, one that
/// nobody reached; `connect_failure` an instance that is not there.
struct RetryOn {
  bool five_xx = false;
  bool gateway_error = false;
  bool connect_failure = false;
  bool reset = false;
  bool operator==(const RetryOn&) const = default;
};

enum class Jitter { full, none };

/// Tries again after a failure. Back-off before retry n is uniform in [0, b) with full jitter, or b
/// itself without, where b = min(base_backoff * 2^(n-1), max_backoff): Envoy's code, not its
/// documentation, which says (2^n - 1).
struct RetrySpec {
  int max_attempts = 2;  // counts the first try
  std::optional<Duration> per_try_timeout;
  Duration base_backoff = Duration::milliseconds(25);
  std::optional<Duration> max_backoff;  // ten times base_backoff when absent
  Jitter jitter = Jitter::full;
  RetryOn retry_on{.gateway_error = true, .connect_failure = true, .reset = true};
  bool operator==(const RetrySpec&) const = default;
};

/// Envoy's concurrency-based budget, kept by each instance of the caller for each callee service: a
/// retry is allowed while the retries under way (their back-off included) are fewer than
/// max(min_retry_concurrency, budget_percent % of the calls under way, rounded down).
struct RetryBudgetSpec {
  double budget_percent = 20;
  int min_retry_concurrency = 3;
  bool operator==(const RetryBudgetSpec&) const = default;
};

enum class BalancingPolicy { round_robin, random, least_request };

struct LoadBalancerSpec {
  BalancingPolicy policy = BalancingPolicy::round_robin;
  int choice_count = 2;  // least_request: so many draws with replacement, the least loaded is taken
  bool operator==(const LoadBalancerSpec&) const = default;
};

/// The caller's side of an edge: what one service (or workload) does when it calls another.
struct ClientSpec {
  /// Of the whole call: all attempts and back-offs. No timeout when absent.
  std::optional<Duration> timeout;
  std::optional<RetrySpec> retry;
  std::optional<RetryBudgetSpec> retry_budget;
  LoadBalancerSpec load_balancer;
  /// A caller that gives up tells the callee, one network latency later: queued work leaves the
  /// queue, running work stops, calls under way are given up in turn. Otherwise abandoned work goes
  /// on burning capacity.
  bool propagate_cancellation = false;
  /// One way; drawn for the request and for the answer. The model's network latency when absent.
  std::optional<LawSpec> network_latency;
  bool operator==(const ClientSpec&) const = default;
};

}  // namespace rehearse
