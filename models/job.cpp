#include "models/job.hpp"

#include <algorithm>

#include "models/run.hpp"
#include "sim/hash.hpp"

namespace rehearse {

/// Chooses a behaviour and sets out on it. Jobs that queued have their frame already.
void Run::start_program(std::uint32_t slot) {
  const Job& job = jobs_[slot];
  const EndpointPlan& endpoint = plan_->endpoints[job.endpoint];
  if (endpoint.own_errors_at == OwnErrorsSpec::At::start &&
      stream(endpoint.error_purpose, job.path).chance(own_error_probability(job))) {
    end_job(slot, Status::failed);
    return;
  }
  std::size_t behaviour = 0;
  if (endpoint.behaviours.size() > 1) {
    const double goal =
        stream(endpoint.purpose, job.path).uniform() * endpoint.cumulative_weights.back();
    behaviour =
        static_cast<std::size_t>(std::upper_bound(endpoint.cumulative_weights.begin(),
                                                  endpoint.cumulative_weights.end() - 1, goal) -
                                 endpoint.cumulative_weights.begin());
  }
  std::uint32_t frame = job.root_frame;
  if (frame == none) frame = jobs_[slot].root_frame = make_frame(slot, none, none, job.path);
  frames_[frame].step = endpoint.behaviours[behaviour];
  const Progress progress = run_frame(frame);
  if (progress != Progress::waiting) frame_ended(frame, progress == Progress::succeeded);
}

double Run::own_error_probability(const Job& job) const {
  const double own = plan_->endpoints[job.endpoint].own_error_probability;
  const bool canary = plan_->instances[job.instance].canary && plan_->rollout;
  return canary ? own + plan_->rollout->spec.error_percent_added / 100 : own;
}

/// Runs a frame from its current step until it has to wait or is over.
Progress Run::run_frame(std::uint32_t slot) {
  while (frames_[slot].step != none) {
    const Progress progress = start_step(slot);
    if (progress != Progress::succeeded) {
      if (progress == Progress::failed && frames_[slot].owns_worker) give_back_worker(slot);
      return progress;
    }
    frames_[slot].step = plan_->steps[frames_[slot].step].next;
  }
  if (frames_[slot].owns_worker) give_back_worker(slot);
  return Progress::succeeded;
}

Progress Run::start_step(std::uint32_t slot) {
  const Step& step = plan_->steps[frames_[slot].step];
  if (step.kind == Step::Kind::work) return start_work(slot);
  // An event loop's worker is for work only.
  if (frames_[slot].owns_worker) give_back_worker(slot);
  switch (step.kind) {
    case Step::Kind::call:
      return start_call(slot, step);
    case Step::Kind::parallel:
      return start_parallel(slot, step);
    case Step::Kind::repeat: {
      RandomStream luck = stream(step.purpose, frames_[slot].path);
      frames_[slot].rounds_left = plan_->count_laws[step.law].sample(luck);
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

Progress Run::start_call(std::uint32_t slot, const Step& step) {
  const Frame& frame = frames_[slot];
  const std::uint64_t path = extended(frame.path, step.purpose);
  if (step.probability < 1 && !stream(step.purpose, path).chance(step.probability)) {
    return Progress::succeeded;
  }
  const Job& job = jobs_[frame.job];
  const std::uint32_t call =
      new_call(first_client_[job.instance] + step.edge, step.endpoint, path, job.request);
  calls_[call].frame = slot;
  adopt(slot, ChildId::call(call));
  make_attempt(call);
  return Progress::waiting;
}

/// Nobody waits for the answer, and nobody gives up on it either, save by the edge's own timeout.
void Run::spawn(std::uint32_t slot, const Step& step) {
  const Frame& frame = frames_[slot];
  const std::uint64_t path = extended(frame.path, step.purpose);
  if (step.probability < 1 && !stream(step.purpose, path).chance(step.probability)) return;
  const Job& job = jobs_[frame.job];
  make_attempt(new_call(first_client_[job.instance] + step.edge, step.endpoint, path, job.request));
}

Progress Run::start_parallel(std::uint32_t slot, const Step& step) {
  frames_[slot].succeeded = 0;
  frames_[slot].failed = 0;
  for (Index branch = 0; branch < step.count; ++branch) {
    const Progress progress = run_child(slot, plan_->branches[step.body + branch], branch);
    if (progress == Progress::succeeded) ++frames_[slot].succeeded;
    if (progress == Progress::failed) ++frames_[slot].failed;
    if (judged(frames_[slot], step) != Progress::waiting) break;
  }
  const Progress progress = judged(frames_[slot], step);
  if (progress != Progress::waiting) drop_children(slot);
  return progress;
}

/// Whether enough branches of a parallel step have succeeded, or too many failed.
Progress Run::judged(const Frame& frame, const Step& step) const {
  if (frame.succeeded >= step.wait_for) return Progress::succeeded;
  return frame.failed > step.count - step.wait_for ? Progress::failed : Progress::waiting;
}

Progress Run::run_rounds(std::uint32_t slot, const Step& step) {
  while (frames_[slot].rounds_left > 0) {
    const std::uint64_t round = --frames_[slot].rounds_left;
    const Progress progress = run_child(slot, step.body, round);
    if (progress != Progress::succeeded) return progress;
  }
  return Progress::succeeded;
}

/// Starts a strand of its own for some steps. `salt` keeps the draws of branches and rounds apart.
Progress Run::run_child(std::uint32_t slot, Index first_step, std::uint64_t salt) {
  const std::uint64_t purpose = plan_->steps[frames_[slot].step].purpose;
  const std::uint64_t path = extended(extended(frames_[slot].path, purpose), salt);
  const std::uint32_t child = make_frame(frames_[slot].job, slot, first_step, path);
  adopt(slot, ChildId::frame(child));
  const Progress progress = run_frame(child);
  if (progress != Progress::waiting) {
    disown(slot, ChildId::frame(child));
    drop_frame(child);
  }
  return progress;
}

/// The step under way is done and good.
void Run::continue_frame(std::uint32_t slot) {
  frames_[slot].state = Frame::State::waiting;
  frames_[slot].step = plan_->steps[frames_[slot].step].next;
  const Progress progress = run_frame(slot);
  if (progress != Progress::waiting) frame_ended(slot, progress == Progress::succeeded);
}

/// A call that a frame waited for is over.
void Run::call_ended(std::uint32_t slot, bool good) {
  const Step& step = plan_->steps[frames_[slot].step];
  if (good || step.on_error == OnError::ignore) {
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

/// A frame that had to wait is over: tells its parent, or ends its job.
void Run::frame_ended(std::uint32_t slot, bool good) {
  const std::uint32_t parent = frames_[slot].parent;
  if (parent == none) {
    const std::uint32_t job = frames_[slot].job;
    const EndpointPlan& endpoint = plan_->endpoints[jobs_[job].endpoint];
    if (good && endpoint.own_errors_at == OwnErrorsSpec::At::end) {
      const double own = own_error_probability(jobs_[job]);
      good = own == 0 || !stream(endpoint.error_purpose, jobs_[job].path).chance(own);
    }
    end_job(job, good ? Status::ok : Status::failed);
    return;
  }
  disown(parent, ChildId::frame(slot));
  drop_frame(slot);
  const Step& step = plan_->steps[frames_[parent].step];
  Progress progress = good ? Progress::succeeded : Progress::failed;
  if (step.kind == Step::Kind::parallel) {
    ++(good ? frames_[parent].succeeded : frames_[parent].failed);
    progress = judged(frames_[parent], step);
    if (progress != Progress::waiting) drop_children(parent);
  } else if (step.kind == Step::Kind::repeat && good) {
    progress = run_rounds(parent, step);
  }
  if (progress == Progress::succeeded) continue_frame(parent);
  if (progress == Progress::failed) frame_ended(parent, false);
}

}  // namespace rehearse
