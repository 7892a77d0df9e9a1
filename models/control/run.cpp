#include "models/control/run.hpp"

#include <algorithm>

#include "sim/expects.hpp"

namespace rehearse {
namespace {

/// With fewer events in a window the threads would wait for one another longer than they work: a
/// meeting costs a quarter of a microsecond, an event some tens of nanoseconds.
constexpr std::uint64_t least_events_per_thread = 150;

/// So many windows are looked at before the number of threads is chosen anew.
constexpr std::uint64_t windows_to_judge_by = 64;

}  // namespace

Run::Run(const Plan& plan, const ReplicationSeed& seed, const Threading& threading, Tracer* tracer)
    : seed_(seed), stage_(plan, seed, threading, tracer), boundaries_(plan) {
  begin(threading);
}

void Run::restart(const Plan& plan, const ReplicationSeed& seed, const Threading& threading) {
  seed_ = seed;
  over_ = false;
  alone_ = false;
  pace_ = {};
  stage_.restart(plan, seed, threading);
  boundaries_.restart(plan);
  begin(threading);
}

void Run::begin(const Threading& threading) {
  expects(threading.partitions >= 1, "a run has a partition");
  threads_ = std::clamp(threading.threads, 1, static_cast<int>(stage_.cut.partitions));
  notices_.assign(static_cast<std::size_t>(threads_), {});
  boundaries_.plan(stage_);
  faults_.plan(stage_);
  rollout_.plan(stage_);
  scraper_.plan(stage_);
  stop_conditions_.plan(stage_);
  const Time first_beat = std::min(Time() + stage_.plan->heartbeat, stage_.plan->end);
  stage_.agenda.add(first_beat, AgendaItem::Kind::heartbeat);
  for (Partition& partition : stage_.partitions) partition.start_sources();
}

void Run::set_branch(std::uint64_t branch) {
  seed_.branch = branch;
  stage_.surroundings.key = seed_.key();
}

void Run::advance_to(Time time) {
  stage_.bind();  // it may be a copy
  if (over_) return;
  expects(time >= stage_.now, "a run does not go back");
  if (threads_ == 1) {
    Team::run(1, [&](int member, Team& team) { advance(time, member, team); });
    return;
  }
  Team::run(threads_, [&](int member, Team& team) { advance(time, member, team); });
}

/// One member's share. Controllers act on member 0, while the others wait.
void Run::advance(Time time, int member, Team& team) {
  for (;;) {
    const Time stop = std::min(stage_.agenda.next_time(), time);
    if (!run_windows_before(stop, member, team) || !team.meet()) return;
    if (member == 0) act_at(stop, time);
    if (!team.meet() || over_ || stage_.now == time) return;
  }
}

/// Performs what is planned for `instant`, unless that is only where the run pauses.
void Run::act_at(Time instant, Time pause) {
  expects(instant >= stage_.now, "controllers do not act in the past");
  stage_.now = instant;
  if (instant == pause) return;
  const AgendaItem item = stage_.agenda.pop();
  // After the end of the run nothing acts any more, save what waits for the last answers.
  if (item.time <= stage_.plan->end || item.kind == AgendaItem::Kind::heartbeat) perform(item);
  choose_pace();
}

/// Asks whether the run is over: all measured requests are answered, or it is too far behind. By
/// planned instants, so that the answer does not depend on partitions.
void Run::beat() {
  std::int64_t open = 0;
  std::size_t frames = 0;
  std::size_t calls = 0;
  bool fell_behind = false;
  for (const Partition& partition : stage_.partitions) {
    open += partition.open_measured();
    frames += partition.frames_in_use();
    calls += partition.calls_in_use();
    fell_behind = fell_behind || partition.fell_behind();
  }
  expects(open >= 0, "no more is answered than was asked");
  stage_.outcome.capped = fell_behind || std::max(frames, calls) >= stage_.plan->most_in_flight;
  const bool drained =
      stage_.now >= stage_.plan->end && (open == 0 || stage_.now > stage_.plan->drain_limit);
  if (stage_.outcome.capped) stage_.outcome.broke_off = stage_.now;
  over_ = stage_.outcome.capped || drained;
  const Time milestone = stage_.now < stage_.plan->end
                             ? stage_.plan->end
                             : stage_.plan->drain_limit + Duration::nanoseconds(1);
  stage_.agenda.add(std::min(stage_.now + stage_.plan->heartbeat, milestone),
                    AgendaItem::Kind::heartbeat);
}

void Run::perform(const AgendaItem& item) {
  switch (item.kind) {
    case AgendaItem::Kind::close_window:
      boundaries_.close_window(stage_);
      break;
    case AgendaItem::Kind::close_load_window:
      boundaries_.close_load_window(stage_);
      break;
    case AgendaItem::Kind::close_interval:
      boundaries_.close_interval(stage_);
      break;
    case AgendaItem::Kind::fault_ends:
      faults_.end(stage_, FaultId(item.index));
      break;
    case AgendaItem::Kind::fault_starts:
      faults_.begin(stage_, FaultId(item.index));
      break;
    case AgendaItem::Kind::deaths_detected:
      faults_.detect(stage_, FaultId(item.index));
      break;
    case AgendaItem::Kind::rollout_step:
      rollout_.step(stage_);
      break;
    case AgendaItem::Kind::scrape:
      scraper_.scrape(stage_, item.index);
      break;
    case AgendaItem::Kind::analysis:
      rollout_.evaluate(stage_, item.index, scraper_);
      break;
    case AgendaItem::Kind::stop_condition:
      if (stop_conditions_.fires(stage_, item.index, scraper_)) stop_experiment();
      break;
    case AgendaItem::Kind::heartbeat:
      beat();
      break;
  }
}

void Run::stop_experiment() {
  if (stage_.outcome.stopped_at) return;
  stage_.outcome.stopped_at = stage_.now;
  faults_.call_off(stage_);
  rollout_.call_off(stage_);
}

Outcome Run::finish() {
  advance_to(Time::never());
  if (stage_.outcome.capped) boundaries_.close_all(stage_);
  rollout_.close(stage_);
  for (const Partition& partition : stage_.partitions) {
    stage_.outcome.spans += partition.spans();
  }
  stage_.outcome.trajectory = stage_.hosts.trajectory_digest();
  boundaries_.write(stage_);
  return std::move(stage_.outcome);
}

/// Partitions in step. A window is no longer than a message takes from one partition to another,
/// so whatever is sent in it arrives after it; it is unpacked before the next. One member's share
/// of the work; false when the team is broken.
bool Run::run_windows_before(Time end, int member, Team& team) {
  if (stage_.partitions.size() == 1) {
    stage_.partitions.front().run_before(end);
    return true;
  }
  if (alone_ && member > 0) return true;
  const int step = alone_ ? 1 : threads_;
  const auto count = static_cast<int>(stage_.partitions.size());
  for (unsigned turn = 0;; turn ^= 1U) {
    Time earliest = Time::never();
    for (int p = member; p < count; p += step) {
      earliest =
          std::min({earliest, stage_.partitions[p].next_time(), stage_.partitions[p].turn_over()});
    }
    notices_[member].earliest[turn] = earliest;
    if (!alone_) {
      if (!team.meet()) return false;
      for (const Notice& notice : notices_) earliest = std::min(earliest, notice.earliest[turn]);
    }
    for (int p = member; p < count; p += step) unpack_for(static_cast<Index>(p));
    if (earliest >= end) return true;
    if (member == 0) ++pace_.windows;
    const bool apart = stage_.cut.lookahead < end - earliest;
    expects(stage_.cut.lookahead > Duration(), "a message to another partition takes time");
    const Time window_end = apart ? earliest + stage_.cut.lookahead : end;
    for (int p = member; p < count; p += step) stage_.partitions[p].run_before(window_end);
  }
}

void Run::unpack_for(Index receiver) {
  stage_.partitions[receiver].begin_parcels();
  for (Index sender = 0; sender < stage_.partitions.size(); ++sender) {
    if (sender != receiver) stage_.partitions[receiver].receive_from(stage_.partitions[sender]);
  }
}

/// Whether the next windows are for one thread alone.
void Run::choose_pace() {
  if (threads_ == 1 || pace_.windows < windows_to_judge_by) return;
  std::uint64_t events = 0;
  for (const Partition& partition : stage_.partitions) events += partition.events_handled();
  const std::uint64_t enough =
      least_events_per_thread * static_cast<std::uint64_t>(threads_) * pace_.windows;
  expects(events >= pace_.events_before, "what was handled stays handled");
  alone_ = events - pace_.events_before < enough;
  pace_ = {0, events};
}

}  // namespace rehearse
