#include "models/instance.hpp"

#include <algorithm>

#include "models/callee_inline.hpp"
#include "models/caller_inline.hpp"
#include "models/partition.hpp"

namespace rehearse {
namespace {

/// At the door, by all faults together: an instant plus so much still fits.
constexpr Duration longest_delay = Duration::nanoseconds(std::int64_t{1} << 61);

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

void SharedCores::settle(Time now, double cores_there) {
  const auto elapsed = static_cast<Integral>((now - settled).in_nanoseconds());
  settled = now;
  busy_millis += std::min(running * std::uint64_t{1000}, thousandths(cores_there)) * elapsed;
}

ServiceOutcome Instance::collect(Time now, const ServicePlan& plan) {
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
    cores.settle(now, plan.cores);
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

/// Latency and abort faults. True when the attempt was aborted or has to wait.
bool Partition::stopped_at_door(std::uint32_t slot) {
  Job& job = jobs_[slot];
  Duration delay;
  for (Index index = 0; index < plan_->faults.size(); ++index) {
    const FaultPlan& fault = plan_->faults[index];
    const FaultState& state = surroundings_->faults[index];
    if (!state.active || state.hits.empty() || state.hits[job.instance] == 0) continue;
    if (fault.endpoint != none && fault.endpoint != job.endpoint) continue;
    RandomStream luck = stream(fault.purpose, frames_[slot].path);
    if (!luck.chance(fault.chance)) continue;
    if (fault.spec.kind == FaultKind::abort) {
      turn_away(slot, Status::aborted);
      return true;
    }
    delay = std::min(delay + fault.delay.sample(luck), longest_delay);
  }
  if (delay == Duration()) return false;
  job.place = Job::Place::at_the_door;
  schedule(now_ + delay, next_order(job.instance),
           {.kind = RunEvent::Kind::door_passed, .slot = slot, .stamp = frames_[slot].generation});
  return true;
}

void Partition::door_passed(SlabId id) {
  if (frames_.is_live(id)) admit(id.slot);
}

void Partition::cancel_arrives(SlabId id) {
  if (frames_.is_live(id)) end_job(id.slot, Status::cancelled);
}

/// The answer takes as long on its way as the request did.
void Partition::answer(const Job& job, Status status) {
  if (status == Status::cancelled) return;
  if (status != Status::ok && instances_[job.instance].silent) return;
  const std::uint64_t order = next_order(job.instance);
  const RunEvent event{.kind = RunEvent::Kind::answer_arrives,
                       .status = status,
                       .slot = job.call.slot,
                       .stamp = job.call.generation,
                       .extra = job.attempt};
  if (job.home != none) {
    const Time time = now_ + job.latency;
    earliest_sent_ = std::min(earliest_sent_, time);
    parcel_to(job.home).answers.push_back({time, order, event});
  } else if (job.latency == Duration()) {
    schedule_now(order, event);
  } else {
    schedule(now_ + job.latency, order, event);
  }
}

/// Ends a job that was never admitted.
void Partition::turn_away(std::uint32_t slot, Status status) {
  count_end(slot, status);
  answer(jobs_[slot], status);
  forget_job(slot);
}

void Partition::end_job(std::uint32_t slot, Status status) {
  if (jobs_[slot].place != Job::Place::admitted) {
    // Cancelled or lost while a latency fault held it at the door.
    turn_away(slot, status);
    return;
  }
  const Job& job = jobs_[slot];
  const Index index = job.instance;
  Instance& instance = instances_[index];
  instance.leave(now_, service_of(instance));
  withdraw(slot);
  if (job.holds_worker) instance.give_worker_back(now_);
  ++spans_;
  count_end(slot, status);
  if (answers_at_once(job, status)) {
    const SlabId call = job.call;
    const std::uint32_t attempt = job.attempt;
    forget_job(slot);
    if (instance.waiting > 0) dispatch(index);
    ++returning_;
    answer_arrives(call, attempt, status);
    --returning_;
    return;
  }
  answer(job, status);
  forget_job(slot);
  if (instance.waiting > 0) dispatch(index);
}

/// Whether the answer takes no time, and nothing is left to do when it is given: whoever waits for
/// a worker has got it, and no caller is still sending.
bool Partition::answers_at_once(const Job& job, Status status) const {
  return job.latency == Duration() && job.home == none && status == Status::ok && nesting_ == 0 &&
         returning_ < most_nested;
}

}  // namespace rehearse
