#pragma once

#include <optional>

#include "language/table.hpp"
#include "language/value_kinds.hpp"
#include "models/specs/law_keys.hpp"
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

/// Envoy's comma-separated conditions.
struct RetryOnText {};
void read(Reader& reader, const Node& node, RetryOn& value, const RetryOnText& kind);
Node written(const RetryOn& value, const RetryOnText& kind);
SchemaNode schema(const RetryOn& value, const RetryOnText& kind);

inline constexpr Choice<Jitter> jitter_words{{Jitter::full, "full"}, {Jitter::none, "none"}};
inline constexpr Choice<BalancingPolicy> balancing_words{
    {BalancingPolicy::round_robin, "round_robin"},
    {BalancingPolicy::random, "random"},
    {BalancingPolicy::least_request, "least_request"}};

template <class Visitor, SpecOf<RetrySpec> Spec>
void describe(Visitor& visitor, Spec& spec) {
  visitor.key({"max_attempts", "Tries in all, the first included.", Need::shown}, spec.max_attempts,
              Whole{1, 1'000});
  visitor.key({"per_try_timeout", "Of one try; must be below the timeout of the whole call."},
              spec.per_try_timeout, positive_span);
  visitor.key({"base_backoff", "Back-off before the first retry; doubles each time."},
              spec.base_backoff, Extent{});
  visitor.key({"max_backoff", "Where doubling ends; ten times base_backoff when absent."},
              spec.max_backoff, Extent{});
  visitor.key({"jitter", "full: uniform between zero and the back-off. none: the back-off."},
              spec.jitter, jitter_words);
  visitor.key({"retry_on", "Which failures are tried again, in Envoy's words."}, spec.retry_on,
              RetryOnText{});
}

template <class Visitor, SpecOf<RetryBudgetSpec> Spec>
void describe(Visitor& visitor, Spec& spec) {
  visitor.key(
      {"budget_percent", "Retries under way, in percent of the calls under way.", Need::shown},
      spec.budget_percent, zero_to_hundred);
  visitor.key({"min_retry_concurrency", "So many retries are always allowed.", Need::shown},
              spec.min_retry_concurrency, Whole{0, 1'000'000});
}

template <class Visitor, SpecOf<LoadBalancerSpec> Spec>
void describe(Visitor& visitor, Spec& spec) {
  visitor.key({"policy", "How an instance is chosen.", Need::shown}, spec.policy, balancing_words);
  visitor.key({"choice_count", "least_request: the least loaded of so many random instances."},
              spec.choice_count, Whole{1, 100});
}

template <class Visitor, SpecOf<ClientSpec> Spec>
void describe(Visitor& visitor, Spec& spec) {
  constexpr Table brief{Layout::brief};
  visitor.key({"timeout", "Of the whole call, retries and back-off included; none when absent."},
              spec.timeout, positive_span);
  visitor.key({"retry", "Tries again after a failure; never when absent."}, spec.retry, brief);
  visitor.key({"retry_budget", "Limits the retries of an instance; no limit when absent."},
              spec.retry_budget, brief);
  visitor.key({"load_balancer", "How calls are spread over instances."}, spec.load_balancer, brief);
  visitor.key({"propagate_cancellation",
               "Whether giving up is told to the callee; otherwise abandoned work goes on."},
              spec.propagate_cancellation, Flag{});
  visitor.key({"network_latency", "One way, on this edge; network.latency when absent."},
              spec.network_latency, LawTable{});
}

}  // namespace rehearse
