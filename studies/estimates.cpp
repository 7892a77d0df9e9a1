#include "studies/estimates.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "studies/draws.hpp"

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

/// Draws of the model leave open what one run shows; the pooled replications do not tell that.
/// `of_runs`: what each showed.
void reach_over_runs(Estimate& estimate, std::vector<double> of_runs) {
  std::erase_if(of_runs, [](double value) { return std::isnan(value); });
  if (!estimate.value || of_runs.size() < 2) return;
  const Interval range = range_of(std::move(of_runs));
  const Interval pooled =
      estimate.interval.value_or(Interval{.lower = *estimate.value, .upper = *estimate.value});
  estimate.interval = Interval{.lower = std::min(range.lower, pooled.lower),
                               .upper = std::max(range.upper, pooled.upper)};
}

/// One column of [replication, entity].
std::vector<double> column_of(const std::vector<float>& rows, std::size_t position,
                              std::size_t entities) {
  std::vector<double> column;
  for (std::size_t i = position; i < rows.size(); i += entities) column.push_back(rows[i]);
  return column;
}

std::vector<double> error_ratios_of(const RequestRows& rows, std::size_t position,
                                    std::size_t entities) {
  std::vector<double> ratios;
  for (std::size_t i = position; i < rows.counts.front().size(); i += entities) {
    RequestCounts counts;
    for (std::size_t c = 0; c < count_columns.size(); ++c) {
      counts.*count_columns[c].count = rows.counts[c][i];
    }
    ratios.push_back(static_cast<double>(counts.errors()) /
                     static_cast<double>(counts.ok + counts.errors()));
  }
  return ratios;
}

void reach_over_runs(RequestEstimates& result, const RequestRows& rows, std::size_t position,
                     std::size_t entities) {
  reach_over_runs(result.error_ratio, error_ratios_of(rows, position, entities));
  LatencyEstimates& latency = result.latency;
  Estimate* const estimates[] = {&latency.p50, &latency.p90, &latency.p99, &latency.mean_of_good};
  for (std::size_t i = 0; i < std::size(estimates); ++i) {
    reach_over_runs(*estimates[i], column_of(rows.latency[i], position, entities));
  }
}

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
  if (record.draws > 0) {
    const IntervalRows& rows = record.intervals[interval];
    const bool endpoints = kind == &IntervalTotals::endpoints;
    reach_over_runs(result, endpoints ? rows.endpoints : rows.workloads, position,
                    endpoints ? record.layout.endpoints.size() : record.layout.workloads.size());
  }
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
  const auto measured = [&](NumberOf part, NumberOf whole, const char* number) {
    Estimate estimate = estimate_service_ratio(record, interval, position, part, whole,
                                               names.stream(result.name, number));
    if (record.draws == 0) return estimate;
    const auto column = std::find_if(
        service_columns.begin(), service_columns.end(),
        [&](const ServiceColumn& one) { return std::string_view(one.word) == number; });
    const auto& values = record.intervals[interval].services.values;
    reach_over_runs(estimate,
                    column_of(values[static_cast<std::size_t>(column - service_columns.begin())],
                              position, record.layout.services.size()));
    return estimate;
  };
  using T = ServiceTotals;
  result.utilization = measured(&T::busy_millis, &T::capacity_millis, "utilization");
  result.queue_length = measured(&T::waiting, &T::instance_time, "queue_length");
  result.in_system = measured(&T::in_system, &T::instance_time, "in_system");
  result.attempts_per_call = measured(&T::attempts, &T::calls, "attempts_per_call");
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
