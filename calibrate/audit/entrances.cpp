#include "calibrate/audit/entrances.hpp"

#include <algorithm>
#include <map>

namespace rehearse {
namespace {

/// By endpoint: visits in the order in which they began.
std::map<std::uint32_t, std::vector<std::uint32_t>> visits_in_order(const TraceForest& forest,
                                                                    const VisitTable& visits,
                                                                    const ArrivalFacts& arrivals) {
  std::map<std::uint32_t, std::vector<std::uint32_t>> in_order;
  for (const auto& [endpoint, weight] : arrivals.mix) in_order[endpoint];
  for (const Visit& visit : visits.visits) {
    const auto found = in_order.find(visit.endpoint);
    if (found != in_order.end()) found->second.push_back(visit.span);
  }
  for (auto& [endpoint, spans] : in_order) {
    std::stable_sort(spans.begin(), spans.end(), [&](std::uint32_t a, std::uint32_t b) {
      return forest.spans[a].start < forest.spans[b].start;
    });
  }
  return in_order;
}

}  // namespace

RecordedTraffic traffic_of(const TraceForest& forest, const VisitTable& visits,
                           const ArrivalFacts& arrivals, const std::vector<EndpointName>& names) {
  RecordedTraffic traffic;
  traffic.requests = arrivals.requests;
  traffic.seconds = arrivals.seconds;
  traffic.per_second = arrivals.per_second;
  traffic.sampled = arrivals.adjusted_requests != static_cast<double>(arrivals.requests);
  double requests = 0;
  for (const auto& [endpoint, weight] : arrivals.mix) requests += weight;
  for (const auto& [endpoint, spans] : visits_in_order(forest, visits, arrivals)) {
    RecordedEntrance entrance;
    entrance.endpoint = names[endpoint];
    entrance.per_second = arrivals.per_second * arrivals.mix.at(endpoint) / requests;
    for (const std::uint32_t index : spans) {
      const Span& span = forest.spans[index];
      entrance.answers.push_back(
          {static_cast<double>(span.duration()) * 1e-9, span.adjusted_count, !span.error});
    }
    traffic.entrances.push_back(std::move(entrance));
  }
  return traffic;
}

}  // namespace rehearse
