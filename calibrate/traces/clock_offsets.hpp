#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "calibrate/traces/trace_forest.hpp"

namespace rehearse {

/// By how much the clocks of hosts seem to differ, told by causality alone: who is called begins
/// no earlier and ends no later than who waits for it.
///
/// For each pair of clocks (an instance's, or a service's where instances have no names) an offset
/// in nanoseconds, to be taken from the called side: the one nearest to zero that puts nineteen of
/// twenty calls into their callers. Where clocks drift, none does, but one along a line through the
/// calls may; where they are set, the time is halved, and its halves, as long as 20 calls are in
/// each, until one does in every piece. None where some piece has none, or where many calls last
/// longer than their callers: such calls are not waited for. Costs n log n in the calls, times the
/// halvings.
class ClockOffsets {
 public:
  /// A call that only its callee recorded.
  void note(const Span& caller, const Span& callee);
  /// After all were noted.
  void settle();
  /// Zero where nothing is wrong.
  std::int64_t between(const Span& caller, const Span& callee) const;

 private:
  using Clock = std::pair<NameId, NameId>;  // service, instance
  /// What one call says of the offset.
  struct Bound {
    std::int64_t at = 0;     // start of the caller
    std::int64_t least = 0;  // by which the call must be moved back to end in time
    std::int64_t most = 0;   // by which it may be, to begin in time
  };
  struct Bounds {
    std::vector<Bound> calls;
    std::uint64_t too_long = 0;
  };
  /// What holds from `from` on.
  struct ClockLine {
    std::int64_t from = 0;
    std::int64_t offset = 0;
    double drift = 0;  // nanoseconds in one

    std::int64_t at(std::int64_t time) const;
  };
  using Offsets = std::map<std::int64_t, ClockLine>;

  /// The piece with such a drift, if an offset is admitted by nineteen of twenty.
  static std::optional<ClockLine> with_drift(std::span<const Bound> calls, double drift);
  static double drift_of(std::span<const Bound> calls);
  static bool settle(std::span<const Bound> calls, int halvings, Offsets& found);
  static Clock clock_of(const Span& span) { return {span.service, span.instance}; }

  std::map<std::pair<Clock, Clock>, Bounds> bounds_;
  std::map<std::pair<Clock, Clock>, Offsets> offsets_;
};

}  // namespace rehearse
