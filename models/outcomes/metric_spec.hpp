#pragma once

#include <optional>
#include <string>

#include "language/table.hpp"
#include "language/value_kinds.hpp"
#include "sim/time.hpp"

namespace rehearse {

/// What objectives and alarms may be about; `metric_rows` says what each is.
enum class Metric {
  latency,
  error_ratio,
  success_ratio,
  goodput,
  throughput,
  attempts_per_request,
  utilization,
  queue_length,
  in_system,
  time_to_detect,
  promoted,
  rolled_back,
  requests_hung,
};

enum class Aggregate { absent, quantile, mean, max };
enum class Comparison { less, less_or_equal, greater, greater_or_equal };

/// Whom a metric is about. Empty text: everybody. A workload is measured where its users stand, an
/// endpoint or service where its instances do.
struct MetricLabels {
  std::string workload;
  std::string service;
  std::string endpoint;  // "service/operation"
  std::string version;   // "stable" or "canary"
  bool operator==(const MetricLabels&) const = default;
};

/// aggregate(metric{labels}) comparison threshold. Thresholds of times are in seconds, of ratios as
/// fractions, of rates per second.
struct MetricCondition {
  Aggregate aggregate = Aggregate::absent;
  double level = 0;  // of a quantile: 0.99 for p99
  Metric metric = Metric::latency;
  MetricLabels labels;
  Comparison comparison = Comparison::less;
  double threshold = 0;
  std::string text;  // as it was written
  bool operator==(const MetricCondition&) const = default;
};

/// Whether `value` compares as said.
constexpr bool holds(double value, Comparison comparison, double threshold) {
  switch (comparison) {
    case Comparison::less:
      return value < threshold;
    case Comparison::less_or_equal:
      return value <= threshold;
    case Comparison::greater:
      return value > threshold;
    case Comparison::greater_or_equal:
      return value >= threshold;
  }
  return false;
}

/// The longest latency, in whole nanoseconds, on the lower side of a latency threshold: what
/// decides a comparison exactly, whatever the bins. A threshold that was written in nanoseconds or
/// more is a whole number of them up to the rounding of a double.
Duration latency_limit(const MetricCondition& condition);

/// How production sees its own metrics: counters read every `interval`, known `delay` later.
struct ScrapeSpec {
  Duration interval = Duration::seconds(15);
  Duration delay;
  bool operator==(const ScrapeSpec&) const = default;
};

template <class Visitor, SpecOf<ScrapeSpec> Spec>
void describe(Visitor& visitor, Spec& spec) {
  visitor.key({"interval", "How often production reads its counters."}, spec.interval,
              Extent{Duration::milliseconds(1)});
  visitor.key({"delay", "How much later they are known."}, spec.delay, Extent{});
}

}  // namespace rehearse
