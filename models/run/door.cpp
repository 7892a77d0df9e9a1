#include "models/run/door.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

#include "sim/expects.hpp"

namespace rehearse {
namespace {

/// At the door, by all faults together: an instant plus so much still fits.
constexpr Duration longest_delay = Duration::nanoseconds(std::int64_t{1} << 61);

}  // namespace

/// Faults that stand at the door. True when the attempt was aborted or has to wait.
bool Door::stopped_at_door(std::uint32_t slot) {
  Job& job = jobs_[slot];
  Duration delay;
  for (FaultId index(0); index < plan_->faults.size(); ++index) {
    const FaultPlan& fault = plan_->faults[index];
    const FaultState& state = surroundings_->faults[index];
    if (!fault.door || !state.active || state.hits[job.instance] == 0) continue;
    if (fault.endpoint != none && fault.endpoint != job.endpoint) continue;
    RandomStream luck = stream(fault.purpose, frames_[slot].path);
    if (!luck.chance(fault.door->chance)) continue;
    if (!fault.door->delay) {
      turn_away(slot, Status::aborted);
      return true;
    }
    delay = std::min(delay + fault.door->delay->sample(luck), longest_delay);
  }
  if (delay == Duration()) return false;
  job.place = Job::Place::at_the_door;
  schedule(now_ + delay, next_order(job.instance),
           {.kind = RunEvent::Kind::door_passed, .slot = slot, .stamp = frames_[slot].generation});
  return true;
}

void Door::turn_away(std::uint32_t slot, Status status) {
  expects(status != Status::ok, "who is turned away gets no good answer");
  count_end(slot, status);
  send_answer(jobs_[slot], status);
  forget_job(slot);
}

void Door::refuse_dropped(InstanceId index) {
  Instance& instance = instances_[index];
  const ServicePlan& service = service_of(instance);
  std::uint32_t place = instance.queue_first;
  const auto joined = [&] {
    const Frame& frame = frames_[place];
    place = frame.queue_next;
    return frame.joined_queue();
  };
  std::uint32_t drops = service.queue.drops(queues_[index], now_, instance.waiting, joined);
  for (; drops > 0; --drops) {
    const std::uint32_t slot = instance.queue_first;
    expects(frames_[slot].job == slot, "who waits to be dropped is a whole job");
    leave_queue(slot, instance);
    instance.leave(now_);
    turn_away(slot, Status::refused);
  }
}

inline Duration Door::drawn_work(const Frame& frame, const Job& job, const Step& step,
                                 const ServicePlan& service) const {
  const Law& law = laws_[step.law];
  RandomStream luck = stream(step.purpose, frame.path);
  if (service.correlation == 0 || !step.quantile) [[likely]]
    return law.sample(luck);
  return law.quantile(
      correlated_level(shared_normal(service, job.request), service.correlation, luck));
}

void Door::begin_work(std::uint32_t slot, const Job& job, Instance& instance) {
  Frame& frame = frames_[slot];
  const Step& step = steps_[frame.step];
  const ServicePlan& service = service_of(instance);
  Duration work = drawn_work(frame, job, step, service);
  std::uint32_t lane = step.lane;
  double factor = service.cores > 0 ? 1 : instance.work_factor;
  if (instance.canary && plan_->rollout) factor *= plan_->rollout->spec.work_ratio;
  if (factor != 1) [[unlikely]] {
    work = scaled(work, factor);
    lane = none;
  }
  work = std::min(work, longest_work);
  frame.state = Frame::State::working;
  instance.offered_work += static_cast<std::uint64_t>(work.in_nanoseconds());
  if (service.cores > 0) {
    share_cores(job.instance, slot, work);
    return;
  }
  frame.work_ends_at(now_ + work);
  schedule_after(work, lane, next_order(job.instance),
                 {.kind = RunEvent::Kind::work_done, .slot = slot, .stamp = frame.generation});
}

void Door::share_cores(InstanceId index, std::uint32_t slot, Duration work) {
  advance_cores(index);
  SharedCores& cores = cores_[index];
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
/// change of how many run, or how fast.
void Door::advance_cores(InstanceId index) {
  SharedCores& shared = cores_[index];
  shared.settle(now_);
  if (shared.running > 0) {
    shared.virtual_now +=
        static_cast<double>((now_ - shared.updated).in_nanoseconds()) * pace_on_cores(index);
  }
  shared.updated = now_;
}

/// At what pace each of those at work gets on, on shared cores.
double Door::pace_on_cores(InstanceId index) const {
  return cores_[index].pace / instances_[index].work_factor;
}

bool Door::is_at_work(SlabId frame) const {
  return frames_.is_live(frame) && frames_[frame.slot].state == Frame::State::working;
}

void Door::schedule_cores(InstanceId index) {
  SharedCores& shared = cores_[index];
  const ServicePlan& service = service_of(instances_[index]);
  shared.share(service.cores,
               service.core_paces == none ? nullptr : &plan_->core_paces[service.core_paces]);
  ++shared.stamp;
  while (!shared.pieces.empty() && !is_at_work(shared.pieces.front().frame)) {
    std::pop_heap(shared.pieces.begin(), shared.pieces.end());
    shared.pieces.pop_back();
  }
  if (shared.pieces.empty()) return;
  const double wait =
      std::ceil((shared.pieces.front().finish - shared.virtual_now) / pace_on_cores(index));
  const Duration rounded = Duration::rounded_nanoseconds(std::max(0.0, wait));
  schedule(now_ + std::min(rounded, longest_work), next_order(index),
           {.kind = RunEvent::Kind::cores_fire, .slot = index, .stamp = shared.stamp});
}

bool Door::cores_are_due(InstanceId index, std::uint32_t stamp) {
  if (cores_[index].stamp != stamp) return false;
  advance_cores(index);
  return true;
}

std::uint32_t Door::next_done_on_cores(InstanceId index) {
  // A hundredth of a nanosecond covers the rounding of the virtual clock.
  constexpr double rounding = 0.01;
  SharedCores& shared = cores_[index];
  while (!shared.pieces.empty() && shared.pieces.front().finish <= shared.virtual_now + rounding) {
    std::pop_heap(shared.pieces.begin(), shared.pieces.end());
    const SlabId frame = shared.pieces.back().frame;
    shared.pieces.pop_back();
    if (!is_at_work(frame)) continue;
    --shared.running;
    return frame.slot;
  }
  return none;
}

void Door::leave_cores(InstanceId index) {
  expects(cores_[index].running > 0, "who leaves the cores has run on them");
  advance_cores(index);
  --cores_[index].running;
  schedule_cores(index);
}

void Door::change_paces(Time now, const std::vector<WorkPace>& paces) {
  const auto in_order = [](const WorkPace& a, const WorkPace& b) {
    return a.instance < b.instance;
  };
  expects(std::adjacent_find(paces.begin(), paces.end(), std::not_fn(in_order)) == paces.end(),
          "paces come in the order of their instances, one each");
  now_ = now;
  change_pace_of_workers(paces);
  for (const WorkPace& pace : paces) {
    expects(pace.factor > 0, "work takes some time");
    if (!is_here(pace.instance)) continue;
    Instance& instance = instances_[pace.instance];
    const ServicePlan& service = service_of(instance);
    if (service.cores > 0) advance_cores(pace.instance);
    instance.work_factor = pace.factor;
    if (service.cores > 0) schedule_cores(pace.instance);
  }
}

/// What is left of work that has begun is stretched, and its end scheduled anew; the old end finds
/// that it is not the end.
void Door::change_pace_of_workers(const std::vector<WorkPace>& paces) {
  struct Begun {
    std::uint64_t path = 0;  // slots depend on how the run was cut
    std::uint32_t slot = 0;
    double stretch = 1;
    bool operator<(const Begun& other) const { return path < other.path; }
  };
  std::vector<Begun> begun;
  for (std::uint32_t slot = 0; slot < frames_.size(); ++slot) {
    if (!frames_.in_use(slot) || frames_[slot].state != Frame::State::working) continue;
    const Job& job = jobs_[frames_[slot].job];
    if (job.place != Job::Place::admitted) continue;  // the state is of an earlier user
    const InstanceId index = job.instance;
    const auto pace = std::lower_bound(paces.begin(), paces.end(), index,
                                       [](const WorkPace& a, Index b) { return a.instance < b; });
    if (pace == paces.end() || pace->instance != index) continue;
    const Instance& instance = instances_[index];
    if (service_of(instance).cores > 0) continue;
    begun.push_back({frames_[slot].path, slot, pace->factor / instance.work_factor});
  }
  std::sort(begun.begin(), begun.end());
  for (const Begun& one : begun) {
    Frame& frame = frames_[one.slot];
    const Duration left = frame.work_ends() - now_;
    if (left * 2 >= longest_work) continue;  // it outlasts every run: how much is left is not known
    frame.work_ends_at(now_ + std::min(scaled(left, one.stretch), longest_work));
    schedule(frame.work_ends(), next_order(jobs_[frame.job].instance),
             {.kind = RunEvent::Kind::work_done, .slot = one.slot, .stamp = frame.generation});
  }
}

}  // namespace rehearse
