#include <algorithm>

#include "models/run.hpp"

namespace rehearse {
namespace {

/// With fewer events in a window the threads would wait for one another longer than they work: a
/// meeting costs a quarter of a microsecond, an event some tens of nanoseconds.
constexpr std::uint64_t least_events_per_thread = 150;

/// So many windows are looked at before the number of threads is chosen anew.
constexpr std::uint64_t windows_to_judge_by = 64;

}  // namespace

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
