#include "calibrate/learn/edges.hpp"

#include <algorithm>
#include <cmath>

namespace rehearse {
namespace {

constexpr std::uint32_t none = TraceForest::none;

/// Few failures leave much to chance; to take for survived what is not is the worse error.
constexpr double least_of_usual = 0.75;

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
      edge.failed_weight += call.failed ? weight : 0;
      edge.survived += survived ? 1 : 0;
      edge.survived_weight += survived ? weight : 0;
      edge.answered_weight += call.failed ? 0 : weight;
      edge.answered_survived_weight += call.failed || caller.error ? 0 : weight;
      if (call.client == none || call.callee == none || call.timed_out) continue;
      if (call.failed && !forest.spans[call.callee].error) {
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

std::set<std::uint32_t> survived_callees(const EdgeTable& edges, std::uint32_t caller) {
  std::set<std::uint32_t> callees;
  auto edge = edges.edges.lower_bound({caller, 0});
  for (; edge != edges.edges.end() && edge->first.first == caller; ++edge) {
    const EdgeFacts& facts = edge->second;
    double failed = facts.failed_weight;
    double survived = facts.survived_weight;
    if (facts.takes_unanswered_for_good() && facts.unanswered_weight < failed) {
      failed -= facts.unanswered_weight;
      survived -= facts.unanswered_survived_weight;
    }
    const double usual =
        facts.answered_weight > 0 ? facts.answered_survived_weight / facts.answered_weight : 1;
    if (facts.failed == 0 || survived <= 0) continue;
    const double chance = 2 * std::sqrt(usual * (1 - usual) / static_cast<double>(facts.failed));
    const double least = std::max(0.9 * usual - chance, least_of_usual * usual);
    if (survived >= failed * least) callees.insert(edge->first.second);
  }
  return callees;
}

}  // namespace rehearse
