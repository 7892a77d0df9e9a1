#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "calibrate/audit/stationarity.hpp"
#include "calibrate/learn/arrivals.hpp"
#include "calibrate/readers/span.hpp"
#include "calibrate/traces/trace_forest.hpp"
#include "calibrate/traces/visits.hpp"

namespace rehearse {

/// What signs look at. Attempts are joined to calls.
struct Recording {
  const TraceForest& forest;
  const VisitTable& visits;
  const NameTable& names;
  const ArrivalFacts& arrivals;
  const Stationarity& stationarity;

  const Span& span_of(const Visit& visit) const { return forest.spans[visit.span]; }
  const std::string& service_of(const Visit& visit) const {
    return names.text(span_of(visit).service);
  }
};

/// How probable it is that a recording without the sign looks so, or more so; never understated by
/// much: where it is not known exactly, it is a bound.
struct SignTest {
  double p_value = 1;
  std::string sentence;  // that says what was seen, should it be a sign
};

/// What one sign says of a recording.
struct SignAnswer {
  std::string sign;
  std::vector<SignTest> tests;
  std::vector<std::string> untold;  // what this recording cannot tell, a sentence each
};

/// "12.3s after the first request".
std::string moment_text(const Recording& recording, std::int64_t at);

}  // namespace rehearse
