#include "calibrate/learn/way_failures.hpp"

#include <algorithm>

namespace rehearse {
namespace {

constexpr std::uint32_t none = TraceForest::none;

/// The attempts of one edge, as their client spans tell.
struct Attempts {
  double unanswered_survived = 0;  // weight: the caller went on well
  double good = 0;
  double good_unrecorded = 0;  // of these, without a server span
  double good_time = 0;
  double failed_with_callee = 0;
  double refused = 0;
  double refused_weight = 0;
  double unanswered_weight = 0;
  std::uint64_t unanswered = 0;
  double refused_time = 0;

  /// How many of the failed without a server span had one that was not recorded.
  double unrecorded() const {
    const double share = good > 0 ? good_unrecorded / good : 0;
    return share < 1 ? std::min(failed_with_callee * share / (1 - share), refused) : refused;
  }
};

void add(const TraceForest& forest, const RecordedCall& attempt, const Span& caller,
         Attempts& edge) {
  const double weight = caller.adjusted_count;
  const auto time = static_cast<double>(attempt.end - attempt.start);
  const bool failed_at_caller = forest.spans[attempt.client].error;
  const bool failed_at_callee = attempt.callee != none && forest.spans[attempt.callee].error;
  if (!failed_at_caller && !failed_at_callee) {
    edge.good += 1;
    edge.good_time += time;
    edge.good_unrecorded += attempt.callee == none ? 1 : 0;
  } else if (failed_at_callee) {
    edge.failed_with_callee += 1;
  } else {
    if (attempt.callee == none) {
      edge.refused += 1;
      edge.refused_time += time;
      edge.refused_weight += weight;
    } else if (!attempt.detached) {  // else nobody waits for an answer
      ++edge.unanswered;
      edge.unanswered_weight += weight;
      edge.unanswered_survived += caller.error ? 0 : weight;
      edge.failed_with_callee += 1;
    }
  }
}

}  // namespace

std::map<std::uint32_t, WayFailures> find_way_failures(
    const TraceForest& forest, const VisitTable& visits,
    const std::map<ServicePair, RetryFacts>& retries) {
  std::map<EndpointEdge, Attempts> edges;
  for (const Visit& visit : visits.visits) {
    for (const RecordedCall& attempt : visits.attempts_of(visit)) {
      if (attempt.client == none || attempt.timed_out) continue;
      if (visits.endpoints[attempt.endpoint].peer_only) continue;
      add(forest, attempt, forest.spans[visit.span], edges[{visit.endpoint, attempt.endpoint}]);
    }
  }
  std::map<std::uint32_t, WayFailures> found;
  std::map<std::uint32_t, Attempts> all;
  for (auto& [edge, attempts] : edges) {
    const ServicePair pair{visits.endpoints[edge.first].service,
                           visits.endpoints[edge.second].service};
    // A 404 that callers live with; what was tried again they did not.
    if (!retries.contains(pair) &&
        attempts.unanswered_survived * 10 >= attempts.unanswered_weight * 9) {
      attempts.unanswered = 0;
      attempts.unanswered_weight = 0;
    }
    const double refused = attempts.refused - attempts.unrecorded();
    if (refused + static_cast<double>(attempts.unanswered) <= 0) continue;
    WayFailures& failures = found[edge.second];
    failures.refused += refused;
    failures.refused_weight +=
        attempts.refused > 0 ? attempts.refused_weight * refused / attempts.refused : 0;
    failures.unanswered += attempts.unanswered;
    failures.unanswered_weight += attempts.unanswered_weight;
    Attempts& sums = all[edge.second];
    sums.good += attempts.good;
    sums.good_time += attempts.good_time;
    sums.refused += attempts.refused;
    sums.refused_time += attempts.refused_time;
  }
  for (auto& [endpoint, failures] : found) {
    const Attempts& sums = all[endpoint];
    const bool any = sums.good > 0 && sums.refused > 0;
    failures.at_once = any && failures.refused > static_cast<double>(failures.unanswered) &&
                       sums.refused_time / sums.refused < 0.5 * sums.good_time / sums.good;
  }
  return found;
}

}  // namespace rehearse
