#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "sim/random/random_stream.hpp"
#include "sim/stats/intervals.hpp"
#include "sim/stats/latency_histogram.hpp"

namespace rehearse {

/// A number with its 95 % interval. No value: nothing was measured. The value and the upper limit
/// may be infinite (requests that never got an answer). No interval: fewer than two batches.
struct Estimate {
  std::optional<double> value;
  std::optional<Interval> interval;
};

/// What a batch of replications contributes to a pooled latency.
struct LatencySample {
  const LatencyHistogram* latency = nullptr;
  std::uint64_t errors = 0;  // requests without a good answer: slower than all others
};

struct LatencyEstimates {
  Estimate p50;
  Estimate p90;
  Estimate p99;
  Estimate mean_of_good;  // answers
};

/// Quantiles and mean of the requests of all batches together. Requests of one replication are not
/// independent, so whole batches are drawn again, 400 times, with replacement: percentile
/// intervals, widened about the estimate by sqrt(n / (n - 1)) * t / z because the percentile
/// bootstrap is too narrow for few batches (Hesterberg, "What teachers should know about the
/// bootstrap", 2015). Limits of quantiles are half a bin of the histogram wider. More than 200
/// batches are first added up to at most 200. Takes 400 * batches draws.
LatencyEstimates estimate_latency(const std::vector<LatencySample>& batches, RandomStream stream);

/// A share of requests, such as errors over arrivals, from the counts of each batch: the interval
/// of Clopper and Pearson, with the counts divided by the design effect, because requests of one
/// replication fail together (Korn and Graubard, Survey Methodology 24, 1998: effective sample size
/// n / deff * (z / t)^2, deff at least 1). Without any event, or without any other, it is that of
/// independent requests. Nothing for no trials.
Estimate estimate_share(const std::vector<double>& events, const std::vector<double>& trials);

/// A bootstrap interval, as of latencies, for sum(numerators) / sum(denominators). Nothing for a
/// denominator of zero.
Estimate estimate_ratio(const std::vector<double>& numerators,
                        const std::vector<double>& denominators, RandomStream stream);

}  // namespace rehearse
