#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "calibrate/learn/edges.hpp"
#include "sim/random/law_spec.hpp"

namespace rehearse {

/// The network time one way from one service to another.
struct ServiceLink {
  LawSpec latency;
  std::uint64_t calls = 0;
};

/// What was learned of the time between client and server spans. A model has one network latency
/// for each pair of services, but some calls of a pair take longer on their way than others
/// (another method, another connection pool). These are told apart when they have 10 calls or more,
/// a mean 1.5 times that of the fastest such edge, and longer times by the Mann-Whitney test at 3
/// standard errors: the pair's latency is then that of its other edges, and what the slow edge
/// takes beyond (quantile by quantile) is work of the caller before the call.
struct NetworkFacts {
  std::map<std::pair<NameId, NameId>, ServiceLink> links;  // by caller and callee service
  /// By caller and callee endpoint.
  std::map<std::pair<std::uint32_t, std::uint32_t>, LawSpec> before_calls;
  std::vector<WeightedDuration> pooled;  // one way, all edges
};

NetworkFacts study_network(const EdgeTable& edges, const VisitTable& visits);

}  // namespace rehearse
