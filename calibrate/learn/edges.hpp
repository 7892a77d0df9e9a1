#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "calibrate/learn/empirical_law.hpp"
#include "calibrate/traces/visits.hpp"

namespace rehearse {

/// What was seen of the calls from one endpoint to another. Counts are of recorded calls; weights
/// are of calls made, with those that sampling left out.
struct EdgeFacts {
  std::uint64_t calls = 0;
  std::uint64_t failed = 0;
  std::uint64_t failed_at_caller_only = 0;  // timeouts, refusals: the callee saw no error
  // Of these, those that somebody waited for; all weights but the first are of such calls, too.
  std::uint64_t awaited_failed = 0;
  std::uint64_t survived = 0;  // and yet the caller answered well
  std::uint64_t detached = 0;
  std::uint64_t by_caller = 0;      // with a client span
  std::uint64_t both_sides = 0;     // client and server span: network time is known
  std::uint64_t negative_gaps = 0;  // the server's span was the longer one
  double weight = 0;
  double failed_weight = 0;
  double survived_weight = 0;
  double answered_weight = 0;           // calls that did not fail
  double answered_survived_weight = 0;  // and the caller answered well, too
  /// Of failed and of survived ones, those that failed at the caller only, with a good server span.
  double unanswered_weight = 0;
  double unanswered_survived_weight = 0;

  /// Whether callers take an answer that only they call a failure (404, say) for a good one: at
  /// least nine of ten.
  bool takes_unanswered_for_good() const {
    return unanswered_survived_weight * 10 >= unanswered_weight * 9;
  }
};

struct EdgeTable {
  /// By caller and callee endpoint.
  std::map<std::pair<std::uint32_t, std::uint32_t>, EdgeFacts> edges;
  /// Half of (client span - server span): the network time one way.
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::vector<WeightedDuration>> one_way;
};

EdgeTable study_edges(const TraceForest& forest, const VisitTable& table);

/// The callees of `caller` whose failures it survives, and which share of them: as often as it
/// answers well after failed calls, by weight, over how often it does after others (it may fail for
/// reasons of its own). All, where that is nine tenths, less two standard errors, and three
/// quarters at least. A share needs 20 failures, of which 3 were survived; else none is. Calls that
/// it takes for good are left out.
std::map<std::uint32_t, double> survived_shares(const EdgeTable& edges, std::uint32_t caller);

}  // namespace rehearse
