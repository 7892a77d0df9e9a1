#include "calibrate/learn/edges.hpp"

#include <algorithm>
#include <cmath>

namespace rehearse {
namespace {

constexpr std::uint32_t none = TraceForest::none;

/// Few failures leave much to chance; to take for survived what is not is the worse error.
constexpr double least_of_usual = 0.75;
constexpr std::uint64_t enough_failures = 20;
constexpr std::uint64_t enough_survived = 3;

/// What became of a caller whose calls of one endpoint failed, by weight.
struct Failures {
  std::uint64_t count = 0;
  std::uint64_t count_survived = 0;
  double failed = 0;
  double survived = 0;
  double usual = 1;  // how often it answers well after calls that did not fail

  /// From this share on all failures are taken for survived.
  double least_survived() const {
    const double chance = 2 * std::sqrt(usual * (1 - usual) / static_cast<double>(count));
    return std::max(0.9 * usual - chance, least_of_usual * usual);
  }
};

/// By callee, where some failed and were survived.
std::map<std::uint32_t, Failures> failures_of_calls(const EdgeTable& edges, std::uint32_t caller) {
  std::map<std::uint32_t, Failures> by_callee;
  auto edge = edges.edges.lower_bound({caller, 0});
  for (; edge != edges.edges.end() && edge->first.first == caller; ++edge) {
    const EdgeFacts& facts = edge->second;
    Failures failures{facts.awaited_failed, facts.survived, facts.failed_weight,
                      facts.survived_weight, 1};
    if (facts.takes_unanswered_for_good() && facts.unanswered_weight < failures.failed) {
      failures.failed -= facts.unanswered_weight;
      failures.survived -= facts.unanswered_survived_weight;
    }
    if (facts.answered_weight > 0) {
      failures.usual = facts.answered_survived_weight / facts.answered_weight;
    }
    if (facts.awaited_failed == 0 || failures.survived <= 0) continue;
    by_callee[edge->first.second] = failures;
  }
  return by_callee;
}

}  // namespace

EdgeTable study_edges(const TraceForest& forest, const VisitTable& table) {
  EdgeTable result;
  for (const Visit& visit : table.visits) {
    const Span& caller = forest.spans[visit.span];
    for (const RecordedCall& call : table.calls_of(visit)) {
      EdgeFacts& edge = result.edges[{visit.endpoint, call.endpoint}];
      const double weight = caller.adjusted_count;
      const bool survived = call.failed && !caller.error;
      ++edge.calls;
      edge.weight += weight;
      edge.detached += call.detached ? 1 : 0;
      edge.by_caller += call.client != none ? 1 : 0;
      edge.failed += call.failed ? 1 : 0;
      if (!call.detached) {
        edge.awaited_failed += call.failed ? 1 : 0;
        edge.failed_weight += call.failed ? weight : 0;
        edge.survived += survived ? 1 : 0;
        edge.survived_weight += survived ? weight : 0;
        edge.answered_weight += call.failed ? 0 : weight;
        edge.answered_survived_weight += call.failed || caller.error ? 0 : weight;
      }
      if (call.client == none || call.callee == none || call.timed_out) continue;
      if (!call.detached && call.failed && !forest.spans[call.callee].error) {
        edge.unanswered_weight += weight;
        edge.unanswered_survived_weight += survived ? weight : 0;
      }
      const Span& callee = forest.spans[call.callee];
      edge.failed_at_caller_only += call.failed && !callee.error ? 1 : 0;
      // A client span that only hands its message over says nothing of the way.
      if (call.detached && call.end < callee.end) continue;
      ++edge.both_sides;
      const std::int64_t gap = forest.spans[call.client].duration() - callee.duration();
      edge.negative_gaps += gap < 0 ? 1 : 0;
      result.one_way[{visit.endpoint, call.endpoint}].push_back(
          {static_cast<double>(std::max<std::int64_t>(gap, 0)) / 2, weight});
    }
  }
  return result;
}

std::map<std::uint32_t, double> survived_shares(const EdgeTable& edges, std::uint32_t caller) {
  std::map<std::uint32_t, double> shares;
  for (const auto& [callee, failures] : failures_of_calls(edges, caller)) {
    if (failures.survived >= failures.failed * failures.least_survived()) {
      shares[callee] = 1;
    } else if (failures.count >= enough_failures && failures.count_survived >= enough_survived) {
      shares[callee] = failures.survived / (failures.failed * failures.usual);
    }
  }
  return shares;
}

}  // namespace rehearse
