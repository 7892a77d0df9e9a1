#pragma once

#include "models/client_spec.hpp"
#include "scenarios/law_kinds.hpp"
#include "scenarios/table_values.hpp"
#include "scenarios/value_kinds.hpp"

/// The table of the caller's side of an edge.
namespace rehearse {

inline constexpr Choice<Jitter, 2> jitter_words{{{{Jitter::full, "full"}, {Jitter::none, "none"}}}};
inline constexpr Choice<BalancingPolicy, 3> balancing_words{
    {{{BalancingPolicy::round_robin, "round_robin"},
      {BalancingPolicy::random, "random"},
      {BalancingPolicy::least_request, "least_request"}}}};

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
      spec.budget_percent, percent);
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
