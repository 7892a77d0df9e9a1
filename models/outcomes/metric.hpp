#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

#include "models/outcomes/counters.hpp"
#include "models/outcomes/metric_spec.hpp"
#include "models/outcomes/request_counts.hpp"
#include "models/outcomes/service_outcome.hpp"
#include "sim/enumerators.hpp"
#include "sim/stats/latency_histogram.hpp"
#include "sim/time.hpp"

namespace rehearse {

/// What one interval of an outcome says, added up over all that a metric is about.
struct Measured {
  RequestCounts counts;
  GivenAnswers given;
  LatencyHistogram latency;             // filled for Needs::latencies only
  const LatencySplit* split = nullptr;  // at the threshold of a quantile, where it was counted
  ServiceOutcome services;
  Duration length;                            // of the interval, as far as the run came
  std::optional<double> highest_utilization;  // of a window; filled for Needs::windows only
  std::optional<double> time_to_detect;       // seconds; infinite: never
  std::optional<double> promoted;             // 0 or 1, where there is a rollout
  std::optional<double> rolled_back;
};

/// What production scraped over the time that an alarm looks back.
struct Scraped {
  Counters seen;
  Duration length;
  LatencyHistogram latencies;  // filled for Needs::latencies only
  LatencySplit split;          // at the threshold
  double mean_gauge = 0;
  double highest_gauge = 0;
};

/// Everything that is known of a metric. To add one is to add an enumerator of Metric and its row.
struct MetricRow {
  /// truth: a ratio that is 0 or 1 in one run.
  enum class Unit { seconds, ratio, truth, per_second, number };
  enum class Labels { who, service, nobody };
  enum class Aggregates { quantile_mean_max, mean_max, alone };
  /// What it is taken from, beside counters.
  enum class Needs { counters, latencies, windows, rollout };

  Metric metric;
  std::string_view word;
  std::string_view meaning;
  Unit unit;
  Labels labels;
  Aggregates aggregates;
  Needs needs;
  /// Nothing without measurements.
  std::optional<double> (*from_outcome)(const MetricCondition&, const Measured&);
  /// Likewise; null where no alarm can watch it.
  std::optional<double> (*from_scrapes)(const MetricCondition&, const Scraped&);
};

inline constexpr std::size_t metric_count = enumerator_count<Metric>();

/// All metrics, in the order of the enum.
const std::array<MetricRow, metric_count>& metric_rows();
const MetricRow& row_of(Metric metric);

/// As UCUM writes it: "s", "1", "1/s".
std::string_view unit_word(MetricRow::Unit unit);

}  // namespace rehearse
