#include "models/policies/load_balancer.hpp"

#include "sim/expects.hpp"

namespace rehearse {

LoadBalancer::LoadBalancer(const LoadBalancerSpec& spec)
    : policy_(spec.policy), choice_count_(static_cast<std::uint32_t>(spec.choice_count)) {
  expects(spec.choice_count >= 1, "a choice is made of one draw at least");
}

}  // namespace rehearse
