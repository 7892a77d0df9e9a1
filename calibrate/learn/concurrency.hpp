#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "calibrate/traces/trace_forest.hpp"
#include "calibrate/traces/visits.hpp"

namespace rehearse {

/// One stay at one instance, in nanoseconds.
struct Stay {
  std::int64_t arrived = 0;
  std::int64_t acted = 0;  // when its first call began; that it departed, where it made none
  std::int64_t departed = 0;
};

/// What the stays at the instances of a service tell about its workers.
struct Concurrency {
  /// Workers of one instance; nothing where the recording cannot tell.
  std::optional<int> workers;
  double queued = 0;                // share of stays that began with waiting, at `workers`
  double dependence_unlimited = 0;  // of the first act on how many were there: no limit at all
  double dependence = 0;            // likewise, from the start of service at `workers`
  std::vector<std::vector<double>> waits;  // [instance, stay]: before service, at `workers`
};

/// Finds the number of workers c of FIFO pools, who stay with a request until it departs. With the
/// right c the time from the start of service, max(arrived, c-th last departure), to the first act
/// does not depend on how many were there on arrival; with fewer it falls, with more it grows
/// (after Sutton and Jordan's transformation between data and service times; by the first act, as
/// what follows depends on whom a request waits for). c is named only if the data tell: at least
/// 200 stays, of which at least 5 % queue; a first act that clearly depends on the crowd, and from
/// the start of service does not, or by a quarter of that at most; and no more than 1 % that would
/// act before they are served, by more than the clock's grain. `stays`: [instance, stay].
Concurrency study_stays(std::vector<std::vector<Stay>> stays, std::int64_t clock_grain);

/// What was found out about one service.
struct ServiceConcurrency {
  Concurrency found;
  std::uint64_t visits = 0;
};

/// Studies every service that was recorded in full. `waits` is filled by visit, with zeros where
/// nothing is known.
std::map<NameId, ServiceConcurrency> study_concurrency(const TraceForest& forest,
                                                       const VisitTable& table,
                                                       std::vector<double>& waits);

}  // namespace rehearse
