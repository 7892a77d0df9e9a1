#include "models/run/partition.hpp"

#include <algorithm>

#include "sim/error.hpp"
#include "sim/expects.hpp"

namespace rehearse {
namespace {

/// So many events at one instant mean that simulated time stands still.
constexpr std::uint64_t most_at_one_instant = 10'000'000;

/// After so many events (a power of two; some tens of milliseconds) it is asked whether the run is
/// still wanted.
constexpr std::uint64_t events_between_questions = std::uint64_t{1} << 18;

void ask_for(const void* address) {
  __builtin_prefetch(address, 1);
}

}  // namespace

void Partition::restart(const Plan& plan, const Cut& cut, Index index) {
  Program::restart(plan, cut, index);
  at_this_instant_ = 0;
  handled_ = 0;
}

inline void Partition::watch_the_clock(Time next) {
  ++handled_;
  if ((handled_ & (events_between_questions - 1)) == 0 && surroundings_->cancelled &&
      surroundings_->cancelled(next)) [[unlikely]] {
    throw Cancelled("the replication was cancelled");
  }
  if (next != now_) {
    expects(next > now_, "time does not run backwards");
    at_this_instant_ = handled_;
    now_ = next;
  } else if (handled_ - at_this_instant_ > most_at_one_instant) [[unlikely]] {
    throw InvalidInput(
        "simulated time stands still: ten million events at one instant. A closed loop without "
        "think time, work and network latency does this.");
  }
}

// Asks memory for what the next events will touch. Nothing here changes what happens; in a model
// that fits the cache it is not called. Each event is foreseen four times, each time a few events
// nearer, because what one place says tells where the next one is: an event's job, its instance,
// the step it has come to, the callee of that step.

inline void Partition::foresee(const RunEvent& event, int near) const {
  switch (event.kind) {
    case RunEvent::Kind::attempt_arrives:
      foresee_arrival(event.slot, near);
      break;
    case RunEvent::Kind::work_done:
      foresee_end_of_work(event.slot, near);
      break;
    case RunEvent::Kind::answer_arrives:
      foresee_answer(event.slot, near);
      break;
    default:
      break;
  }
}

inline void Partition::foresee_arrival(std::uint32_t slot, int near) const {
  const Job& job = jobs_[slot];
  if (near == 0) {
    ask_for(&job);
    ask_for(&frames_[slot]);
  } else if (near == 1) {
    foresee_host(job.instance);
    ask_for(&endpoints_[job.endpoint]);
    ask_for(&plan_->stable_column[job.endpoint]);
  } else if (near == 2) {
    const EndpointPlan& endpoint = endpoints_[job.endpoint];
    recorder_.foresee(plan_->stable_column[job.endpoint]);
    ask_for(&services_[endpoint.service]);
    if (endpoint.begins_with_work) ask_for(&steps_[endpoint.first_step]);
  } else {
    const EndpointPlan& endpoint = endpoints_[job.endpoint];
    if (endpoint.begins_with_work) ask_for(&laws_[steps_[endpoint.first_step].law]);
  }
}

inline void Partition::foresee_end_of_work(std::uint32_t slot, int near) const {
  const Job& job = jobs_[slot];
  const Frame& frame = frames_[slot];
  if (near == 0) {
    ask_for(&job);
    ask_for(&frame);
    return;
  }
  if (frame.job != slot) return;  // a branch: its job is elsewhere
  if (near == 1) {
    foresee_host(job.instance);
    ask_for(&steps_[frame.step]);
    recorder_.foresee(job.column);
  } else if (steps_[frame.step].next != none) {
    foresee_step(steps_[frame.step].next, job.instance, near);
  } else if (near == 2) {
    recorder_.foresee_success(job.column, now_ - job.arrived);
  }
}

inline void Partition::foresee_answer(std::uint32_t slot, int near) const {
  const Call& call = calls_[slot];
  if (near == 0) {
    ask_for(&call);
    return;
  }
  const Client& client = clients_[call.client];
  if (near == 1) {
    ask_for(&client);
    if (call.frame == none) return;
    ask_for(&frames_[call.frame]);
    ask_for(&jobs_[call.frame]);
    ask_for(&steps_[call.origin]);
    return;
  }
  const EdgePlan& edge = edges_[client.edge];
  if (near == 2) {
    ask_for(&hosts_[client.host]);
    ask_for(&edge);
  } else {
    ask_for(&outstanding_[client.first_outstanding + call.instance - edge.first_instance]);
  }
  if (call.frame == none || steps_[call.origin].next == none) return;
  foresee_step(steps_[call.origin].next, client.host, near);
}

inline void Partition::foresee_host(InstanceId instance) const {
  ask_for(&instances_[instance]);
  ask_for(&instances_[instance].busy_time);
  ask_for(&hosts_[instance]);
}

/// A step that may make calls.
inline void Partition::foresee_step(StepId index, HostId host, int near) const {
  const Step& step = steps_[index];
  const ClientId first_client = hosts_[host].first_client;
  if (near == 2) {
    ask_for(&step);
    ask_for(&clients_[first_client]);
  } else if (step.kind == Step::Kind::call) {
    foresee_call(clients_[first_client + step.edge]);
  } else if (step.kind == Step::Kind::parallel) {
    for (Index branch = 0; branch < step.count; ++branch) {
      const StepId first = plan_->branches[step.body + branch];
      if (is_single_call(first)) foresee_call(clients_[first_client + steps_[first].edge]);
    }
  }
}

inline void Partition::foresee_call(const Client& client) const {
  const EdgePlan& edge = edges_[client.edge];
  ask_for(&edge);
  ask_for(&edge.latency);
  if (edge.policies.balancer().counts_outstanding()) {
    ask_for(&outstanding_[client.first_outstanding]);
    ask_for(&outstanding_[client.first_outstanding + edge.instances - 1]);
  }
}

inline void Partition::handle(const Events::Event& event) {
  const RunEvent what = event.payload.unpacked();
  switch (what.kind) {
    case RunEvent::Kind::attempt_arrives:
      if (attempt_arrives(what.slot)) start_program(what.slot);
      break;
    case RunEvent::Kind::answer_arrives:
      go_on(answer_arrives({what.slot, what.stamp}, what.extra, what.status));
      break;
    case RunEvent::Kind::cancel_arrives:
      if (frames_.is_live({what.slot, what.stamp})) end_job(what.slot, Status::cancelled);
      break;
    case RunEvent::Kind::door_passed:
      if (door_passed({what.slot, what.stamp})) start_program(what.slot);
      break;
    case RunEvent::Kind::work_done:
      work_done({what.slot, what.stamp});
      break;
    case RunEvent::Kind::cores_fire:
      cores_fire(InstanceId(what.slot), what.stamp);
      break;
    case RunEvent::Kind::timer:
      go_on(timer_fires(what.slot, what.stamp));
      break;
    case RunEvent::Kind::backoff_over:
      attempt(backoff_over({what.slot, what.stamp}, what.extra));
      break;
    case RunEvent::Kind::source_fires:
      requests_appear(SourceId(what.slot));
      break;
    case RunEvent::Kind::user_asks:
      user_asks(SourceId(what.slot), what.stamp, what.extra);
      break;
  }
}

void Partition::run_before(Time end) {
  expects(end >= now_, "a window does not end in the past");
  Events::Event event;
  while (events_.pop_before(
      end, event, [this](const PackedEvent& next, int near) { foresee(next.unpacked(), near); })) {
    watch_the_clock(event.time);
    handle(event);
  }
}

void Partition::clear_dead_instances(Time now) {
  expects(now >= now_, "controllers act when all that came before has happened");
  now_ = now;
  end_jobs_of_the_dead();
  end_calls_of_the_dead();
}

/// A job that is over leaves what it spawned to its process, and that is dead, too.
void Partition::end_calls_of_the_dead() {
  std::vector<std::pair<std::uint64_t, std::uint32_t>> orphans;
  for (std::uint32_t slot = 0; slot < calls_.size(); ++slot) {
    if (!calls_.in_use(slot) || calls_[slot].frame != none) continue;
    const HostId host = clients_[calls_[slot].client].host;
    if (host < first_workload_ && !instances_[host].up)
      orphans.emplace_back(calls_[slot].path, slot);
  }
  std::sort(orphans.begin(), orphans.end());
  for (const auto& [path, slot] : orphans) give_up(slot);
}

void Partition::count_unfinished() {
  for (std::uint32_t slot = 0; slot < calls_.size(); ++slot) {
    const Call& call = calls_[slot];
    const bool of_user = calls_.in_use(slot) && clients_[call.client].host >= first_workload_;
    if (of_user) {
      expects(call.origin < plan_->sources.size(), "a user's request has a source");
      recorder_.request_unfinished(plan_->sources[call.origin].workload, call.interval);
    }
  }
  for (std::uint32_t slot = 0; slot < frames_.size(); ++slot) {
    if (!frames_.in_use(slot) || frames_[slot].job != slot) continue;
    const Job& job = jobs_[slot];
    if (job.place != Job::Place::on_its_way) recorder_.attempt_unfinished(job.column, job.interval);
  }
}

void Partition::end_jobs_of_the_dead() {
  // By path, of which each attempt has its own: slots depend on how the run was cut.
  std::vector<std::pair<std::uint64_t, std::uint32_t>> lost;
  for (std::uint32_t slot = 0; slot < frames_.size(); ++slot) {
    if (!frames_.in_use(slot) || frames_[slot].job != slot) continue;
    const Job& job = jobs_[slot];
    if (job.place != Job::Place::on_its_way && !instances_[job.instance].up) {
      lost.emplace_back(frames_[slot].path, slot);
    }
  }
  std::sort(lost.begin(), lost.end());
  ++nesting_;  // nobody's answer may come before all are ended
  for (const auto& [path, slot] : lost) end_job(slot, Status::lost);
  --nesting_;
}

}  // namespace rehearse
