#include <algorithm>

#include "models/run.hpp"

namespace rehearse {
namespace {

/// At the door, by all faults together: an instant plus so much still fits.
constexpr Duration longest_delay = Duration::nanoseconds(std::int64_t{1} << 61);

}  // namespace

Index Run::column_of(const Job& job) const {
  return plan_->instances[job.instance].canary ? plan_->canary_column[job.endpoint]
                                               : plan_->stable_column[job.endpoint];
}

void Run::attempt_arrives(std::uint32_t slot) {
  Job& job = jobs_[slot];
  job.arrived = now_;
  job.interval = recorder_.interval();
  recorder_.attempt_arrived(column_of(job));
  if (job.interval != none) ++open_measured_;
  if (!instances_[job.instance].up) {
    turn_away(slot, Status::unreachable);
    return;
  }
  if (instances_[job.instance].door_faults > 0 && stopped_at_door(slot)) return;
  admit(slot);
}

/// Latency and abort faults. True when the attempt was aborted or has to wait.
bool Run::stopped_at_door(std::uint32_t slot) {
  Job& job = jobs_[slot];
  Duration delay;
  for (Index index = 0; index < plan_->faults.size(); ++index) {
    const FaultPlan& fault = plan_->faults[index];
    const FaultState& state = faults_[index];
    if (!state.active || state.hits.empty() || !state.hits[job.instance]) continue;
    if (fault.endpoint != none && fault.endpoint != job.endpoint) continue;
    RandomStream luck = stream(fault.purpose, job.path);
    if (!luck.chance(fault.spec.percentage / 100)) continue;
    if (fault.spec.kind == FaultKind::abort) {
      turn_away(slot, Status::aborted);
      return true;
    }
    delay = std::min(delay + fault.delay.sample(luck), longest_delay);
  }
  if (delay == Duration()) return false;
  link(slot);
  schedule(now_ + delay, next_order(job.instance),
           {.kind = RunEvent::Kind::door_passed, .slot = slot, .stamp = job.generation});
  return true;
}

void Run::door_passed(SlabId id) {
  if (!jobs_.is_live(id)) return;
  unlink(id.slot);
  admit(id.slot);
}

void Run::admit(std::uint32_t slot) {
  Job& job = jobs_[slot];
  Instance& instance = instances_[job.instance];
  const ServicePlan& service = plan_->services[plan_->instances[job.instance].service];
  const bool must_wait = service.workers != none && instance.busy >= service.workers;
  if (must_wait && instance.waiting >= service.queue_capacity) {
    turn_away(slot, Status::refused);
    return;
  }
  settle(instance, service);
  ++instance.in_system;
  instance.most_in_system = std::max(instance.most_in_system, instance.in_system);
  job.admitted = true;
  link(slot);
  if (!service.worker_held || service.workers == none) {
    start_program(slot);
  } else if (must_wait) {
    job.root_frame = make_frame(slot, none, none, job.path);
    enqueue(job.root_frame, instance);
  } else {
    ++instance.busy;
    job.holds_worker = true;
    start_program(slot);
  }
}

void Run::cancel_arrives(SlabId id) {
  if (!jobs_.is_live(id)) return;
  end_job(id.slot, Status::cancelled);
}

/// The answer takes as long on its way as the request did.
void Run::answer(const Job& job, Status status) {
  if (status == Status::cancelled) return;
  if (status != Status::ok && instances_[job.instance].silent) return;
  schedule(now_ + job.latency, next_order(job.instance),
           {.kind = RunEvent::Kind::answer_arrives,
            .status = status,
            .slot = job.call.slot,
            .stamp = job.call.generation,
            .extra = job.attempt});
}

void Run::count_end(const Job& job, Status status) {
  recorder_.attempt_ended(column_of(job), job.interval, status, now_ - job.arrived);
  if (job.interval != none) --open_measured_;
}

/// Ends a job that was never admitted.
void Run::turn_away(std::uint32_t slot, Status status) {
  count_end(jobs_[slot], status);
  answer(jobs_[slot], status);
  jobs_.give_back(slot);
}

void Run::end_job(std::uint32_t slot, Status status) {
  if (!jobs_[slot].admitted) {
    // Cancelled or lost while a latency fault held it at the door.
    unlink(slot);
    turn_away(slot, status);
    return;
  }
  const Job job = jobs_[slot];
  Instance& instance = instances_[job.instance];
  settle(instance, plan_->services[plan_->instances[job.instance].service]);
  --instance.in_system;
  unlink(slot);
  if (job.root_frame != none) drop_frame(job.root_frame);
  if (job.holds_worker) --instance.busy;
  ++outcome_.spans;
  count_end(job, status);
  answer(job, status);
  jobs_.give_back(slot);
  dispatch(job.instance);
}

void Run::link(std::uint32_t slot) {
  Job& job = jobs_[slot];
  Instance& instance = instances_[job.instance];
  job.previous = none;
  job.next = instance.first_job;
  if (job.next != none) jobs_[job.next].previous = slot;
  instance.first_job = slot;
}

void Run::unlink(std::uint32_t slot) {
  const Job& job = jobs_[slot];
  if (job.next != none) jobs_[job.next].previous = job.previous;
  if (job.previous != none) {
    jobs_[job.previous].next = job.next;
  } else {
    instances_[job.instance].first_job = job.next;
  }
}

void Run::kill(Index index, bool silently) {
  ++instances_[index].kills;
  if (silently) ++instances_[index].blackouts;
  live_or_die(index);
}

/// An instance lives when it was started and no fault keeps it down any more: faults may overlap.
void Run::live_or_die(Index index) {
  Instance& instance = instances_[index];
  instance.silent = instance.blackouts > 0;
  const bool up = instance.started && instance.kills == 0;
  if (up == instance.up) return;
  settle(instance, plan_->services[plan_->instances[index].service]);
  instance.up = up;
  if (up) {
    instance.known_dead = false;
    list_instances(plan_->instances[index].service);
    return;
  }
  while (instance.first_job != none) end_job(instance.first_job, Status::lost);
}

/// Brings the integrals of an instance up to now; before every change of what they integrate.
void Run::settle(Instance& instance, const ServicePlan& service) {
  const auto elapsed = static_cast<Integral>((now_ - instance.settled).in_nanoseconds());
  instance.settled = now_;
  if (elapsed == 0) return;
  instance.waiting_time += instance.waiting * elapsed;
  instance.in_system_time += instance.in_system * elapsed;
  // One that gets no more traffic still has its capacity until it has finished what it admitted.
  const bool serving = instance.up && (instance.listed || instance.in_system > 0);
  if (serving) instance.up_time += elapsed;
  if (service.cores > 0) {
    const auto millicores = static_cast<std::uint64_t>(service.cores * 1000 + 0.5);
    instance.busy_millis +=
        std::min<std::uint64_t>(instance.cores.running * std::uint64_t{1000}, millicores) * elapsed;
    if (serving) instance.capacity_millis += millicores * elapsed;
  } else if (service.workers != none) {
    instance.busy_millis += instance.busy * std::uint64_t{1000} * elapsed;
    if (serving) instance.capacity_millis += service.workers * std::uint64_t{1000} * elapsed;
  }
}

}  // namespace rehearse
