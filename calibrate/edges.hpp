#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "calibrate/empirical_law.hpp"
#include "calibrate/visits.hpp"

namespace rehearse {

/// What was seen of the calls from one endpoint to another.
struct EdgeFacts {
  std::uint64_t calls = 0;
  std::uint64_t failed = 0;
  std::uint64_t failed_at_caller_only = 0;  // timeouts, refusals: the callee saw no error
  std::uint64_t survived = 0;               // failed, and yet the caller answered well
  std::uint64_t detached = 0;
  std::uint64_t both_sides = 0;     // client and server span: network time is known
  std::uint64_t negative_gaps = 0;  // the server's span was the longer one
};

struct EdgeTable {
  /// By caller and callee endpoint.
  std::map<std::pair<std::uint32_t, std::uint32_t>, EdgeFacts> edges;
  /// Half of (client span - server span): the network time one way.
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::vector<WeightedDuration>> one_way;
};

EdgeTable study_edges(const TraceForest& forest, const VisitTable& table);

/// The callees of `caller` whose failures it survives: at least nine of ten failed calls.
std::set<std::uint32_t> survived_callees(const EdgeTable& edges, std::uint32_t caller);

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

/// By service: the correlation of the normal scores (of ranks within each edge, so that slow
/// operations are no slow moments) of what varies most, network time or self time of its visits.
/// `self_times`: nanoseconds, by visit.
std::map<NameId, Correlation> study_correlations(const TraceForest& forest, const VisitTable& table,
                                                 const std::vector<double>& self_times);

}  // namespace rehearse
