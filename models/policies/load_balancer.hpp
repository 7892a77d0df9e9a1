#pragma once

#include <cstdint>

#include "language/table.hpp"
#include "language/value_kinds.hpp"
#include "sim/expects.hpp"

/// Load balancing on the caller's side: a value, it decides and never acts; for any thread.
namespace rehearse {

enum class BalancingPolicy { round_robin, random, least_request };

struct LoadBalancerSpec {
  BalancingPolicy policy = BalancingPolicy::round_robin;
  int choice_count = 2;  // least_request: so many draws with replacement, the least loaded is taken
  bool operator==(const LoadBalancerSpec&) const = default;
};

inline constexpr Choice<BalancingPolicy> balancing_words{
    {BalancingPolicy::round_robin, "round_robin"},
    {BalancingPolicy::random, "random"},
    {BalancingPolicy::least_request, "least_request"}};

template <class Visitor, SpecOf<LoadBalancerSpec> Spec>
void describe(Visitor& visitor, Spec& spec) {
  visitor.key({"policy", "How an instance is chosen.", Need::shown}, spec.policy, balancing_words);
  visitor.key({"choice_count", "least_request: the least loaded of so many random instances."},
              spec.choice_count, Whole{1, 100});
}

/// Which of the instances that get traffic an attempt goes to, as its caller sees them.
class LoadBalancer {
 public:
  LoadBalancer() = default;
  explicit LoadBalancer(const LoadBalancerSpec& spec);

  /// Whether it has to know how many attempts are outstanding at each instance.
  bool counts_outstanding() const { return policy_ == BalancingPolicy::least_request; }
  /// Whether it takes them in turn, by a cursor.
  bool takes_turns() const { return policy_ == BalancingPolicy::round_robin; }

  /// A position among `count` instances, of which there is one. `cursor` is the caller's own;
  /// `outstanding(position)` is asked by least_request only. `luck()` makes the stream of the
  /// decision: one draw (random), `choice_count` draws (least_request), none (round_robin, or only
  /// one instance).
  template <class MakeLuck, class Outstanding>
  std::uint32_t choose(std::uint32_t count, std::uint32_t& cursor, const MakeLuck& make_luck,
                       const Outstanding& outstanding) const {
    if (count == 1) return 0;
    expects(count > 0, "there is an instance to choose");
    switch (policy_) {
      case BalancingPolicy::round_robin:
        return cursor++ % count;
      case BalancingPolicy::random:
        return static_cast<std::uint32_t>(make_luck().below(count));
      case BalancingPolicy::least_request:
        break;
    }
    return least_loaded(count, make_luck(), outstanding);
  }

 private:
  /// Draws with replacement; of equals the first drawn, as in Envoy.
  template <class Luck, class Outstanding>
  std::uint32_t least_loaded(std::uint32_t count, Luck luck, const Outstanding& outstanding) const {
    auto best = static_cast<std::uint32_t>(luck.below(count));
    for (std::uint32_t choice = 1; choice < choice_count_; ++choice) {
      const auto other = static_cast<std::uint32_t>(luck.below(count));
      if (outstanding(other) < outstanding(best)) best = other;
    }
    return best;
  }

  BalancingPolicy policy_ = BalancingPolicy::round_robin;
  std::uint32_t choice_count_ = 2;
};

}  // namespace rehearse
