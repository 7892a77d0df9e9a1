#include "models/plan/lanes.hpp"

#include <algorithm>
#include <map>

#include "sim/expects.hpp"

namespace rehearse {
namespace {

/// More would be compared more slowly than they save.
constexpr std::uint32_t most_constant_lanes = 16;

/// Whether a fault may add to the latency.
bool may_stall(EdgeId edge, const Plan& plan) {
  return std::any_of(plan.faults.begin(), plan.faults.end(), [edge](const FaultPlan& fault) {
    return fault.link && fault.link->stall && fault.disturbs[edge] != 0;
  });
}

}  // namespace

void assign_lanes(Plan& plan) {
  expects(plan.lanes == 1, "lanes are given out once");
  std::map<Duration, std::uint32_t> of_delay{{Duration(), 0}};
  const auto lane_of = [&](const Law& law) -> std::uint32_t {
    const std::optional<Duration> delay = law.constant_value();
    if (!delay) return none;
    const auto known = of_delay.find(*delay);
    if (known != of_delay.end()) return known->second;
    if (of_delay.size() > most_constant_lanes) return none;
    of_delay.emplace(*delay, plan.lanes);
    return plan.lanes++;
  };
  for (EdgeId i(0); i < plan.edges.size(); ++i) {
    EdgePlan& edge = plan.edges[i];
    edge.lane = may_stall(i, plan) ? none : lane_of(edge.latency);
    edge.constant_latency = edge.latency.constant_value().value_or(Duration());
  }
  for (Step& step : plan.steps) {
    if (step.kind == Step::Kind::work) step.lane = lane_of(plan.laws[step.law]);
  }
  for (SourcePlan& source : plan.sources) {
    if (source.kind != SourcePlan::Kind::closed_loop) source.lane = plan.lanes++;
  }
}

}  // namespace rehearse
