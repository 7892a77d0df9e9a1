#include "studies/bootstrap.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include "sim/expects.hpp"
#include "sim/stats/special_functions.hpp"

namespace rehearse {
namespace {

constexpr std::size_t resamples = 400;
constexpr std::size_t most_groups = 200;
constexpr double confidence = 0.95;
constexpr double infinite = std::numeric_limits<double>::infinity();

/// How often each of `count` batches is drawn in each resample: [resample][batch].
std::vector<std::vector<double>> drawn_weights(std::size_t count, RandomStream& stream) {
  std::vector<std::vector<double>> weights(resamples, std::vector<double>(count, 0.0));
  for (auto& resample : weights) {
    for (std::size_t i = 0; i < count; ++i) resample[stream.below(count)] += 1;
  }
  return weights;
}

double widening(std::size_t count) {
  const auto n = static_cast<double>(count);
  const double level = 1 - (1 - confidence) / 2;
  return std::sqrt(n / (n - 1)) * student_t_quantile(level, n - 1) / normal_quantile(level);
}

double widened(double estimate, double limit, double factor) {
  if (!std::isfinite(limit) || !std::isfinite(estimate)) return limit;
  return std::max(0.0, estimate + factor * (limit - estimate));
}

/// The percentile interval of the resampled statistics; undefined ones are left out.
std::optional<Interval> interval_of(std::vector<double> statistics, double estimate,
                                    std::size_t count) {
  std::erase_if(statistics, [](double value) { return std::isnan(value); });
  if (statistics.size() < resamples / 2 || count < 2) return std::nullopt;
  std::sort(statistics.begin(), statistics.end());
  const auto last = static_cast<double>(statistics.size() - 1);
  const auto rank = [&](double level) { return static_cast<std::size_t>(level * last + 0.5); };
  const double factor = widening(count);
  const double lower = widened(estimate, statistics[rank((1 - confidence) / 2)], factor);
  const double upper = widened(estimate, statistics[rank(1 - (1 - confidence) / 2)], factor);
  // A percentile interval may miss its own estimate when the statistic takes few values.
  return Interval{.lower = std::min(lower, estimate), .upper = std::max(upper, estimate)};
}

/// Latencies are known to half a bin only; resamples that all end in one bin do not know more.
void widen_by_half_a_bin(std::optional<Interval>& interval) {
  if (!interval) return;
  interval->lower *= 1 - LatencyBins::relative_error;
  interval->upper *= 1 + LatencyBins::relative_error;
}

/// Neighbours added up until there are at most `most_groups`.
std::vector<LatencyHistogram> grouped(const std::vector<LatencySample>& batches,
                                      std::vector<double>& unfinished) {
  const std::size_t width = (batches.size() + most_groups - 1) / most_groups;
  std::vector<LatencyHistogram> groups;
  for (std::size_t i = 0; i < batches.size(); ++i) {
    if (i % width == 0) {
      groups.emplace_back();
      unfinished.push_back(0);
    }
    groups.back().merge(*batches[i].latency);
    unfinished.back() += static_cast<double>(batches[i].errors);
  }
  return groups;
}

/// The counts of all groups in the bins that occur, [group][bin], and what each of these bins is
/// reported as: its middle within the values that occurred, as the estimate is.
struct DenseGroups {
  std::vector<double> seconds;
  std::vector<std::vector<double>> counts;
};

DenseGroups dense(const std::vector<LatencyHistogram>& groups, const LatencyHistogram& pooled) {
  DenseGroups result;
  const std::uint32_t first_bin = pooled.bins().front().bin;
  const std::size_t width = pooled.bins().back().bin - first_bin + 1;
  for (std::size_t b = 0; b < width; ++b) {
    const Duration middle = LatencyBins::middle(first_bin + static_cast<std::uint32_t>(b));
    result.seconds.push_back(std::clamp(middle, pooled.minimum(), pooled.maximum()).in_seconds());
  }
  for (const LatencyHistogram& group : groups) {
    auto& counts = result.counts.emplace_back(width, 0.0);
    for (const auto& bin : group.bins()) {
      counts[bin.bin - first_bin] = static_cast<double>(bin.count);
    }
  }
  return result;
}

std::vector<double> weighted_sum(const DenseGroups& groups, const std::vector<double>& weights) {
  std::vector<double> sum(groups.counts.front().size(), 0.0);
  for (std::size_t g = 0; g < weights.size(); ++g) {
    if (weights[g] == 0) continue;
    for (std::size_t b = 0; b < sum.size(); ++b) sum[b] += weights[g] * groups.counts[g][b];
  }
  return sum;
}

/// The pooled quantile of one resample, in seconds; infinite among the unfinished.
double quantile_of(const std::vector<double>& counts, const std::vector<double>& seconds,
                   double unfinished, double level) {
  double total = unfinished;
  for (const double count : counts) total += count;
  if (total == 0) return std::numeric_limits<double>::quiet_NaN();
  // The factor as in LatencyHistogram: a product of a decimal fraction may be an ulp too large.
  const double rank = std::max(1.0, std::ceil(level * total * (1 - 0x1p-51)));
  double reached = 0;
  for (std::size_t b = 0; b < counts.size(); ++b) {
    reached += counts[b];
    if (reached >= rank) return seconds[b];
  }
  return infinite;
}

Estimate pooled_quantile(const LatencyHistogram& pooled, double unfinished, double level) {
  Estimate estimate;
  if (pooled.count() == 0 && unfinished == 0) return estimate;
  const auto value = pooled.quantile_with_unfinished(level, static_cast<std::uint64_t>(unfinished));
  estimate.value = value ? value->in_seconds() : infinite;
  return estimate;
}

double dot(const std::vector<double>& left, const std::vector<double>& right) {
  double sum = 0;
  for (std::size_t i = 0; i < left.size(); ++i) sum += left[i] * right[i];
  return sum;
}

}  // namespace

LatencyEstimates estimate_latency(const std::vector<LatencySample>& batches, RandomStream stream) {
  LatencyEstimates result;
  std::vector<double> unfinished;
  const std::vector<LatencyHistogram> groups = grouped(batches, unfinished);
  LatencyHistogram pooled;
  double pooled_unfinished = 0;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    pooled.merge(groups[g]);
    pooled_unfinished += unfinished[g];
  }
  const std::array<std::pair<Estimate*, double>, 3> quantiles = {
      {{&result.p50, 0.5}, {&result.p90, 0.9}, {&result.p99, 0.99}}};
  for (const auto& [estimate, level] : quantiles) {
    *estimate = pooled_quantile(pooled, pooled_unfinished, level);
  }
  if (pooled.count() == 0) {
    for (const auto& [estimate, level] : quantiles) {
      if (estimate->value) estimate->interval = Interval{.lower = infinite, .upper = infinite};
    }
    return result;
  }

  const DenseGroups counts = dense(groups, pooled);
  std::array<std::vector<double>, 3> statistics;
  for (const auto& weights : drawn_weights(groups.size(), stream)) {
    const std::vector<double> sum = weighted_sum(counts, weights);
    const double beyond = dot(weights, unfinished);
    for (std::size_t q = 0; q < quantiles.size(); ++q) {
      statistics[q].push_back(quantile_of(sum, counts.seconds, beyond, quantiles[q].second));
    }
  }
  for (std::size_t q = 0; q < quantiles.size(); ++q) {
    Estimate& estimate = *quantiles[q].first;
    estimate.interval = interval_of(statistics[q], *estimate.value, groups.size());
    widen_by_half_a_bin(estimate.interval);
  }
  std::vector<double> sums;
  std::vector<double> sizes;
  for (const LatencyHistogram& group : groups) {
    sizes.push_back(static_cast<double>(group.count()));
    sums.push_back(group.count() == 0 ? 0 : group.mean_seconds() * sizes.back());
  }
  result.mean_of_good = estimate_ratio(sums, sizes, stream);
  return result;
}

Estimate estimate_share(const std::vector<double>& events, const std::vector<double>& trials) {
  expects(events.size() == trials.size(), "each count of events has its trials");
  Estimate estimate;
  const std::vector<double> once(events.size(), 1.0);
  const double all = dot(once, trials);
  if (all == 0) return estimate;
  const double hits = dot(once, events);
  const double share = hits / all;
  estimate.value = share;
  double size = all;
  const auto batches = static_cast<double>(events.size());
  if (hits > 0 && hits < all) {
    if (events.size() < 2) return estimate;
    double squares = 0;
    for (std::size_t i = 0; i < events.size(); ++i) {
      const double residual = events[i] - share * trials[i];
      squares += residual * residual;
    }
    const double variance = squares * batches / (batches - 1);
    const double design_effect = std::max(1.0, variance / (all * share * (1 - share)));
    const double level = 1 - (1 - confidence) / 2;
    const double caution = normal_quantile(level) / student_t_quantile(level, batches - 1);
    size = all / design_effect * caution * caution;
  }
  estimate.interval = clopper_pearson_of_share(share, size, confidence);
  return estimate;
}

Estimate estimate_ratio(const std::vector<double>& numerators,
                        const std::vector<double>& denominators, RandomStream stream) {
  expects(numerators.size() == denominators.size(), "each numerator has its denominator");
  const std::size_t count = numerators.size();
  const std::vector<double> once(count, 1.0);
  Estimate estimate;
  if (count == 0 || dot(once, denominators) == 0) return estimate;
  estimate.value = dot(once, numerators) / dot(once, denominators);
  std::vector<double> statistics;
  for (const auto& weights : drawn_weights(count, stream)) {
    statistics.push_back(dot(weights, numerators) / dot(weights, denominators));
  }
  estimate.interval = interval_of(std::move(statistics), *estimate.value, count);
  return estimate;
}

}  // namespace rehearse
