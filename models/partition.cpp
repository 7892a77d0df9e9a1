#include "models/partition.hpp"

#include <bit>

#include "models/callee_inline.hpp"
#include "models/caller_inline.hpp"
#include "models/foresight_inline.hpp"

#include "sim/error.hpp"

namespace rehearse {
namespace {

/// So many events at one instant mean that simulated time stands still.
constexpr std::uint64_t most_at_one_instant = 10'000'000;

/// After so many events (a power of two; some tens of milliseconds) it is asked whether the run is
/// still wanted.
constexpr std::uint64_t events_between_questions = std::uint64_t{1} << 18;

}  // namespace

void Parcel::clear() {
  attempts.clear();
  answers.clear();
  cancellations.clear();
  released.clear();
}

void Partition::start(const System::Plan& plan, const Cut& cut, Index index) {
  index_ = index;
  now_ = Time();
  events_.clear();
  events_.set_lanes(plan.lanes);
  calls_.clear();
  frames_.clear();
  recorder_.start(plan);
  open_measured_ = 0;
  at_this_instant_ = 0;
  spans_ = 0;
  handled_ = 0;
  fell_behind_ = false;
  nesting_ = 0;
  returning_ = 0;
  parity_ = 0;
  earliest_sent_ = Time::never();
  tickets_.clear();
  parcels_.resize(cut.partitions * std::size_t{2});
  for (Parcel& parcel : parcels_) parcel.clear();
  job_of_ticket_.assign(cut.partitions, {});
}

void Partition::bind(const System::Plan& plan, const Cut& cut, Hosts& hosts,
                     const Surroundings& surroundings) {
  plan_ = &plan;
  cut_ = &cut;
  surroundings_ = &surroundings;
  hosts_ = hosts.states.data();
  clients_ = hosts.clients.data();
  instances_ = hosts.instances.data();
  sources_ = hosts.sources.data();
  outstanding_ = hosts.outstanding.data();
  services_ = plan.services.data();
  edges_ = plan.edges.data();
  endpoints_ = plan.endpoints.data();
  steps_ = plan.steps.data();
  laws_ = plan.laws.data();
  first_workload_ = static_cast<Index>(plan.instances.size());
}

inline void Partition::watch_the_clock(Time next) {
  ++handled_;
  if ((handled_ & (events_between_questions - 1)) == 0 && surroundings_->cancelled &&
      surroundings_->cancelled(next)) [[unlikely]] {
    throw Cancelled("the replication was cancelled");
  }
  if (next != now_) {
    at_this_instant_ = handled_;
    now_ = next;
  } else if (handled_ - at_this_instant_ > most_at_one_instant) [[unlikely]] {
    throw InvalidInput(
        "simulated time stands still: ten million events at one instant. A closed loop without "
        "think time, work and network latency does this.");
  }
}

/// A piece of work is done. Often it was all that the job had to do.
inline void Partition::work_done(std::uint32_t slot) {
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

inline void Partition::handle(const Events::Event& event) {
  const RunEvent what = event.payload.unpacked();
  switch (what.kind) {
    case RunEvent::Kind::attempt_arrives:
      attempt_arrives(what.slot);
      break;
    case RunEvent::Kind::answer_arrives:
      answer_arrives({what.slot, what.stamp}, what.extra, what.status);
      break;
    case RunEvent::Kind::cancel_arrives:
      cancel_arrives({what.slot, what.stamp});
      break;
    case RunEvent::Kind::door_passed:
      door_passed({what.slot, what.stamp});
      break;
    case RunEvent::Kind::work_done:
      if (frames_.is_live({what.slot, what.stamp})) work_done(what.slot);
      break;
    case RunEvent::Kind::cores_fire:
      cores_fire(what.slot, what.stamp);
      break;
    case RunEvent::Kind::timer:
      timer_fires(what.slot, what.stamp);
      break;
    case RunEvent::Kind::backoff_over:
      backoff_over({what.slot, what.stamp}, what.extra);
      break;
    case RunEvent::Kind::source_fires:
      source_fires(what.slot);
      break;
    case RunEvent::Kind::user_asks:
      user_asks(what.slot, what.stamp, what.extra);
      break;
  }
}

void Partition::run_before(Time end) {
  Events::Event event;
  while (events_.pop_before(
      end, event, [this](const PackedEvent& next, int near) { foresee(next.unpacked(), near); })) {
    watch_the_clock(event.time);
    handle(event);
  }
}

Time Partition::turn_over() {
  const Time earliest = earliest_sent_;
  earliest_sent_ = Time::never();
  parity_ ^= 1U;
  return earliest;
}

void Partition::begin_parcels() {
  for (Index to = 0; to < cut_->partitions; ++to) parcel_to(to).clear();
}

void Partition::receive_from(const Partition& sender) {
  unpack(sender.parcels_[index_ * 2 + (parity_ ^ 1U)], sender.index_);
}

/// Orders were given by the senders, so it does not matter in which order messages are unpacked.
void Partition::unpack(const Parcel& parcel, Index sender) {
  for (const std::uint32_t ticket : parcel.released) tickets_.give_back(ticket);
  std::vector<SlabId>& job_of_ticket = job_of_ticket_[sender];
  for (const AttemptMessage& message : parcel.attempts) {
    const std::uint32_t slot = new_job();
    jobs_[slot] = message.job;
    const std::uint32_t ticket = message.job.ticket;
    if (ticket >= job_of_ticket.size()) job_of_ticket.resize(std::bit_ceil(ticket + 1U));
    job_of_ticket[ticket] = frames_.id(slot);
    frames_[slot].path = message.path;
    schedule(message.time, message.order, {.kind = RunEvent::Kind::attempt_arrives, .slot = slot});
  }
  for (const EventMessage& message : parcel.answers) {
    schedule(message.time, message.order, message.event);
  }
  for (const EventMessage& message : parcel.cancellations) {
    const SlabId job = job_of_ticket[message.event.slot];
    schedule(message.time, message.order,
             {.kind = RunEvent::Kind::cancel_arrives, .slot = job.slot, .stamp = job.generation});
  }
}

void Partition::clear_dead_instances(Time now) {
  now_ = now;
  end_jobs_of_the_dead();
  end_calls_of_the_dead();
}

/// A job that is over leaves what it spawned to its process, and that is dead, too.
void Partition::end_calls_of_the_dead() {
  std::vector<std::pair<std::uint64_t, std::uint32_t>> orphans;
  for (std::uint32_t slot = 0; slot < calls_.size(); ++slot) {
    if (!calls_.in_use(slot) || calls_[slot].frame != none) continue;
    const Index host = clients_[calls_[slot].client].host;
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
