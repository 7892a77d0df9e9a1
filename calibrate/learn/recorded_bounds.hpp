#pragma once

#include <map>
#include <string>
#include <utility>

#include "calibrate/traces/visits.hpp"
#include "models/values/endpoint_name.hpp"
#include "sim/time.hpp"

namespace rehearse {

/// The most visits that one instance of a service worked on at once, at least.
struct AtWork {
  std::uint64_t most = 0;
  bool named = false;  // false: no span said which instance it came from, so all count as one
};

/// The longest that ended well.
struct LongestGood {
  Duration call;     // from the first attempt to the answer
  Duration attempt;  // one try
};

/// What a recording shows whatever was learned of it: bounds, against which values are held that a
/// person gave.
struct RecordedBounds {
  std::map<std::string, AtWork> at_work;  // by service
  /// By calling service and called endpoint; of calls that are awaited.
  std::map<std::pair<std::string, EndpointName>, LongestGood> longest_good;
};

/// Where who came first is served first, whoever came before a visit and is still there when that
/// one has ended well is at work beside it: it began before. So the number of those, and one, were
/// at work at once. The grain of the clock is allowed for. Costs n log n of the visits.
RecordedBounds find_bounds(const TraceForest& forest, const VisitTable& table,
                           const NameTable& names);

}  // namespace rehearse
