#include "studies/estimates.hpp"

#include <algorithm>

namespace rehearse {
namespace {

/// Names the streams of one interval of one arm.
struct StreamNames {
  std::uint64_t key = 0;
  std::string prefix;

  RandomStream stream(const std::string& entity, const std::string& number) const {
    return {key, hash_of("bootstrap " + prefix + " " + entity + " " + number), 0};
  }
};

using RequestsOf = std::vector<RequestTotals> IntervalTotals::*;

RequestEstimates estimate_requests(const ArmRecord& record, std::size_t interval, RequestsOf kind,
                                   std::size_t position, const StreamNames& names,
                                   const std::string& name) {
  RequestEstimates result;
  result.name = name;
  LatencyHistogram good;
  std::vector<LatencySample> latencies;
  std::vector<double> errors;
  std::vector<double> arrived;
  for (const Batch& batch : record.batches) {
    const RequestTotals& totals = (batch.intervals[interval].*kind)[position];
    result.counts += totals.counts;
    good.merge(totals.latency);
    latencies.push_back({&totals.latency, totals.counts.errors()});
    errors.push_back(static_cast<double>(totals.counts.errors()));
    arrived.push_back(static_cast<double>(totals.counts.ok + totals.counts.errors()));
  }
  result.error_ratio = estimate_share(errors, arrived);
  result.latency = estimate_latency(latencies, names.stream(name, "latency"));
  if (const auto median = good.quantile(0.5)) result.good_p50 = median->in_seconds();
  if (const auto tail = good.quantile(0.99)) result.good_p99 = tail->in_seconds();
  return result;
}

using NumberOf = double ServiceTotals::*;

Estimate estimate_service_ratio(const ArmRecord& record, std::size_t interval, std::size_t position,
                                NumberOf part, NumberOf whole, RandomStream stream) {
  std::vector<double> parts;
  std::vector<double> wholes;
  for (const Batch& batch : record.batches) {
    const ServiceTotals& totals = batch.intervals[interval].services[position];
    parts.push_back(totals.*part);
    wholes.push_back(totals.*whole);
  }
  return estimate_ratio(parts, wholes, stream);
}

ServiceEstimates estimate_service(const ArmRecord& record, std::size_t interval,
                                  std::size_t position, const StreamNames& names) {
  ServiceEstimates result;
  result.name = record.layout.services[position];
  const auto ratio = [&](NumberOf part, NumberOf whole, const char* number) {
    return estimate_service_ratio(record, interval, position, part, whole,
                                  names.stream(result.name, number));
  };
  using T = ServiceTotals;
  result.utilization = ratio(&T::busy_millis, &T::capacity_millis, "utilization");
  result.queue_length = ratio(&T::waiting, &T::instance_time, "queue_length");
  result.in_system = ratio(&T::in_system, &T::instance_time, "in_system");
  result.attempts_per_call = ratio(&T::attempts, &T::calls, "attempts_per_call");
  for (const Batch& batch : record.batches) {
    const ServiceTotals& totals = batch.intervals[interval].services[position];
    result.longest_queue = std::max(result.longest_queue, totals.longest_queue);
    result.most_in_system = std::max(result.most_in_system, totals.most_in_system);
  }
  return result;
}

}  // namespace

std::size_t shown_interval(const ArmEstimates& arm) {
  for (std::size_t i = 0; i < arm.intervals.size(); ++i) {
    if (arm.intervals[i].name == "fault") return i;
  }
  return 0;
}

std::string column_name(const OutcomeLayout::EndpointKey& key) {
  return key.version == "canary" ? key.name.text() + "@canary" : key.name.text();
}

ArmEstimates estimate(const ArmRecord& record, const std::string& arm, std::uint64_t seed) {
  const OutcomeLayout& layout = record.layout;
  ArmEstimates result;
  for (std::size_t i = 0; i < layout.intervals.size(); ++i) {
    const auto& key = layout.intervals[i];
    IntervalEstimates interval;
    interval.name = key.name;
    interval.from_seconds = key.from.since_start().in_seconds();
    interval.to_seconds = key.to.since_start().in_seconds();
    const StreamNames names{mixed(seed), arm + " " + key.name};
    for (std::size_t e = 0; e < layout.endpoints.size(); ++e) {
      interval.endpoints.push_back(estimate_requests(record, i, &IntervalTotals::endpoints, e,
                                                     names, column_name(layout.endpoints[e])));
    }
    for (std::size_t w = 0; w < layout.workloads.size(); ++w) {
      interval.workloads.push_back(
          estimate_requests(record, i, &IntervalTotals::workloads, w, names, layout.workloads[w]));
    }
    for (std::size_t s = 0; s < layout.services.size(); ++s) {
      interval.services.push_back(estimate_service(record, i, s, names));
    }
    result.intervals.push_back(std::move(interval));
  }
  return result;
}

}  // namespace rehearse
