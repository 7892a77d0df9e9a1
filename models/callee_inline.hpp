#pragma once

#include <algorithm>

#include "models/partition.hpp"

/// The instance's side of a Partition, as far as nearly every event needs it: defined here to be
/// inlined.
namespace rehearse {

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

/// Makes a slot, whose path is known, the strand of `job` that does the steps from `step` on.
inline void Partition::open_frame(std::uint32_t slot, std::uint32_t job, std::uint32_t parent,
                                  Index step) {
  Frame& frame = frames_[slot];
  frame.first_child = {};
  frame.job = job;
  frame.parent = parent;
  frame.step = step;
  frame.state = Frame::State::waiting;
  frame.owns_worker = false;
}

inline void Partition::count_end(std::uint32_t slot, Status status) {
  const Job& job = jobs_[slot];
  note(job.instance, frames_[slot].path + static_cast<std::uint64_t>(status) + 1);
  if (status == Status::ok) [[likely]] {
    recorder_.attempt_succeeded(job.column, job.interval, now_ - job.arrived);
  } else {
    recorder_.attempt_failed(job.column, job.interval, status, now_ - job.arrived);
  }
  if (job.interval != none) --open_measured_;
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
  instance.begin_to_wait(now_);
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
  instance.end_to_wait(now_);
}

/// The frame's step is work: takes a worker for it where that is the rule, or queues for one.
inline Progress Partition::start_work(std::uint32_t slot) {
  Frame& frame = frames_[slot];
  const Job& job = jobs_[frame.job];
  Instance& instance = instances_[job.instance];
  const ServicePlan& service = service_of(instance);
  if (service.workers != none && !service.worker_held && !frame.owns_worker) {
    if (instance.busy >= service.workers) {
      enqueue(slot, instance);
      return Progress::waiting;
    }
    instance.take_worker(now_);
    frame.owns_worker = true;
  }
  begin_work(slot, job, instance);
  return Progress::waiting;
}

/// Sets a job out on its behaviour. Most begin with work.
inline void Partition::start_program(std::uint32_t slot) {
  const EndpointPlan& endpoint = endpoints_[jobs_[slot].endpoint];
  if (!endpoint.begins_with_work) {
    start_chosen_behaviour(slot);
    return;
  }
  frames_[slot].step = endpoint.first_step;
  start_work(slot);
}

/// The first strand of a job is over, and with it the job.
inline void Partition::program_ended(std::uint32_t slot, bool good) {
  const Job& job = jobs_[slot];
  if (good && endpoints_[job.endpoint].may_fail) [[unlikely]]
    good = !fails_at_end(slot);
  end_job(slot, good ? Status::ok : Status::failed);
}

/// Takes a frame away from wherever it stands. Most stand nowhere: they have done their work.
inline void Partition::withdraw(std::uint32_t slot) {
  const Frame& frame = frames_[slot];
  const bool idle = frame.state == Frame::State::waiting && !frame.owns_worker;
  if (idle && !frame.first_child) [[likely]]
    return;
  withdraw_busy(slot);
}

inline void Partition::admit(std::uint32_t slot) {
  Job& job = jobs_[slot];
  Instance& instance = instances_[job.instance];
  const ServicePlan& service = service_of(instance);
  const bool must_wait = service.workers != none && instance.busy >= service.workers;
  const bool full = must_wait && instance.waiting >= service.queue_capacity;
  if (full || instance.in_system >= plan_->most_in_flight) [[unlikely]] {
    fell_behind_ = fell_behind_ || !full;
    turn_away(slot, Status::refused);
    return;
  }
  instance.enter(now_, service);
  job.place = Job::Place::admitted;
  open_frame(slot, slot, none, none);
  if (!service.worker_held || service.workers == none) {
    start_program(slot);
  } else if (must_wait) {
    enqueue(slot, instance);
  } else {
    instance.take_worker(now_);
    job.holds_worker = true;
    start_program(slot);
  }
}

inline void Partition::attempt_arrives(std::uint32_t slot) {
  Job& job = jobs_[slot];
  const Instance& instance = instances_[job.instance];
  job.arrived = now_;
  job.interval = surroundings_->interval;
  job.column = column_of(job);
  recorder_.attempt_arrived(job.column);
  if (job.interval != none) ++open_measured_;
  note(job.instance, frames_[slot].path);
  if (!instance.up) {
    turn_away(slot, Status::unreachable);
    return;
  }
  if (instance.door_faults > 0 && stopped_at_door(slot)) return;
  admit(slot);
}

}  // namespace rehearse
