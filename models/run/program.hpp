#pragma once

#include <cstdint>

#include "models/run/door.hpp"

namespace rehearse {

/// An instance, seen from inside: what an endpoint does, step by step, by strands of a job
/// (frames). The highest station: what the others return as coming next is done here.
class Program : public Door {
 public:
  /// Attempts served.
  std::uint64_t spans() const { return spans_; }

 protected:
  using Door::Door;
  void restart(const Plan& plan, const Cut& cut, Index index);

  // What comes next, as the stations below return it; `none` and the like are nothing.
  void attempt(std::uint32_t call) {
    if (call != none) attempt_now(call);
  }
  void go_on(const CallEnd& end) {
    if (end) call_ended(end.frame, end.step, end.good);
  }
  void start_program(std::uint32_t job);

  [[gnu::noinline, gnu::flatten]] void end_job(std::uint32_t job, Status status);

  // What events say.
  [[gnu::noinline, gnu::flatten]] void requests_appear(SourceId source);
  [[gnu::noinline]] void user_asks(SourceId source, std::uint32_t user, std::uint32_t round);
  void work_done(SlabId frame);
  void cores_fire(InstanceId instance, std::uint32_t stamp);

  /// Whether a sequence is one call and no more: then its strand needs no frame of its own.
  bool is_single_call(StepId step) const;
  bool is_tolerated(std::uint32_t frame, const Step& step) const;

 private:
  void arrive(std::uint32_t job);
  [[gnu::noinline, gnu::flatten]] void attempt_now(std::uint32_t call);
  bool answers_at_once(const Job& job, Status status) const;
  [[gnu::noinline]] void dispatch(InstanceId instance);
  [[gnu::noinline]] void give_back_worker(std::uint32_t frame);
  [[gnu::noinline]] void start_chosen_behaviour(std::uint32_t job);
  std::size_t chosen_behaviour(std::uint32_t job) const;
  double own_error_probability(const Job& job, std::size_t behaviour) const;
  bool fails_at_end(std::uint32_t job) const;
  void continue_frame(std::uint32_t frame);
  void resume(std::uint32_t frame);
  void frame_ended(std::uint32_t frame, bool good);
  void program_ended(std::uint32_t job, bool good);
  [[gnu::noinline, gnu::flatten]] void call_ended(std::uint32_t frame, StepId step, bool good);
  void branch_ended(std::uint32_t frame, bool good);
  Progress run_frame(std::uint32_t frame);
  Progress start_step(std::uint32_t frame);
  Progress start_call(std::uint32_t frame, StepId step);
  Progress start_parallel(std::uint32_t frame, const Step& step);
  Progress run_rounds(std::uint32_t frame, const Step& step);
  Progress run_child(std::uint32_t frame, StepId first_step, std::uint64_t salt);
  Progress judged(const Frame& frame, const Step& step) const;
  void spawn(std::uint32_t frame, const Step& step);
  [[gnu::noinline]] void drop_children(std::uint32_t frame);
  [[gnu::noinline]] void drop_frame(std::uint32_t frame);
  void withdraw(std::uint32_t frame);
  [[gnu::noinline]] void withdraw_busy(std::uint32_t frame);

  std::uint64_t spans_ = 0;
  int returning_ = 0;  // of answers that took no time, in what is being handled now
};

/// Sets a job out on its behaviour. Most begin with work.
inline void Program::start_program(std::uint32_t slot) {
  const EndpointPlan& endpoint = endpoints_[jobs_[slot].endpoint];
  if (!endpoint.begins_with_work) {
    start_chosen_behaviour(slot);
    return;
  }
  frames_[slot].step = endpoint.first_step;
  start_work(slot);
}

/// What takes no time arrives before whoever sent it goes on; nobody's answer comes back until
/// then.
inline void Program::arrive(std::uint32_t job) {
  if (job == none) return;
  ++nesting_;
  if (attempt_arrives(job)) start_program(job);
  --nesting_;
}

/// The first strand of a job is over, and with it the job.
inline void Program::program_ended(std::uint32_t slot, bool good) {
  const Job& job = jobs_[slot];
  if (good && endpoints_[job.endpoint].may_fail) [[unlikely]]
    good = !fails_at_end(slot);
  end_job(slot, good ? Status::ok : Status::failed);
}

/// Takes a frame away from wherever it stands. Most stand nowhere: they have done their work.
inline void Program::withdraw(std::uint32_t slot) {
  const Frame& frame = frames_[slot];
  const bool idle = frame.state == Frame::State::waiting && !frame.owns_worker;
  if (idle && !frame.first_child) [[likely]]
    return;
  withdraw_busy(slot);
}

/// A piece of work is done. Often it was all that the job had to do.
inline void Program::work_done(SlabId id) {
  if (!frames_.is_live(id)) return;
  const std::uint32_t slot = id.slot;
  Frame& frame = frames_[slot];
  if (frame.work_ends() != now_ || frame.state != Frame::State::working) [[unlikely]]
    return;  // its pace changed since: another event says when it ends
  frame.state = Frame::State::waiting;
  frame.step = steps_[frame.step].next;
  if (frame.step != none || frame.parent != none) {
    resume(slot);
    return;
  }
  if (frame.owns_worker) give_back_worker(slot);
  program_ended(slot, true);
}

}  // namespace rehearse
