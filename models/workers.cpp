#include <algorithm>
#include <cmath>

#include "models/run.hpp"

namespace rehearse {
namespace {

/// As long as the longest sample of a law: an instant plus so much still fits.
constexpr Duration longest_work = Duration::nanoseconds(std::int64_t{1} << 61);

}  // namespace

void Run::enqueue(std::uint32_t slot, Instance& instance) {
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

void Run::leave_queue(std::uint32_t slot, Instance& instance) {
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

/// Hands free workers to whoever waits. A job that needs no time ends at once and frees its worker
/// again; the loop, not a recursion, serves the next.
void Run::dispatch(Index index) {
  Instance& instance = instances_[index];
  const ServicePlan& service = plan_->services[plan_->instances[index].service];
  if (instance.dispatching || !instance.up) return;
  instance.dispatching = true;
  while (instance.waiting > 0 && instance.busy < service.workers) {
    settle(instance, service);
    const std::uint32_t slot =
        service.discipline == QueueDiscipline::fifo ? instance.queue_first : instance.queue_last;
    leave_queue(slot, instance);
    ++instance.busy;
    if (service.worker_held) {
      const std::uint32_t job = frames_[slot].job;
      jobs_[job].holds_worker = true;
      start_program(job);
    } else {
      frames_[slot].owns_worker = true;
      begin_work(slot);
    }
  }
  instance.dispatching = false;
}

void Run::give_back_worker(std::uint32_t slot) {
  Frame& frame = frames_[slot];
  const Index index = jobs_[frame.job].instance;
  Instance& instance = instances_[index];
  frame.owns_worker = false;
  settle(instance, plan_->services[plan_->instances[index].service]);
  --instance.busy;
  dispatch(index);
}

/// The frame's step is work: takes a worker for it where that is the rule, or queues for one.
Progress Run::start_work(std::uint32_t slot) {
  Frame& frame = frames_[slot];
  const Index index = jobs_[frame.job].instance;
  Instance& instance = instances_[index];
  const ServicePlan& service = plan_->services[plan_->instances[index].service];
  if (service.workers == none || service.worker_held || frame.owns_worker) {
    begin_work(slot);
    return Progress::waiting;
  }
  settle(instance, service);
  if (instance.busy < service.workers) {
    ++instance.busy;
    frame.owns_worker = true;
    begin_work(slot);
  } else {
    enqueue(slot, instance);
  }
  return Progress::waiting;
}

Duration Run::drawn_work(const Frame& frame, const Job& job) const {
  const Step& step = plan_->steps[frame.step];
  const Law& law = plan_->laws[step.law];
  const InstancePlan& place = plan_->instances[job.instance];
  const ServicePlan& service = plan_->services[place.service];
  RandomStream luck = stream(step.purpose, frame.path);
  Duration work;
  if (service.correlation > 0 && law.has_quantile_function()) {
    RandomStream shared = stream(service.shared_purpose, job.request);
    work = law.quantile(correlated_level(standard_normal(shared), service.correlation, luck));
  } else {
    work = law.sample(luck);
  }
  double factor = instances_[job.instance].work_factor;
  if (place.canary) factor *= plan_->rollout ? plan_->rollout->spec.work_ratio : 1;
  return std::min(factor == 1 ? work : scaled(work, factor), longest_work);
}

void Run::begin_work(std::uint32_t slot) {
  Frame& frame = frames_[slot];
  const Job& job = jobs_[frame.job];
  const Duration work = drawn_work(frame, job);
  frame.state = Frame::State::working;
  if (plan_->services[plan_->instances[job.instance].service].cores > 0) {
    share_cores(job.instance, slot, work);
    return;
  }
  schedule(now_ + work, next_order(job.instance),
           {.kind = RunEvent::Kind::work_done, .slot = slot, .stamp = frame.generation});
}

void Run::share_cores(Index index, std::uint32_t slot, Duration work) {
  Instance& instance = instances_[index];
  const ServicePlan& service = plan_->services[plan_->instances[index].service];
  settle(instance, service);
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

/// Moves the virtual time of an instance to now: at the pace of one job's share.
void Run::advance_cores(Instance& instance, double cores) {
  SharedCores& shared = instance.cores;
  if (shared.running > 0) {
    const double pace = std::min(1.0, cores / shared.running);
    shared.virtual_now += static_cast<double>((now_ - shared.updated).in_nanoseconds()) * pace;
  }
  shared.updated = now_;
}

void Run::schedule_cores(Index index) {
  SharedCores& shared = instances_[index].cores;
  const double cores = plan_->services[plan_->instances[index].service].cores;
  ++shared.stamp;
  while (!shared.pieces.empty() && !frames_.is_live(shared.pieces.front().frame)) {
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

void Run::cores_fire(Index index, std::uint32_t stamp) {
  Instance& instance = instances_[index];
  SharedCores& shared = instance.cores;
  if (shared.stamp != stamp) return;
  const ServicePlan& service = plan_->services[plan_->instances[index].service];
  settle(instance, service);
  advance_cores(instance, service.cores);
  // A hundredth of a nanosecond covers the rounding of the virtual clock.
  constexpr double rounding = 0.01;
  while (!shared.pieces.empty() && shared.pieces.front().finish <= shared.virtual_now + rounding) {
    std::pop_heap(shared.pieces.begin(), shared.pieces.end());
    const SlabId frame = shared.pieces.back().frame;
    shared.pieces.pop_back();
    if (!frames_.is_live(frame)) continue;
    --shared.running;
    frames_[frame.slot].state = Frame::State::waiting;
    continue_frame(frame.slot);
  }
  schedule_cores(index);
}

}  // namespace rehearse
