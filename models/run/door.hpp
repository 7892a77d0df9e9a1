#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "models/run/caller.hpp"
#include "models/run/tracer.hpp"

namespace rehearse {

/// As long as the longest sample of a law: an instant plus so much still fits.
inline constexpr Duration longest_work = Duration::nanoseconds(std::int64_t{1} << 61);

/// From now on, work at an instance takes so many times as long as its laws say.
struct WorkPace {
  InstanceId instance;
  double factor = 1;
};

/// An instance, seen from outside: its door (faults that act there, admission), its queue, its
/// workers and cores.
class Door : public Caller {
 public:
  /// From `now` on, work at these instances takes so many times as long, also what is under way.
  /// Between windows; expects them sorted by instance.
  void change_paces(Time now, const std::vector<WorkPace>& paces);

 protected:
  using Caller::Caller;
  /// An attempt stands before the door. Whether it begins with what it has to do: it may have to
  /// wait for a worker, or be held or turned away by the door.
  bool attempt_arrives(std::uint32_t job);
  /// Likewise, when a fault has held it long enough.
  bool door_passed(SlabId job) { return frames_.is_live(job) && admit(job.slot); }

  /// Ends a job before it has begun.
  void turn_away(std::uint32_t job, Status status);
  void count_end(std::uint32_t job, Status status);

  /// The frame's step is work: takes a worker for it where that is the rule, or queues for one.
  Progress start_work(std::uint32_t frame);
  /// Gives a free worker to whoever waits longest, or shortest. Work begins; returns the job where
  /// it is a whole job that can begin. None when nobody can.
  std::uint32_t serve_next(InstanceId instance);
  void leave_queue(std::uint32_t frame, Instance& instance);

  // Work that shares cores.
  bool cores_are_due(InstanceId instance, std::uint32_t stamp);
  /// Takes the next frame whose work is done by now; none: there is none.
  std::uint32_t next_done_on_cores(InstanceId instance);
  void schedule_cores(InstanceId instance);
  /// A frame gives up its share.
  void leave_cores(InstanceId instance);

  /// Makes a slot, whose path is known, the strand of `job` that does the steps from `step` on.
  void open_frame(std::uint32_t slot, std::uint32_t job, std::uint32_t parent, StepId step);

 private:
  bool admit(std::uint32_t job);
  bool stopped_at_door(std::uint32_t job);
  Index column_of(const Job& job) const {
    return instances_[job.instance].canary ? plan_->canary_column[job.endpoint]
                                           : plan_->stable_column[job.endpoint];
  }
  void enqueue(std::uint32_t frame, Instance& instance);
  /// Refuses those whom the queue drops before it gives the next one away.
  [[gnu::noinline]] void refuse_dropped(InstanceId instance);
  void begin_work(std::uint32_t frame, const Job& job, Instance& instance);
  Duration drawn_work(const Frame& frame, const Job& job, const Step& step,
                      const ServicePlan& service) const;
  void change_pace_of_workers(const std::vector<WorkPace>& paces);
  void share_cores(InstanceId instance, std::uint32_t frame, Duration work);
  void advance_cores(InstanceId instance);
  double pace_on_cores(InstanceId instance) const;
  bool is_at_work(SlabId frame) const;
};

inline void Door::open_frame(std::uint32_t slot, std::uint32_t job, std::uint32_t parent,
                             StepId step) {
  Frame& frame = frames_[slot];
  frame.first_child = {};
  frame.job = job;
  frame.parent = parent;
  frame.step = step;
  frame.state = Frame::State::waiting;
  frame.owns_worker = false;
}

inline void Door::count_end(std::uint32_t slot, Status status) {
  const Job& job = jobs_[slot];
  note(job.instance, frames_[slot].path + static_cast<std::uint64_t>(status) + 1);
  if (status == Status::ok) [[likely]] {
    recorder_.attempt_succeeded(job.column, job.interval, now_ - job.arrived);
  } else {
    recorder_.attempt_failed(job.column, job.interval, status, now_ - job.arrived);
  }
  if (job.interval != none) --open_measured_;
  if (tracer_ != nullptr) [[unlikely]]
    tracer_->job_ends(slot, job, status, now_);
}

inline void Door::enqueue(std::uint32_t slot, Instance& instance) {
  Frame& frame = frames_[slot];
  frame.state = Frame::State::queued;
  frame.joins_queue_at(now_);
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

inline void Door::leave_queue(std::uint32_t slot, Instance& instance) {
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

inline Progress Door::start_work(std::uint32_t slot) {
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

inline bool Door::admit(std::uint32_t slot) {
  Job& job = jobs_[slot];
  Instance& instance = instances_[job.instance];
  const ServicePlan& service = service_of(instance);
  const bool must_wait = service.workers != none && instance.busy >= service.workers;
  const bool full = must_wait && !service.queue.has_room(instance.waiting);
  if (full || instance.in_system >= plan_->most_in_flight) [[unlikely]] {
    fell_behind_ = fell_behind_ || !full;
    turn_away(slot, Status::refused);
    return false;
  }
  instance.enter(now_);
  job.place = Job::Place::admitted;
  open_frame(slot, slot, none, none);
  if (!service.worker_held || service.workers == none) return true;
  if (must_wait) {
    enqueue(slot, instance);
    return false;
  }
  if (service.queue.drops_any()) [[unlikely]]
    service.queue.note_no_wait(queues_[job.instance]);
  instance.take_worker(now_);
  job.holds_worker = true;
  return true;
}

inline bool Door::attempt_arrives(std::uint32_t slot) {
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
    return false;
  }
  if (instance.door_faults > 0 && stopped_at_door(slot)) return false;
  return admit(slot);
}

/// A job that needs no time ends at once and frees its worker again; the loop of who asks, not a
/// recursion, serves the next.
inline std::uint32_t Door::serve_next(InstanceId index) {
  Instance& instance = instances_[index];
  const ServicePlan& service = service_of(instance);
  while (instance.waiting > 0 && instance.busy < service.workers) {
    if (service.queue.drops_any()) [[unlikely]]
      refuse_dropped(index);
    const std::uint32_t slot = service.queue.next(instance.queue_first, instance.queue_last);
    leave_queue(slot, instance);
    instance.take_worker(now_);
    const std::uint32_t job = frames_[slot].job;
    if (service.worker_held) {
      jobs_[job].holds_worker = true;
      return job;
    }
    frames_[slot].owns_worker = true;
    begin_work(slot, jobs_[job], instance);
  }
  return none;
}

}  // namespace rehearse
