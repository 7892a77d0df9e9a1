#pragma once

#include <optional>
#include <string>

#include "language/table.hpp"
#include "language/value_kinds.hpp"
#include "models/policies/circuit_breaker.hpp"
#include "models/policies/load_balancer.hpp"
#include "models/policies/retry.hpp"
#include "models/policies/retry_budget.hpp"
#include "models/policies/retry_throttle.hpp"
#include "models/values/law_keys.hpp"
#include "sim/random/law_spec.hpp"
#include "sim/time.hpp"

namespace rehearse {

/// The caller's side of an edge: what one service (or workload) does when it calls another.
struct ClientSpec {
  /// Of the whole call: all attempts and back-offs. No timeout when absent.
  std::optional<Duration> timeout;
  std::optional<RetrySpec> retry;
  std::optional<RetryBudgetSpec> retry_budget;
  std::optional<RetryThrottleSpec> retry_throttle;
  std::optional<CircuitBreakerSpec> circuit_breaker;
  LoadBalancerSpec load_balancer;
  /// A caller that gives up tells the callee, one network latency later: queued work leaves the
  /// queue, running work stops, calls under way are given up in turn. Otherwise abandoned work goes
  /// on burning capacity.
  bool propagate_cancellation = false;
  /// One way; drawn for the request and for the answer. The model's network latency when absent.
  std::optional<LawSpec> network_latency;
  bool operator==(const ClientSpec&) const = default;
};

template <class Visitor, SpecOf<ClientSpec> Spec>
void describe(Visitor& visitor, Spec& spec) {
  constexpr Table brief{Layout::brief};
  visitor.key({"timeout", "Of the whole call, retries and back-off included; none when absent."},
              spec.timeout, positive_span);
  visitor.key({"retry", "Tries again after a failure; never when absent."}, spec.retry, brief);
  visitor.key({"retry_budget", "Limits the retries of an instance; no limit when absent."},
              spec.retry_budget, brief);
  visitor.key({"retry_throttle",
               "Stops the retries of an instance while too many attempts fail, as gRPC does; never "
               "when absent."},
              spec.retry_throttle, brief);
  visitor.key(
      {"circuit_breaker",
       "Sends nothing for a while after too many attempts failed or were slow, as "
       "resilience4j does; never when absent. Each instance, or workload, has its own for each "
       "service, closed when it starts."},
      spec.circuit_breaker, brief);
  visitor.key({"load_balancer", "How calls are spread over instances."}, spec.load_balancer, brief);
  visitor.key({"propagate_cancellation",
               "Whether giving up is told to the callee; otherwise abandoned work goes on."},
              spec.propagate_cancellation, Flag{});
  visitor.key({"network_latency", "One way, on this edge; network.latency when absent."},
              spec.network_latency, LawTable{});
}

/// What limits retries is for who retries.
inline void inspect(Reader& reader, const Node& node, const ClientSpec& spec) {
  if (spec.retry || node.find("retry") != nullptr) return;
  for (const char* limit : {"retry_budget", "retry_throttle"}) {
    const Node* const said = node.find(limit);
    if (said == nullptr) continue;
    reader.mistake(*said, std::string("'") + limit + "' limits retries, and there are none",
                   "give 'retry', too");
  }
}

}  // namespace rehearse
