#include "models/run/program.hpp"

#include <algorithm>

#include "models/run/tracer.hpp"
#include "sim/expects.hpp"

namespace rehearse {
namespace {

/// Keeps the draw of whether a failure is tolerated apart from that of whether the call is made.
constexpr std::uint64_t tolerance = 0x746f6c65726174;

}  // namespace

void Program::restart(const Plan& plan, const Cut& cut, Index index) {
  Door::restart(plan, cut, index);
  spans_ = 0;
  returning_ = 0;
}

void Program::requests_appear(SourceId source) {
  source_fires(source, [this](const Request& request) { arrive(begin(request)); });
}

void Program::user_asks(SourceId source, std::uint32_t user, std::uint32_t round) {
  if (const auto request = request_of_user(source, user, round)) arrive(begin(*request));
}

void Program::attempt_now(std::uint32_t call) {
  arrive(make_attempt(call));
}

/// Chooses a behaviour and sets out on it.
void Program::start_chosen_behaviour(std::uint32_t slot) {
  const Job& job = jobs_[slot];
  const EndpointPlan& endpoint = endpoints_[job.endpoint];
  const std::size_t behaviour = chosen_behaviour(slot);
  if (endpoint.may_fail && endpoint.own_errors_at == OwnErrorsSpec::At::start &&
      stream(endpoint.error_purpose, frames_[slot].path)
          .chance(own_error_probability(job, behaviour))) {
    end_job(slot, Status::failed);
    return;
  }
  frames_[slot].step = endpoint.behaviours[behaviour];
  const Progress progress = run_frame(slot);
  if (progress != Progress::waiting) program_ended(slot, progress == Progress::succeeded);
}

/// The same whenever it is asked.
std::size_t Program::chosen_behaviour(std::uint32_t slot) const {
  const EndpointPlan& endpoint = endpoints_[jobs_[slot].endpoint];
  const std::vector<double>& weights = endpoint.cumulative_weights;
  if (weights.size() == 1) return 0;
  const double goal = stream(endpoint.purpose, frames_[slot].path).uniform() * weights.back();
  return static_cast<std::size_t>(std::upper_bound(weights.begin(), weights.end() - 1, goal) -
                                  weights.begin());
}

double Program::own_error_probability(const Job& job, std::size_t behaviour) const {
  const std::vector<double>& probabilities = endpoints_[job.endpoint].own_error_probabilities;
  expects(behaviour < probabilities.size(), "a job does one of what its endpoint does");
  const double own = probabilities[behaviour];
  const bool canary = instances_[job.instance].canary && plan_->rollout;
  return canary ? own + plan_->rollout->errors_added : own;
}

/// Runs a frame from its current step until it has to wait or is over.
Progress Program::run_frame(std::uint32_t slot) {
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

Progress Program::start_step(std::uint32_t slot) {
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
Progress Program::start_call(std::uint32_t slot, StepId index) {
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
  if (step.timeout != Duration::longest()) [[unlikely]]
    calls_[call].deadline = now_ + step.timeout;
  adopt(slot, ChildId::call(call));
  if (tracer_ != nullptr) [[unlikely]]
    tracer_->call_begins(call, frame.job, Tracer::Sent::as_call);
  attempt(call);
  return Progress::waiting;
}

bool Program::is_single_call(StepId index) const {
  if (index == none) return false;
  const Step& step = steps_[index];
  return step.kind == Step::Kind::call && step.next == none && step.on_error != OnError::fallback;
}

/// Nobody waits for the answer, and nobody gives up on it either, save by the edge's own timeout.
void Program::spawn(std::uint32_t slot, const Step& step) {
  const Frame& frame = frames_[slot];
  const std::uint64_t path = extended(frame.path, step.purpose);
  if (step.probability < 1 && !stream(step.purpose, path).chance(step.probability)) return;
  const Job& job = jobs_[frame.job];
  const std::uint32_t call =
      new_call(hosts_[job.instance].first_client + step.edge, step.endpoint, path, job.request);
  if (tracer_ != nullptr) [[unlikely]]
    tracer_->call_begins(call, frame.job, Tracer::Sent::as_message);
  attempt(call);
}

Progress Program::start_parallel(std::uint32_t slot, const Step& step) {
  frames_[slot].succeeded = 0;
  frames_[slot].failed = 0;
  for (Index branch = 0; branch < step.count; ++branch) {
    const StepId first = plan_->branches[step.body + branch];
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
Progress Program::judged(const Frame& frame, const Step& step) const {
  expects(frame.succeeded + frame.failed <= step.count, "a branch ends once");
  if (frame.succeeded >= step.wait_for) return Progress::succeeded;
  return frame.failed > step.count - step.wait_for ? Progress::failed : Progress::waiting;
}

Progress Program::run_rounds(std::uint32_t slot, const Step& step) {
  while (frames_[slot].remaining > 0) {
    const std::uint64_t round = --frames_[slot].remaining;
    const Progress progress = run_child(slot, StepId(step.body), round);
    if (progress != Progress::succeeded) return progress;
  }
  return Progress::succeeded;
}

/// Starts a strand of its own for some steps. `salt` keeps the draws of branches and rounds apart.
Progress Program::run_child(std::uint32_t slot, StepId first_step, std::uint64_t salt) {
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
void Program::continue_frame(std::uint32_t slot) {
  frames_[slot].state = Frame::State::waiting;
  frames_[slot].step = steps_[frames_[slot].step].next;
  resume(slot);
}

/// Goes on with the step that a frame has come to.
void Program::resume(std::uint32_t slot) {
  const Progress progress = run_frame(slot);
  if (progress != Progress::waiting) frame_ended(slot, progress == Progress::succeeded);
}

/// Whether the failure of a call, which has just ended, does no harm all the same.
bool Program::is_tolerated(std::uint32_t slot, const Step& step) const {
  if (step.law == none) [[likely]]
    return false;
  const std::uint64_t path = extended(frames_[slot].path, step.purpose);
  return stream(extended(step.purpose, tolerance), path).chance(plan_->tolerated[step.law]);
}

/// A call that a frame waited for is over.
void Program::call_ended(std::uint32_t slot, StepId index, bool good) {
  expects(frames_.in_use(slot), "who waits for a call lives until it is over");
  const Step& step = steps_[index];
  good = good || step.on_error == OnError::ignore || is_tolerated(slot, step);
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
  const Progress progress = run_child(slot, StepId(step.body), 0);
  if (progress == Progress::succeeded) continue_frame(slot);
  if (progress == Progress::failed) frame_ended(slot, false);
}

/// A branch of the frame's parallel step is over.
void Program::branch_ended(std::uint32_t slot, bool good) {
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
void Program::frame_ended(std::uint32_t slot, bool good) {
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
bool Program::fails_at_end(std::uint32_t slot) const {
  const Job& job = jobs_[slot];
  const EndpointPlan& endpoint = endpoints_[job.endpoint];
  if (endpoint.own_errors_at != OwnErrorsSpec::At::end) return false;
  const std::size_t behaviour = endpoint.errors_differ ? chosen_behaviour(slot) : 0;
  return stream(endpoint.error_purpose, frames_[slot].path)
      .chance(own_error_probability(job, behaviour));
}

void Program::end_job(std::uint32_t slot, Status status) {
  if (jobs_[slot].place != Job::Place::admitted) {
    // Cancelled or lost while a latency fault held it at the door.
    turn_away(slot, status);
    return;
  }
  const Job& job = jobs_[slot];
  const InstanceId index = job.instance;
  Instance& instance = instances_[index];
  instance.leave(now_);
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
    go_on(answer_arrives(call, attempt, status));
    --returning_;
    return;
  }
  send_answer(job, status);
  forget_job(slot);
  if (instance.waiting > 0) dispatch(index);
}

/// Whether the answer takes no time, and nothing is left to do when it is given: whoever waits for
/// a worker has got it, and no caller is still sending.
bool Program::answers_at_once(const Job& job, Status status) const {
  return job.latency == Duration() && job.home == none && status == Status::ok && nesting_ == 0 &&
         returning_ < most_nested;
}

/// Hands free workers to whoever waits.
void Program::dispatch(InstanceId index) {
  Instance& instance = instances_[index];
  if (instance.dispatching || !instance.up) return;
  instance.dispatching = true;
  ++nesting_;
  for (std::uint32_t job = serve_next(index); job != none; job = serve_next(index)) {
    start_program(job);
  }
  --nesting_;
  instance.dispatching = false;
}

void Program::give_back_worker(std::uint32_t slot) {
  Frame& frame = frames_[slot];
  const InstanceId index = jobs_[frame.job].instance;
  Instance& instance = instances_[index];
  frame.owns_worker = false;
  instance.give_worker_back(now_);
  if (instance.waiting > 0) dispatch(index);
}

void Program::cores_fire(InstanceId index, std::uint32_t stamp) {
  if (!cores_are_due(index, stamp)) return;
  ++nesting_;
  for (std::uint32_t frame = next_done_on_cores(index); frame != none;
       frame = next_done_on_cores(index)) {
    frames_[frame].state = Frame::State::waiting;
    continue_frame(frame);
  }
  --nesting_;
  schedule_cores(index);
}

/// Gives up everything that a frame waits for.
void Program::drop_children(std::uint32_t frame) {
  while (const ChildId child = frames_[frame].first_child) {
    disown(frame, child);
    if (child.is_frame()) {
      drop_frame(child.slot());
    } else {
      give_up(child.slot());
    }
  }
}

/// Ends a strand that is not the first of its job, wherever it stands.
void Program::drop_frame(std::uint32_t slot) {
  withdraw(slot);
  frames_.give_back(slot);
}

/// Takes a frame away from where others count on it: in a queue, at work, or with children.
void Program::withdraw_busy(std::uint32_t slot) {
  drop_children(slot);
  Frame& frame = frames_[slot];
  if (frame.state == Frame::State::waiting && !frame.owns_worker) return;
  const InstanceId index = jobs_[frame.job].instance;
  Instance& instance = instances_[index];
  const Frame::State state = frame.state;
  if (state == Frame::State::queued) leave_queue(slot, instance);
  frame.state = Frame::State::waiting;
  if (state == Frame::State::working && service_of(instance).cores > 0) leave_cores(index);
  if (frame.owns_worker) {
    frame.owns_worker = false;
    instance.give_worker_back(now_);
    dispatch(index);
  }
}

}  // namespace rehearse
