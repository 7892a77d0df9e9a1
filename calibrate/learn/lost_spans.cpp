#include "calibrate/learn/lost_spans.hpp"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

namespace rehearse {
namespace {

constexpr std::uint32_t none = TraceForest::none;
constexpr std::size_t least_lost = 5;
constexpr double least_share = 0.005;
constexpr std::size_t enough_parents = 30;

using Kind = std::pair<NameId, NameId>;  // of a span: service, operation

Kind kind_of(const Span& span) {
  return {span.service, span.operation};
}

/// Of whose children spans of each kind usually are.
std::map<Kind, NameId> usual_parents(const TraceForest& forest) {
  std::map<Kind, std::map<NameId, std::size_t>> seen;
  for (std::size_t i = 0; i < forest.spans.size(); ++i) {
    if (forest.parent[i] == none) continue;
    ++seen[kind_of(forest.spans[i])][forest.spans[forest.parent[i]].service];
  }
  std::map<Kind, NameId> usual;
  for (const auto& [kind, services] : seen) {
    const auto most =
        std::max_element(services.begin(), services.end(),
                         [](const auto& a, const auto& b) { return a.second < b.second; });
    usual[kind] = most->first;
  }
  return usual;
}

}  // namespace

double LossRates::of(NameId service) const {
  const auto own = measured.find(service);
  return own == measured.end() ? highest : own->second;
}

LossRates find_loss_rates(const TraceForest& forest) {
  LossRates rates;
  if (forest.counts.orphans < least_lost) return rates;
  const std::map<Kind, NameId> usual = usual_parents(forest);
  const std::vector<bool> without_root = forest.in_traces_without_root();
  std::map<NameId, std::size_t> recorded;
  std::map<NameId, std::set<std::pair<TraceId, std::uint64_t>>> missing;
  for (std::uint32_t i = 0; i < forest.spans.size(); ++i) {
    const Span& span = forest.spans[i];
    if (without_root[i]) continue;
    // A missing root leaves a trace without one.
    if (!forest.children(i).empty() && forest.top[i] != Top::root) ++recorded[span.service];
    if (forest.top[i] != Top::orphan) continue;
    const auto parent = usual.find(kind_of(span));
    if (parent != usual.end()) missing[parent->second].insert({span.trace, span.parent});
  }
  for (const auto& [service, parents] : recorded) {
    const std::size_t lost = missing.contains(service) ? missing.at(service).size() : 0;
    if (lost + parents < enough_parents) continue;
    const double share = static_cast<double>(lost) / static_cast<double>(lost + parents);
    const bool counts = lost >= least_lost && share >= least_share;
    rates.measured[service] = counts ? share : 0;
    rates.highest = std::max(rates.highest, rates.measured[service]);
  }
  return rates;
}

}  // namespace rehearse
