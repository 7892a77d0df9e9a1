#include "models/job.hpp"

#include <algorithm>

#include "models/callee_inline.hpp"
#include "models/caller_inline.hpp"
#include "models/partition.hpp"

namespace rehearse {

/// Chooses a behaviour and sets out on it.
void Partition::start_chosen_behaviour(std::uint32_t slot) {
  const Job& job = jobs_[slot];
  const EndpointPlan& endpoint = endpoints_[job.endpoint];
  if (endpoint.may_fail && endpoint.own_errors_at == OwnErrorsSpec::At::start &&
      stream(endpoint.error_purpose, frames_[slot].path).chance(own_error_probability(job))) {
    end_job(slot, Status::failed);
    return;
  }
  std::size_t behaviour = 0;
  if (endpoint.behaviours.size() > 1) {
    const double goal =
        stream(endpoint.purpose, frames_[slot].path).uniform() * endpoint.cumulative_weights.back();
    behaviour =
        static_cast<std::size_t>(std::upper_bound(endpoint.cumulative_weights.begin(),
                                                  endpoint.cumulative_weights.end() - 1, goal) -
                                 endpoint.cumulative_weights.begin());
  }
  frames_[slot].step = endpoint.behaviours[behaviour];
  const Progress progress = run_frame(slot);
  if (progress != Progress::waiting) program_ended(slot, progress == Progress::succeeded);
}

double Partition::own_error_probability(const Job& job) const {
  const double own = endpoints_[job.endpoint].own_error_probability;
  const bool canary = instances_[job.instance].canary && plan_->rollout;
  return canary ? own + plan_->rollout->errors_added : own;
}

/// Runs a frame from its current step until it has to wait or is over.
Progress Partition::run_frame(std::uint32_t slot) {
  while (frames_[slot].step != none) {
    const Progress progress = start_step(slot);
    if (progress != Progress::succeeded) {
      if (progress == Progress::failed && frames_[slot].owns_worker) give_back_worker(slot);
      return progress;
    }
    frames_[slot].step = steps_[frames_[slot].step].next;
  }
  if (frames_[slot].owns_worker) give_back_worker(slot);
  return Progress::succeeded;
}

Progress Partition::start_step(std::uint32_t slot) {
  const Step& step = steps_[frames_[slot].step];
  if (step.kind == Step::Kind::work) return start_work(slot);
  // An event loop's worker is for work only.
  if (frames_[slot].owns_worker) give_back_worker(slot);
  switch (step.kind) {
    case Step::Kind::call:
      return start_call(slot, frames_[slot].step);
    case Step::Kind::parallel:
      return start_parallel(slot, step);
    case Step::Kind::repeat: {
      RandomStream luck = stream(step.purpose, frames_[slot].path);
      frames_[slot].remaining = plan_->count_laws[step.law].sample(luck);
      return run_rounds(slot, step);
    }
    case Step::Kind::spawn:
      spawn(slot, step);
      return Progress::succeeded;
    case Step::Kind::work:
      break;
  }
  return Progress::succeeded;
}

/// `index` is the frame's step, or a branch of it that is nothing but a call.
Progress Partition::start_call(std::uint32_t slot, Index index) {
  const Step& step = steps_[index];
  const Frame& frame = frames_[slot];
  const std::uint64_t path = extended(frame.path, step.purpose);
  if (step.probability < 1 && !stream(step.purpose, path).chance(step.probability)) {
    return Progress::succeeded;
  }
  const Job& job = jobs_[frame.job];
  const std::uint32_t call =
      new_call(hosts_[job.instance].first_client + step.edge, step.endpoint, path, job.request);
  calls_[call].frame = slot;
  calls_[call].origin = index;
  adopt(slot, ChildId::call(call));
  make_attempt(call);
  return Progress::waiting;
}

/// Whether a sequence is one call and no more: then its strand needs no frame of its own.
bool Partition::is_single_call(Index index) const {
  if (index == none) return false;
  const Step& step = steps_[index];
  return step.kind == Step::Kind::call && step.next == none && step.on_error != OnError::fallback;
}

/// Nobody waits for the answer, and nobody gives up on it either, save by the edge's own timeout.
void Partition::spawn(std::uint32_t slot, const Step& step) {
  const Frame& frame = frames_[slot];
  const std::uint64_t path = extended(frame.path, step.purpose);
  if (step.probability < 1 && !stream(step.purpose, path).chance(step.probability)) return;
  const Job& job = jobs_[frame.job];
  make_attempt(
      new_call(hosts_[job.instance].first_client + step.edge, step.endpoint, path, job.request));
}

Progress Partition::start_parallel(std::uint32_t slot, const Step& step) {
  frames_[slot].succeeded = 0;
  frames_[slot].failed = 0;
  for (Index branch = 0; branch < step.count; ++branch) {
    const Index first = plan_->branches[step.body + branch];
    const Progress progress =
        is_single_call(first) ? start_call(slot, first) : run_child(slot, first, branch);
    if (progress == Progress::succeeded) ++frames_[slot].succeeded;
    if (progress == Progress::failed) ++frames_[slot].failed;
    if (judged(frames_[slot], step) != Progress::waiting) break;
  }
  const Progress progress = judged(frames_[slot], step);
  if (progress != Progress::waiting) drop_children(slot);
  return progress;
}

/// Whether enough branches of a parallel step have succeeded, or too many failed.
Progress Partition::judged(const Frame& frame, const Step& step) const {
  if (frame.succeeded >= step.wait_for) return Progress::succeeded;
  return frame.failed > step.count - step.wait_for ? Progress::failed : Progress::waiting;
}

Progress Partition::run_rounds(std::uint32_t slot, const Step& step) {
  while (frames_[slot].remaining > 0) {
    const std::uint64_t round = --frames_[slot].remaining;
    const Progress progress = run_child(slot, step.body, round);
    if (progress != Progress::succeeded) return progress;
  }
  return Progress::succeeded;
}

/// Starts a strand of its own for some steps. `salt` keeps the draws of branches and rounds apart.
Progress Partition::run_child(std::uint32_t slot, Index first_step, std::uint64_t salt) {
  const std::uint64_t purpose = steps_[frames_[slot].step].purpose;
  const std::uint64_t path = extended(extended(frames_[slot].path, purpose), salt);
  const std::uint32_t child = frames_.take();
  frames_[child].path = path;
  open_frame(child, frames_[slot].job, slot, first_step);
  adopt(slot, ChildId::frame(child));
  const Progress progress = run_frame(child);
  if (progress != Progress::waiting) {
    disown(slot, ChildId::frame(child));
    drop_frame(child);
  }
  return progress;
}

/// The step under way is done and good.
void Partition::continue_frame(std::uint32_t slot) {
  frames_[slot].state = Frame::State::waiting;
  frames_[slot].step = steps_[frames_[slot].step].next;
  resume(slot);
}

/// Goes on with the step that a frame has come to.
void Partition::resume(std::uint32_t slot) {
  const Progress progress = run_frame(slot);
  if (progress != Progress::waiting) frame_ended(slot, progress == Progress::succeeded);
}

/// A call that a frame waited for is over.
void Partition::call_ended(std::uint32_t slot, Index index, bool good) {
  const Step& step = steps_[index];
  good = good || step.on_error == OnError::ignore;
  if (index != frames_[slot].step) {
    branch_ended(slot, good);
    return;
  }
  if (good) {
    continue_frame(slot);
    return;
  }
  if (step.on_error == OnError::fail) {
    frame_ended(slot, false);
    return;
  }
  const Progress progress = run_child(slot, step.body, 0);
  if (progress == Progress::succeeded) continue_frame(slot);
  if (progress == Progress::failed) frame_ended(slot, false);
}

/// A branch of the frame's parallel step is over.
void Partition::branch_ended(std::uint32_t slot, bool good) {
  Frame& frame = frames_[slot];
  ++(good ? frame.succeeded : frame.failed);
  const Progress progress = judged(frame, steps_[frame.step]);
  if (progress == Progress::waiting) return;
  drop_children(slot);
  if (progress == Progress::succeeded) {
    continue_frame(slot);
  } else {
    frame_ended(slot, false);
  }
}

/// A frame that had to wait is over: tells its parent, or ends its job.
void Partition::frame_ended(std::uint32_t slot, bool good) {
  const std::uint32_t parent = frames_[slot].parent;
  if (parent == none) {
    program_ended(slot, good);
    return;
  }
  disown(parent, ChildId::frame(slot));
  drop_frame(slot);
  const Step& step = steps_[frames_[parent].step];
  if (step.kind == Step::Kind::parallel) {
    branch_ended(parent, good);
    return;
  }
  Progress progress = good ? Progress::succeeded : Progress::failed;
  if (step.kind == Step::Kind::repeat && good) progress = run_rounds(parent, step);
  if (progress == Progress::succeeded) continue_frame(parent);
  if (progress == Progress::failed) frame_ended(parent, false);
}

/// Whether a job that did all it had to answers with an error of its own.
bool Partition::fails_at_end(std::uint32_t slot) const {
  const Job& job = jobs_[slot];
  const EndpointPlan& endpoint = endpoints_[job.endpoint];
  return endpoint.own_errors_at == OwnErrorsSpec::At::end &&
         stream(endpoint.error_purpose, frames_[slot].path).chance(own_error_probability(job));
}

}  // namespace rehearse
