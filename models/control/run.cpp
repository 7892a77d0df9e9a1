#include "models/control/run.hpp"

#include <algorithm>

namespace rehearse {
namespace {

/// With fewer events in a window the threads would wait for one another longer than they work: a
/// meeting costs a quarter of a microsecond, an event some tens of nanoseconds.
constexpr std::uint64_t least_events_per_thread = 150;

/// So many windows are looked at before the number of threads is chosen anew.
constexpr std::uint64_t windows_to_judge_by = 64;

}  // namespace

void Run::start(const Plan& plan, const ReplicationSeed& seed, const Threading& threading) {
  plan_ = &plan;
  seed_ = seed;
  cut_ = cut(*plan_, static_cast<Index>(std::max(1, threading.partitions)));
  threads_ = std::clamp(threading.threads, 1, static_cast<int>(cut_.partitions));
  now_ = Time();
  over_ = false;
  alone_ = false;
  pace_ = {};
  notices_.assign(static_cast<std::size_t>(threads_), {});
  agenda_.clear();
  windows_closed_ = 0;
  windows_opened_ = false;
  outcome_ = Outcome{};
  outcome_.replication = seed.replication;
  surroundings_.cancelled = threading.cancelled;
  surroundings_.key = seed.key();
  surroundings_.interval = none;
  surroundings_.canary_share = 0;
  surroundings_.faults.assign(plan_->faults.size(), {});
  hosts_.build(*plan_, surroundings_.key);
  surroundings_.listed.assign(plan_->instances.size(), 0);
  surroundings_.listed_range.assign(plan_->services.size() * 2, {});
  for (Index service = 0; service < plan_->services.size(); ++service) list_instances(service);
  ledger_.start(*plan_);
  partitions_.resize(cut_.partitions);
  for (Index p = 0; p < cut_.partitions; ++p) partitions_[p].start(*plan_, cut_, p);
  bind();
  fill_agenda();
  for (Partition& partition : partitions_) partition.start_sources();
}

void Run::bind() {
  for (Partition& partition : partitions_) partition.bind(*plan_, cut_, hosts_, surroundings_);
}

void Run::set_branch(std::uint64_t branch) {
  seed_.branch = branch;
  surroundings_.key = seed_.key();
}

void Run::advance_to(Time time) {
  if (over_) return;
  bind();
  if (threads_ == 1) {
    Team::run(1, [&](int member, Team& team) { advance(time, member, team); });
    return;
  }
  Team::run(threads_, [&](int member, Team& team) { advance(time, member, team); });
}

/// One member's share. Controllers act on member 0, while the others wait.
void Run::advance(Time time, int member, Team& team) {
  for (;;) {
    const Time stop = std::min(agenda_.next_time(), time);
    if (!run_windows_before(stop, member, team) || !team.meet()) return;
    if (member == 0) act_at(stop, time);
    if (!team.meet() || over_ || now_ == time) return;
  }
}

/// Performs what is planned for `instant`, unless that is only where the run pauses.
void Run::act_at(Time instant, Time pause) {
  now_ = instant;
  if (instant == pause) return;
  const AgendaItem item = agenda_.pop();
  // After the end of the run nothing acts any more, save what waits for the last answers.
  if (item.time <= plan_->end || item.kind == AgendaItem::Kind::heartbeat) perform(item);
  choose_pace();
}

/// Asks whether the run is over: all measured requests are answered, or it is too far behind. By
/// planned instants, so that the answer does not depend on partitions.
void Run::beat() {
  std::int64_t open = 0;
  std::size_t frames = 0;
  std::size_t calls = 0;
  bool fell_behind = false;
  for (const Partition& partition : partitions_) {
    open += partition.open_measured();
    frames += partition.frames_in_use();
    calls += partition.calls_in_use();
    fell_behind = fell_behind || partition.fell_behind();
  }
  outcome_.capped = fell_behind || std::max(frames, calls) >= plan_->most_in_flight;
  const bool drained = now_ >= plan_->end && (open == 0 || now_ > plan_->drain_limit);
  if (outcome_.capped) outcome_.broke_off = now_;
  over_ = outcome_.capped || drained;
  const Time milestone =
      now_ < plan_->end ? plan_->end : plan_->drain_limit + Duration::nanoseconds(1);
  agenda_.add(std::min(now_ + plan_->heartbeat, milestone), AgendaItem::Kind::heartbeat);
}

Recorders Run::recorders() {
  Recorders all;
  for (Partition& partition : partitions_) all.emplace_back(partition.recorder());
  return all;
}

Outcome Run::finish() {
  advance_to(Time::never());
  if (outcome_.capped) {
    close_interval();
    while (windows_closed_ < plan_->layout.windows) close_window();
  }
  if (plan_->rollout && outcome_.rollout == RolloutResult::absent) {
    outcome_.rollout = RolloutResult::unfinished;
  }
  for (const Partition& partition : partitions_) {
    outcome_.spans += partition.spans();
  }
  outcome_.trajectory = hosts_.trajectory_digest();
  settle_recorders();
  for (Partition& partition : partitions_) partition.count_unfinished();
  ledger_.write(outcome_, recorders());
  return std::move(outcome_);
}

/// Partitions in step. A window is no longer than a message takes from one partition to another,
/// so whatever is sent in it arrives after it; it is unpacked before the next. One member's share
/// of the work; false when the team is broken.
bool Run::run_windows_before(Time end, int member, Team& team) {
  if (partitions_.size() == 1) {
    partitions_.front().run_before(end);
    return true;
  }
  if (alone_ && member > 0) return true;
  const int step = alone_ ? 1 : threads_;
  const auto count = static_cast<int>(partitions_.size());
  for (unsigned turn = 0;; turn ^= 1U) {
    Time earliest = Time::never();
    for (int p = member; p < count; p += step) {
      earliest = std::min({earliest, partitions_[p].next_time(), partitions_[p].turn_over()});
    }
    notices_[member].earliest[turn] = earliest;
    if (!alone_) {
      if (!team.meet()) return false;
      for (const Notice& notice : notices_) earliest = std::min(earliest, notice.earliest[turn]);
    }
    for (int p = member; p < count; p += step) unpack_for(static_cast<Index>(p));
    if (earliest >= end) return true;
    if (member == 0) ++pace_.windows;
    const bool apart = cut_.lookahead < end - earliest;
    const Time window_end = apart ? earliest + cut_.lookahead : end;
    for (int p = member; p < count; p += step) partitions_[p].run_before(window_end);
  }
}

void Run::unpack_for(Index receiver) {
  partitions_[receiver].begin_parcels();
  for (Index sender = 0; sender < partitions_.size(); ++sender) {
    if (sender != receiver) partitions_[receiver].receive_from(partitions_[sender]);
  }
}

/// Whether the next windows are for one thread alone.
void Run::choose_pace() {
  if (threads_ == 1 || pace_.windows < windows_to_judge_by) return;
  std::uint64_t events = 0;
  for (const Partition& partition : partitions_) events += partition.events_handled();
  const std::uint64_t enough =
      least_events_per_thread * static_cast<std::uint64_t>(threads_) * pace_.windows;
  alone_ = events - pace_.events_before < enough;
  pace_ = {0, events};
}

}  // namespace rehearse
