#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "calibrate/traces/trace_forest.hpp"

namespace rehearse {

/// By how much the clocks of hosts seem to differ, told by causality alone: who is called begins
/// no earlier and ends no later than who waits for it.
///
/// For each pair of clocks (an instance's, or a service's where instances have no names) one offset
/// in nanoseconds, to be taken from the called side: the one nearest to zero that puts nineteen of
/// twenty calls into their callers. None where no offset does, or where many calls last longer than
/// their callers: such calls are not waited for.
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
  struct Bounds {
    std::vector<std::int64_t> least;  // by which a call must be moved back to end in time
    std::vector<std::int64_t> most;   // by which it may be, to begin in time
    std::uint64_t too_long = 0;
  };
  static Clock clock_of(const Span& span) { return {span.service, span.instance}; }

  std::map<std::pair<Clock, Clock>, Bounds> bounds_;
  std::map<std::pair<Clock, Clock>, std::int64_t> offsets_;
};

}  // namespace rehearse
