#include <algorithm>
#include <cmath>

#include "models/callee_inline.hpp"
#include "models/caller_inline.hpp"
#include "models/partition.hpp"

namespace rehearse {
inline Duration Partition::drawn_work(const Frame& frame, const Job& job, const Step& step,
                                      const ServicePlan& service) const {
  const Law& law = laws_[step.law];
  RandomStream luck = stream(step.purpose, frame.path);
  if (service.correlation == 0 || !step.quantile) [[likely]]
    return law.sample(luck);
  RandomStream shared = stream(service.shared_purpose, job.request);
  return law.quantile(correlated_level(standard_normal(shared), service.correlation, luck));
}

void Partition::begin_work(std::uint32_t slot, const Job& job, Instance& instance) {
  Frame& frame = frames_[slot];
  const Step& step = steps_[frame.step];
  const ServicePlan& service = service_of(instance);
  Duration work = drawn_work(frame, job, step, service);
  std::uint32_t lane = step.lane;
  double factor = instance.work_factor;
  if (instance.canary && plan_->rollout) factor *= plan_->rollout->spec.work_ratio;
  if (factor != 1) [[unlikely]] {
    work = scaled(work, factor);
    lane = none;
  }
  work = std::min(work, longest_work);
  frame.state = Frame::State::working;
  if (service.cores > 0) {
    share_cores(job.instance, slot, work);
    return;
  }
  schedule_after(work, lane, next_order(job.instance),
                 {.kind = RunEvent::Kind::work_done, .slot = slot, .stamp = frame.generation});
}

/// Hands free workers to whoever waits. A job that needs no time ends at once and frees its worker
/// again; the loop, not a recursion, serves the next.
void Partition::dispatch(Index index) {
  Instance& instance = instances_[index];
  const ServicePlan& service = service_of(instance);
  if (instance.dispatching || !instance.up) return;
  instance.dispatching = true;
  ++nesting_;
  while (instance.waiting > 0 && instance.busy < service.workers) {
    const std::uint32_t slot =
        service.discipline == QueueDiscipline::fifo ? instance.queue_first : instance.queue_last;
    leave_queue(slot, instance);
    instance.take_worker(now_);
    if (service.worker_held) {
      const std::uint32_t job = frames_[slot].job;
      jobs_[job].holds_worker = true;
      start_program(job);
    } else {
      frames_[slot].owns_worker = true;
      begin_work(slot, jobs_[frames_[slot].job], instance);
    }
  }
  --nesting_;
  instance.dispatching = false;
}

void Partition::give_back_worker(std::uint32_t slot) {
  Frame& frame = frames_[slot];
  const Index index = jobs_[frame.job].instance;
  Instance& instance = instances_[index];
  frame.owns_worker = false;
  instance.give_worker_back(now_);
  if (instance.waiting > 0) dispatch(index);
}

void Partition::share_cores(Index index, std::uint32_t slot, Duration work) {
  Instance& instance = instances_[index];
  const ServicePlan& service = service_of(instance);
  advance_cores(instance, service.cores);
  SharedCores& cores = instance.cores;
  if (cores.running == 0) {
    cores.virtual_now = 0;
    cores.pieces.clear();
  }
  ++cores.running;
  cores.pieces.push_back({cores.virtual_now + static_cast<double>(work.in_nanoseconds()),
                          cores.sequence++, frames_.id(slot)});
  std::push_heap(cores.pieces.begin(), cores.pieces.end());
  schedule_cores(index);
}

/// Moves the virtual time of an instance to now, at the pace of one job's share: before every
/// change of how many run.
void Partition::advance_cores(Instance& instance, double cores) {
  SharedCores& shared = instance.cores;
  shared.settle(now_, cores);
  if (shared.running > 0) {
    const double pace = std::min(1.0, cores / shared.running);
    shared.virtual_now += static_cast<double>((now_ - shared.updated).in_nanoseconds()) * pace;
  }
  shared.updated = now_;
}

bool Partition::is_at_work(SlabId frame) const {
  return frames_.is_live(frame) && frames_[frame.slot].state == Frame::State::working;
}

void Partition::schedule_cores(Index index) {
  SharedCores& shared = instances_[index].cores;
  const double cores = service_of(instances_[index]).cores;
  ++shared.stamp;
  while (!shared.pieces.empty() && !is_at_work(shared.pieces.front().frame)) {
    std::pop_heap(shared.pieces.begin(), shared.pieces.end());
    shared.pieces.pop_back();
  }
  if (shared.pieces.empty()) return;
  const double pace = std::min(1.0, cores / shared.running);
  const double wait = std::ceil((shared.pieces.front().finish - shared.virtual_now) / pace);
  const Duration rounded = Duration::rounded_nanoseconds(std::max(0.0, wait));
  schedule(now_ + std::min(rounded, longest_work), next_order(index),
           {.kind = RunEvent::Kind::cores_fire, .slot = index, .stamp = shared.stamp});
}

void Partition::cores_fire(Index index, std::uint32_t stamp) {
  Instance& instance = instances_[index];
  SharedCores& shared = instance.cores;
  if (shared.stamp != stamp) return;
  const ServicePlan& service = service_of(instance);
  advance_cores(instance, service.cores);
  // A hundredth of a nanosecond covers the rounding of the virtual clock.
  constexpr double rounding = 0.01;
  ++nesting_;
  while (!shared.pieces.empty() && shared.pieces.front().finish <= shared.virtual_now + rounding) {
    std::pop_heap(shared.pieces.begin(), shared.pieces.end());
    const SlabId frame = shared.pieces.back().frame;
    shared.pieces.pop_back();
    if (!is_at_work(frame)) continue;
    --shared.running;
    frames_[frame.slot].state = Frame::State::waiting;
    continue_frame(frame.slot);
  }
  --nesting_;
  schedule_cores(index);
}

}  // namespace rehearse
