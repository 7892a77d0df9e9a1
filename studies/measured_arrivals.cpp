#include "studies/measured_arrivals.hpp"

#include <algorithm>
#include <map>
#include <variant>

#include <fmt/format.h>

#include "sim/random/law.hpp"

namespace rehearse {
namespace {

double mean_size(const BatchSpec& batch) {
  return CountLaw(batch.size).mean();
}

double total_weight(const WorkloadSpec& workload) {
  double total = 0;
  for (const auto& [endpoint, weight] : workload.mix) total += weight;
  return total;
}

std::optional<double> rate_of(const ArrivalsSpec& arrivals) {
  if (const auto* poisson = std::get_if<PoissonSpec>(&arrivals)) return poisson->rate.per_second;
  if (const auto* batch = std::get_if<BatchSpec>(&arrivals)) {
    return batch->rate.per_second * mean_size(*batch);
  }
  return std::nullopt;
}

/// What each workload asks for of an endpoint, as far as it says how much.
double pull(const WorkloadSpec& workload, const EndpointName& endpoint) {
  if (endpoints_asked(workload).count(endpoint) == 0) return 0;
  const auto weight = workload.mix.find(endpoint);
  if (weight == workload.mix.end()) return 1;
  return rate_of(workload.arrivals).value_or(1.0) * weight->second / total_weight(workload);
}

void set_rate(ArrivalsSpec& arrivals, double per_second) {
  if (std::holds_alternative<ClosedLoopSpec>(arrivals)) return;
  if (auto* batch = std::get_if<BatchSpec>(&arrivals)) {
    batch->rate = Rate{per_second / mean_size(*batch)};
  } else {
    arrivals = PoissonSpec{Rate{per_second}};
  }
}

}  // namespace

bool knows(const ModelSpec& model, const EndpointName& endpoint) {
  const auto service = model.services.find(endpoint.service);
  return service != model.services.end() && service->second.endpoints.count(endpoint.operation) > 0;
}

std::optional<double> own_rate(const ModelSpec& model) {
  double total = 0;
  for (const auto& [name, workload] : model.workloads) {
    const auto rate = rate_of(workload.arrivals);
    if (!rate) return std::nullopt;
    total += *rate;
  }
  return total;
}

ModelSpec under_traffic(const ModelSpec& model, const RecordedTraffic& traffic) {
  ModelSpec scaled = model;
  if (scaled.workloads.empty()) scaled.workloads["users"];
  std::map<std::string, std::map<EndpointName, double>> mixes;
  for (const RecordedEntrance& entrance : traffic.entrances) {
    if (!knows(model, entrance.endpoint) || entrance.per_second <= 0) continue;
    double pulls = 0;
    for (const auto& [name, workload] : model.workloads) pulls += pull(workload, entrance.endpoint);
    if (pulls == 0) {
      mixes[scaled.workloads.begin()->first][entrance.endpoint] += entrance.per_second;
      continue;
    }
    for (const auto& [name, workload] : model.workloads) {
      const double share = pull(workload, entrance.endpoint) / pulls;
      if (share > 0) mixes[name][entrance.endpoint] = entrance.per_second * share;
    }
  }
  std::erase_if(scaled.workloads, [&](const auto& one) { return mixes.count(one.first) == 0; });
  for (auto& [name, mix] : mixes) {
    WorkloadSpec& workload = scaled.workloads.at(name);
    workload.mix = std::move(mix);
    set_rate(workload.arrivals, total_weight(workload));
  }
  return scaled;
}

std::vector<std::string> notes_on_arrivals(const ModelSpec& model) {
  std::vector<std::string> notes;
  for (const auto& [name, workload] : model.workloads) {
    if (std::holds_alternative<StagesSpec>(workload.arrivals) ||
        std::holds_alternative<ReplaySpec>(workload.arrivals)) {
      notes.push_back(fmt::format(
          "workload {} sends what was measured as a Poisson process, not its {}", name,
          std::holds_alternative<StagesSpec>(workload.arrivals) ? "stages" : "recorded arrivals"));
    }
    if (std::holds_alternative<ClosedLoopSpec>(workload.arrivals)) {
      notes.push_back(fmt::format(
          "workload {} keeps its users, who wait for answers: its rate is foretold, not measured",
          name));
    }
  }
  return notes;
}

}  // namespace rehearse
