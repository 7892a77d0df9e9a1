#include "models/run/instance.hpp"

#include "models/run/shared_cores.hpp"
#include "sim/expects.hpp"

namespace rehearse {
void Instance::restart(const InstancePlan& place) {
  *this = Instance{};
  service = place.service;
  canary = place.canary;
  wanted = started = up = !canary;
}

namespace {

/// Of a live instance; 0: unlimited.
std::uint64_t capacity_thousandths(const ServicePlan& plan) {
  if (plan.cores > 0) return thousandths(plan.cores);
  return plan.workers == none ? 0 : plan.workers * std::uint64_t{1000};
}

}  // namespace

ServiceOutcome Instance::collect(Time now, const ServicePlan& plan) {
  expects(plan.workers == none || busy <= plan.workers, "no more workers are busy than there are");
  settle_serving(now);
  const auto closed = [now](Integral& time, std::uint32_t count) {
    const Integral there = static_cast<Integral>(count) * instant(now);
    const Integral sum = time + there;
    time = -there;
    return sum;
  };
  ServiceOutcome part;
  part.busy_millis = closed(busy_time, busy) * 1000;
  part.waiting = closed(waiting_time, waiting);
  part.in_system = closed(in_system_time, in_system);
  part.capacity_millis = capacity_thousandths(plan) * static_cast<Integral>(up_time);
  part.instance_time = up_time;
  part.longest_queue = longest_queue;
  part.most_in_system = most_in_system;
  up_time = 0;
  longest_queue = waiting;
  most_in_system = in_system;
  return part;
}

/// One that gets no more traffic still has its capacity until it has finished what it admitted.
void Instance::settle_serving(Time now) {
  expects(now >= serving_since, "capacity is not settled for the past");
  const auto elapsed = static_cast<std::uint64_t>((now - serving_since).in_nanoseconds());
  serving_since = now;
  if (up && (listed || in_system > 0)) up_time += elapsed;
}

}  // namespace rehearse
