#include "calibrate/learn/network.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace rehearse {
namespace {

constexpr std::size_t enough_calls = 10;
constexpr double slower_mean = 1.5;
constexpr double standard_errors = 3;

using EndpointEdge = std::pair<std::uint32_t, std::uint32_t>;
using Samples = std::vector<WeightedDuration>;

struct EdgeSamples {
  EndpointEdge edge;
  const Samples* one_way;
};

/// How many standard errors the ranks of `a` stand above chance among those of `b` (Mann and
/// Whitney 1947, normal approximation). Both sorted.
double rank_excess(const Samples& a, const Samples& b) {
  double above = 0;
  std::size_t low = 0;
  std::size_t high = 0;
  for (const WeightedDuration& value : a) {
    while (low < b.size() && b[low].nanoseconds < value.nanoseconds) ++low;
    high = std::max(high, low);
    while (high < b.size() && b[high].nanoseconds <= value.nanoseconds) ++high;
    above += static_cast<double>(low + high) / 2;
  }
  const auto n = static_cast<double>(a.size());
  const auto m = static_cast<double>(b.size());
  return (above - n * m / 2) / std::sqrt(n * m * (n + m + 1) / 12);
}

Samples sorted(Samples samples) {
  std::sort(
      samples.begin(), samples.end(), [](const WeightedDuration& a, const WeightedDuration& b) {
        return a.nanoseconds != b.nanoseconds ? a.nanoseconds < b.nanoseconds : a.weight < b.weight;
      });
  return samples;
}

/// The edge with the least mean among those seen often enough; null when there is none.
const Samples* fastest(const std::vector<EdgeSamples>& edges) {
  const Samples* best = nullptr;
  for (const EdgeSamples& edge : edges) {
    if (edge.one_way->size() < enough_calls) continue;
    if (best == nullptr || weighted_mean(*edge.one_way) < weighted_mean(*best)) {
      best = edge.one_way;
    }
  }
  return best;
}

bool is_slow(const Samples& samples, const Samples& base) {
  if (&samples == &base || samples.size() < enough_calls) return false;
  if (weighted_mean(samples) < slower_mean * weighted_mean(base)) return false;
  return rank_excess(sorted(samples), sorted(base)) > standard_errors;
}

double weight_of(const Samples& samples) {
  return std::accumulate(
      samples.begin(), samples.end(), 0.0,
      [](double sum, const WeightedDuration& sample) { return sum + sample.weight; });
}

/// Both ways of the slow edge less both ways of the usual one, quantile by quantile.
LawSpec excess(const Samples& slow, const Samples& usual) {
  Samples difference = sorted(slow);
  const Samples base = sorted(usual);
  const double slow_weight = weight_of(difference);
  const double base_weight = weight_of(base);
  double below = 0;
  std::size_t at = 0;
  double base_until = base.front().weight;
  for (WeightedDuration& sample : difference) {
    const double middle = (below + sample.weight / 2) * base_weight;
    while (at + 1 < base.size() && base_until * slow_weight <= middle) {
      base_until += base[++at].weight;
    }
    below += sample.weight;
    sample.nanoseconds = std::max(2 * (sample.nanoseconds - base[at].nanoseconds), 0.0);
  }
  return empirical_law(std::move(difference));
}

void study_link(const std::vector<EdgeSamples>& edges, ServiceLink& link, NetworkFacts& facts) {
  const Samples* const base = fastest(edges);
  Samples usual;
  for (const EdgeSamples& edge : edges) {
    link.calls += edge.one_way->size();
    if (base != nullptr && is_slow(*edge.one_way, *base)) continue;
    usual.insert(usual.end(), edge.one_way->begin(), edge.one_way->end());
  }
  for (const EdgeSamples& edge : edges) {
    if (base == nullptr || !is_slow(*edge.one_way, *base)) continue;
    facts.before_calls[edge.edge] = excess(*edge.one_way, usual);
  }
  link.latency = empirical_law_above_minimum(std::move(usual));
}

}  // namespace

NetworkFacts study_network(const EdgeTable& edges, const VisitTable& visits) {
  NetworkFacts facts;
  std::map<std::pair<NameId, NameId>, std::vector<EdgeSamples>> links;
  for (const auto& [edge, samples] : edges.one_way) {
    links[{visits.endpoints[edge.first].service, visits.endpoints[edge.second].service}].push_back(
        {edge, &samples});
    facts.pooled.insert(facts.pooled.end(), samples.begin(), samples.end());
  }
  for (const auto& [services, members] : links) {
    study_link(members, facts.links[services], facts);
  }
  return facts;
}

}  // namespace rehearse
