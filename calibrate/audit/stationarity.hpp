#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "calibrate/learn/arrivals.hpp"
#include "calibrate/traces/trace_forest.hpp"
#include "calibrate/traces/visits.hpp"

namespace rehearse {

/// A part of the recording in which requests took other times than in the rest of it.
struct OddPart {
  bool at_start = false;
  bool at_end = false;
  double from = 0;  // seconds from the first request, pauses of the recording left out
  double to = 0;
  std::uint64_t requests = 0;
  double median_times = 1;  // the median and the p90, over those of the rest
  double p90_times = 1;
};

/// A part in which requests came more or less often than on average.
struct OddRate {
  double from = 0;
  double to = 0;
  double times = 1;
};

/// What speaks against taking the recording for one piece.
struct Stationarity {
  std::vector<OddPart> parts;
  std::vector<OddRate> rates;
};

/// A request stands for its rank among those of its endpoint, so that another mix is no change. A
/// part between the least and the largest of the sums of ranks so far, less what is expected, is
/// cut out of the recording (circular binary segmentation; Olshen et al. 2004), if these are
/// further apart than in one of 100,000 by chance (2.8 in Kuiper's statistic), it and the rest have
/// 20 requests, and their mean ranks differ by 0.15; and so on with what is cut. Told are the parts
/// with less than half of the requests (with exactly half, the last), of which median or p90 is off
/// by a quarter.
///
/// Of at most 20 windows, a rate is odd where it is off by a half and by six times the deviation of
/// the count, which is that of a Poisson process times the variation of the gaps.
Stationarity study_stationarity(const TraceForest& forest, const VisitTable& visits,
                                const ArrivalFacts& arrivals);

/// Sentences that begin with "warning: ".
std::vector<std::string> sentences(const Stationarity& stationarity);

}  // namespace rehearse
