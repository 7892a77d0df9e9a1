#pragma once

#include <algorithm>

#include "models/partition.hpp"

namespace rehearse {

// The short functions at the instance's side that nearly every event needs, to be inlined.

/// As long as the longest sample of a law: an instant plus so much still fits.
inline constexpr Duration longest_work = Duration::nanoseconds(std::int64_t{1} << 61);

/// A slot for an attempt: of its job, and of the first strand of what that will do.
inline std::uint32_t Partition::new_job() {
  const std::uint32_t slot = frames_.take();
  if (slot >= jobs_.size()) jobs_.resize(frames_.size());
  frames_[slot].job = slot;
  return slot;
}

inline Index Partition::column_of(const Job& job) const {
  return instances_[job.instance].canary ? plan_->canary_column[job.endpoint]
                                         : plan_->stable_column[job.endpoint];
}

/// Makes a slot the strand of `job` that does the steps from `step` on.
inline void Partition::open_frame(std::uint32_t slot, std::uint32_t job, std::uint32_t parent,
                                  Index step, std::uint64_t path) {
  Frame& frame = frames_[slot];
  frame.path = path;
  frame.first_child = {};
  frame.job = job;
  frame.parent = parent;
  frame.step = step;
  frame.state = Frame::State::waiting;
  frame.owns_worker = false;
}

inline void Partition::count_end(const Job& job, Status status) {
  recorder_.attempt_ended(job.column, job.interval, status, now_ - job.arrived);
  if (job.interval != none) --open_measured_;
  note(job.instance, job.path + static_cast<std::uint64_t>(status) + 1);
}

inline void Partition::forget_job(std::uint32_t slot) {
  const Job& job = jobs_[slot];
  if (job.home != none) parcel_to(job.home).released.push_back(job.ticket);
  frames_.give_back(slot);
}

inline void Partition::enqueue(std::uint32_t slot, Instance& instance) {
  Frame& frame = frames_[slot];
  frame.state = Frame::State::queued;
  frame.queue_previous = instance.queue_last;
  frame.queue_next = none;
  if (instance.queue_last != none) {
    frames_[instance.queue_last].queue_next = slot;
  } else {
    instance.queue_first = slot;
  }
  instance.queue_last = slot;
  ++instance.waiting;
  instance.longest_queue = std::max(instance.longest_queue, instance.waiting);
}

inline void Partition::leave_queue(std::uint32_t slot, Instance& instance) {
  Frame& frame = frames_[slot];
  if (frame.queue_previous != none) {
    frames_[frame.queue_previous].queue_next = frame.queue_next;
  } else {
    instance.queue_first = frame.queue_next;
  }
  if (frame.queue_next != none) {
    frames_[frame.queue_next].queue_previous = frame.queue_previous;
  } else {
    instance.queue_last = frame.queue_previous;
  }
  frame.state = Frame::State::waiting;
  --instance.waiting;
}

inline Duration Partition::drawn_work(const Frame& frame, const Job& job, const Step& step,
                                      double factor) const {
  const Law& law = laws_[step.law];
  const ServicePlan& service = services_[instances_[job.instance].service];
  RandomStream luck = stream(step.purpose, frame.path);
  Duration work;
  if (service.correlation > 0 && step.quantile) {
    RandomStream shared = stream(service.shared_purpose, job.request);
    work = law.quantile(correlated_level(standard_normal(shared), service.correlation, luck));
  } else {
    work = law.sample(luck);
  }
  return std::min(factor == 1 ? work : scaled(work, factor), longest_work);
}

inline void Partition::begin_work(std::uint32_t slot) {
  Frame& frame = frames_[slot];
  const Job& job = jobs_[frame.job];
  const Step& step = steps_[frame.step];
  const Instance& instance = instances_[job.instance];
  double factor = instance.work_factor;
  if (instance.canary && plan_->rollout) factor *= plan_->rollout->spec.work_ratio;
  const Duration work = drawn_work(frame, job, step, factor);
  frame.state = Frame::State::working;
  if (service_of(instance).cores > 0) {
    share_cores(job.instance, slot, work);
    return;
  }
  schedule_after(work, factor == 1 ? step.lane : none, next_order(job.instance),
                 {.kind = RunEvent::Kind::work_done, .slot = slot, .stamp = frame.generation});
}

/// The frame's step is work: takes a worker for it where that is the rule, or queues for one.
inline Progress Partition::start_work(std::uint32_t slot) {
  Frame& frame = frames_[slot];
  Instance& instance = instance_of(frame);
  const ServicePlan& service = service_of(instance);
  if (service.workers == none || service.worker_held || frame.owns_worker) {
    begin_work(slot);
    return Progress::waiting;
  }
  instance.settle(now_, service);
  if (instance.busy < service.workers) {
    ++instance.busy;
    frame.owns_worker = true;
    begin_work(slot);
  } else {
    enqueue(slot, instance);
  }
  return Progress::waiting;
}

}  // namespace rehearse
