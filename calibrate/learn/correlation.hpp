#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "calibrate/traces/trace_forest.hpp"
#include "calibrate/traces/visits.hpp"

namespace rehearse {

/// How strongly the times that one trace meets at one service go together.
struct Correlation {
  double value = 0;           // in [0, 0.99]; 0 unless significantly above
  double estimate = 0;        // before that judgement
  double standard_error = 0;  // under independence
  std::uint64_t traces = 0;   // with at least two calls
  std::uint64_t calls = 0;    // in these
  bool of_network = false;    // measured on network time, otherwise on self time
};

/// The intraclass correlation of the groups' values by one-way analysis of variance (variance
/// components, unequal group sizes). Groups of one are ignored. `value` is 0 when fewer than 20
/// groups remain or when the estimate is below 2.33 standard errors.
Correlation intraclass_correlation(const std::vector<std::vector<double>>& groups);

/// Standard normal quantiles at the ranks of `values`; equal values share the middle of their
/// ranks.
std::vector<double> normal_scores(const std::vector<double>& values);

/// By service: the correlation of the normal scores (of ranks within each edge, so that slow
/// operations are no slow moments) of what varies most, network time or self time of its visits.
/// `self_times`: nanoseconds, by visit.
std::map<NameId, Correlation> study_correlations(const TraceForest& forest, const VisitTable& table,
                                                 const std::vector<double>& self_times);

}  // namespace rehearse
