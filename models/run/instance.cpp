#include "models/run/instance.hpp"

#include <algorithm>

#include "sim/expects.hpp"

namespace rehearse {
namespace {

std::uint64_t thousandths(double cores) {
  return static_cast<std::uint64_t>(cores * 1000 + 0.5);
}

}  // namespace

void Instance::restart(const InstancePlan& place) {
  std::vector<SharedCores::Piece> memory = std::move(cores.pieces);
  memory.clear();
  *this = Instance{};
  cores.pieces = std::move(memory);
  service = place.service;
  canary = place.canary;
  wanted = started = up = !canary;
}

void SharedCores::settle(Time now) {
  expects(now >= settled, "cores are not settled for the past");
  const auto elapsed = static_cast<Integral>((now - settled).in_nanoseconds());
  settled = now;
  busy_millis += busy * elapsed;
}

void SharedCores::share(double cores, const CorePaces* paces) {
  if (running == 0) {
    busy = 0;
  } else if (paces == nullptr) {
    pace = std::min(1.0, cores / running);
    busy = std::min(running * std::uint64_t{1000}, thousandths(cores));
  } else {
    pace = paces->pace(running);
    busy = std::min(paces->busy_thousandths(running), thousandths(cores));
  }
}

ServiceOutcome Instance::collect(Time now, const ServicePlan& plan) {
  expects(plan.workers == none || busy <= plan.workers, "no more workers are busy than there are");
  expects(cores.running <= cores.pieces.size(), "what runs on the cores is a piece of work");
  settle_serving(now, plan);
  const auto closed = [now](Integral& time, std::uint32_t count) {
    const Integral there = static_cast<Integral>(count) * instant(now);
    const Integral sum = time + there;
    time = -there;
    return sum;
  };
  ServiceOutcome part;
  part.busy_millis = closed(busy_time, busy) * 1000;
  if (plan.cores > 0) {
    cores.settle(now);
    part.busy_millis = cores.busy_millis;
    cores.busy_millis = 0;
  }
  part.waiting = closed(waiting_time, waiting);
  part.in_system = closed(in_system_time, in_system);
  part.capacity_millis = capacity_millis;
  part.instance_time = up_time;
  part.longest_queue = longest_queue;
  part.most_in_system = most_in_system;
  capacity_millis = up_time = 0;
  longest_queue = waiting;
  most_in_system = in_system;
  return part;
}

/// One that gets no more traffic still has its capacity until it has finished what it admitted.
void Instance::settle_serving(Time now, const ServicePlan& plan) {
  expects(now >= serving_since, "capacity is not settled for the past");
  const auto elapsed = static_cast<Integral>((now - serving_since).in_nanoseconds());
  serving_since = now;
  if (!up || (!listed && in_system == 0)) return;
  up_time += elapsed;
  if (plan.cores > 0) {
    capacity_millis += thousandths(plan.cores) * elapsed;
  } else if (plan.workers != none) {
    capacity_millis += plan.workers * std::uint64_t{1000} * elapsed;
  }
}

}  // namespace rehearse
