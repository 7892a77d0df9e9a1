#include "studies/bootstrap.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "tests/support/study_support.hpp"

namespace rehearse {
namespace {

using Batches = std::vector<std::vector<Duration>>;

LatencyEstimates estimated(const Batches& batches, std::uint64_t seed) {
  std::vector<LatencyHistogram> histograms;
  for (const auto& batch : batches) histograms.push_back(testing::histogram_of(batch));
  std::vector<LatencySample> samples;
  for (const auto& histogram : histograms) samples.push_back({&histogram, 0});
  return estimate_latency(samples, RandomStream(seed, hash_of("bootstrap test"), 0));
}

/// Requests of one batch share half of their luck: uniform in [0, 1) s plus uniform of the batch in
/// [0, 1) s. Mean and median are 1 s.
Batches correlated_batches(std::size_t count, std::size_t requests, std::uint64_t seed) {
  RandomStream stream(seed, hash_of("correlated batches"), 0);
  Batches batches(count);
  for (auto& batch : batches) {
    const double shared = stream.uniform();
    for (std::size_t i = 0; i < requests; ++i) {
      batch.push_back(Duration::rounded_seconds(shared + stream.uniform()));
    }
  }
  return batches;
}

/// The same requests, dealt out one by one: what an analysis sees that takes them for independent.
Batches dealt_out(const Batches& batches) {
  Batches dealt(batches.size());
  std::size_t next = 0;
  for (const auto& batch : batches) {
    for (const Duration latency : batch) dealt[next++ % dealt.size()].push_back(latency);
  }
  return dealt;
}

bool covers(const Estimate& estimate, double truth) {
  return estimate.interval->lower <= truth && truth <= estimate.interval->upper;
}

}  // namespace

TEST_CASE("bootstrap intervals cover the truth although requests of a run go together",
          "[studies]") {
  // The percentile bootstrap is approximate: its coverage with 20 batches lies within 0.90 ...
  // 0.99; the allowance below is four standard errors of a count with 0.90.
  constexpr int studies = 300;
  int mean_covered = 0;
  int median_covered = 0;
  int spoiled_covered = 0;
  for (int study = 0; study < studies; ++study) {
    const Batches batches = correlated_batches(20, 50, static_cast<std::uint64_t>(study));
    const LatencyEstimates right = estimated(batches, 1);
    mean_covered += covers(right.mean_of_good, 1.0) ? 1 : 0;
    median_covered += covers(right.p50, 1.0) ? 1 : 0;
    spoiled_covered += covers(estimated(dealt_out(batches), 1).mean_of_good, 1.0) ? 1 : 0;
  }
  const double least = studies * 0.90 - 4 * std::sqrt(studies * 0.90 * 0.10);

  CHECK(mean_covered >= least);
  CHECK(median_covered >= least);
  CHECK(spoiled_covered < least);
}

TEST_CASE("quantiles among requests without an answer are infinite", "[studies]") {
  const LatencyHistogram answered = testing::histogram_of({Duration::seconds(1)});
  const std::vector<LatencySample> samples(10, LatencySample{&answered, 1});

  const LatencyEstimates result = estimate_latency(samples, RandomStream(1, 2, 0));

  CHECK(*result.p50.value == Approx(1).epsilon(LatencyBins::relative_error));
  CHECK(std::isinf(*result.p99.value));
  CHECK(std::isinf(result.p99.interval->upper));
  CHECK(*result.mean_of_good.value == Approx(1));
}

TEST_CASE("what was not measured has no estimate, one batch no interval", "[studies]") {
  const LatencyHistogram nothing;
  const LatencyHistogram something = testing::histogram_of({Duration::seconds(1)});

  const auto silent = estimate_latency({{&nothing, 0}, {&nothing, 0}}, RandomStream(1, 2, 0));
  const auto single = estimate_latency({{&something, 0}}, RandomStream(1, 2, 0));

  CHECK_FALSE(silent.p50.value);
  CHECK_FALSE(silent.mean_of_good.value);
  CHECK(single.p50.value);
  CHECK_FALSE(single.p50.interval);
  CHECK_FALSE(estimate_ratio({1, 2}, {0, 0}, RandomStream(1, 2, 0)).value);
}

TEST_CASE("an interval once left out its own estimate because bins were not cut at the extremes",
          "[studies]") {
  const Duration edge = LatencyBins::lower_edge(LatencyBins::bin_of(Duration::milliseconds(90)));
  const Batches all_equal(3, std::vector<Duration>(20, edge));
  Batches few_values(5, std::vector<Duration>(10, edge));
  for (std::size_t i = 0; i < 2; ++i) few_values[i].assign(10, edge * 2);

  for (const Batches& batches : {all_equal, few_values}) {
    const LatencyEstimates result = estimated(batches, 1);
    CHECK(covers(result.p50, *result.p50.value));
    CHECK(covers(result.p90, *result.p90.value));
    CHECK(covers(result.p99, *result.p99.value));
  }
  const Interval tight = *estimated(all_equal, 1).p50.interval;
  CHECK(tight.upper <= edge.in_seconds() * (1 + 2 * LatencyBins::relative_error));
}

TEST_CASE("a ratio weighs large batches more", "[studies]") {
  const Estimate ratio = estimate_ratio({1, 30}, {10, 100}, RandomStream(1, 2, 0));

  CHECK(*ratio.value == Approx(31.0 / 110));
  CHECK(ratio.interval->lower < *ratio.value);
  CHECK(ratio.interval->upper > *ratio.value);
}

}  // namespace rehearse
