#include "sim/stats/latency_histogram.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>
#include <vector>

#include "sim/random/random_stream.hpp"

using namespace rehearse;

namespace {

Duration ns(std::int64_t count) {
  return Duration::nanoseconds(count);
}

/// Latencies whose logarithm is spread evenly over [1 ns, 2^45 ns].
std::vector<Duration> spread_latencies(int n, std::uint64_t seed) {
  RandomStream stream(seed, hash_of("latencies"), 0);
  std::vector<Duration> latencies;
  for (int i = 0; i < n; ++i) {
    latencies.push_back(Duration::rounded_nanoseconds(std::exp2(45 * stream.uniform())));
  }
  return latencies;
}

LatencyHistogram histogram_of(const std::vector<Duration>& latencies) {
  LatencyRecorder recorder;
  for (const Duration latency : latencies) recorder.add(latency);
  return recorder.histogram();
}

}  // namespace

TEST_CASE("the middle of a bin is wrong by at most one part in 128", "[sim]") {
  double worst = 0;

  for (const Duration latency : spread_latencies(200'000, 1)) {
    const Duration middle = LatencyBins::middle(LatencyBins::bin_of(latency));
    const auto error = static_cast<double>((middle - latency).in_nanoseconds());
    worst = std::max(worst, std::fabs(error) / static_cast<double>(latency.in_nanoseconds()));
  }

  CHECK(worst <= LatencyBins::relative_error);
  CHECK(worst > 0.9 * LatencyBins::relative_error);  // the statement is not idle
}

TEST_CASE("bins are exact below 128 ns and follow each other without a gap", "[sim]") {
  for (std::int64_t i = 0; i < 128; ++i) {
    CHECK(LatencyBins::middle(LatencyBins::bin_of(ns(i))) == ns(i));
  }
  for (std::uint32_t bin = 1; bin < LatencyBins::count; ++bin) {
    const Duration edge = LatencyBins::lower_edge(bin);
    REQUIRE(LatencyBins::bin_of(edge) == bin);
    REQUIRE(LatencyBins::bin_of(edge - ns(1)) == bin - 1);
    REQUIRE(LatencyBins::bin_of(LatencyBins::middle(bin)) == bin);
  }
}

TEST_CASE("what is too long for the bins shares the last one", "[sim]") {
  CHECK(LatencyBins::bin_of(ns((std::int64_t{1} << 46) - 1)) == LatencyBins::count - 1);
  CHECK(LatencyBins::bin_of(ns(std::int64_t{1} << 46)) == LatencyBins::count - 1);
  CHECK(LatencyBins::bin_of(Duration::longest()) == LatencyBins::count - 1);
}

TEST_CASE("a negative latency is a bug", "[sim]") {
  LatencyRecorder recorder;

  CHECK_THROWS_AS(recorder.add(ns(-1)), ContractViolation);
}

TEST_CASE("quantiles are those of the sorted values, to the error of the bins", "[sim]") {
  std::vector<Duration> latencies = spread_latencies(10'007, 2);
  const LatencyHistogram histogram = histogram_of(latencies);
  std::sort(latencies.begin(), latencies.end());

  for (const double level : {0.0001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999, 1.0}) {
    const auto rank = static_cast<std::size_t>(std::ceil(level * 10'007));
    const auto exact = static_cast<double>(latencies[rank - 1].in_nanoseconds());
    const auto found = static_cast<double>(histogram.quantile(level)->in_nanoseconds());
    CHECK(std::fabs(found - exact) <= exact * LatencyBins::relative_error);
  }
}

TEST_CASE("extreme quantiles do not leave the range of the values", "[sim]") {
  const LatencyHistogram histogram = histogram_of({ns(1'000'003), ns(1'000'001)});

  CHECK(histogram.quantile(0) == ns(1'000'003));  // both in one bin, whose middle lies above
  CHECK(histogram.quantile(1) == ns(1'000'003));
  CHECK(histogram.minimum() == ns(1'000'001));
  CHECK(histogram.maximum() == ns(1'000'003));
}

TEST_CASE("a rank that is a whole number is not rounded up by the product's error", "[sim]") {
  LatencyRecorder recorder;
  for (std::int64_t i = 1; i <= 100; ++i) recorder.add(ns(i));

  for (int percent = 1; percent <= 100; ++percent) {
    CHECK(recorder.quantile(percent / 100.) == ns(percent));  // 0.07 * 100 > 7
  }
}

TEST_CASE("merging equals recording together, in any order", "[sim]") {
  const std::vector<Duration> left = spread_latencies(5'000, 3);
  const std::vector<Duration> right = spread_latencies(700, 4);
  std::vector<Duration> all = left;
  all.insert(all.end(), right.begin(), right.end());

  LatencyHistogram forward = histogram_of(left);
  forward.merge(histogram_of(right));
  LatencyHistogram backward = histogram_of(right);
  backward.merge(histogram_of(left));
  LatencyHistogram with_nothing = histogram_of(all);
  with_nothing.merge(LatencyHistogram());

  CHECK(forward == histogram_of(all));
  CHECK(backward == forward);
  CHECK(with_nothing == forward);
}

TEST_CASE("a histogram without one value is another histogram", "[sim]") {
  std::vector<Duration> latencies = spread_latencies(1'000, 3);
  const LatencyHistogram all = histogram_of(latencies);
  latencies.pop_back();

  CHECK_FALSE(histogram_of(latencies) == all);
}

TEST_CASE("the mean is exact, also where 64 bits would overflow", "[sim]") {
  LatencyRecorder recorder;
  for (int i = 0; i < 8; ++i) recorder.add(Duration::longest());

  CHECK(recorder.histogram().mean_seconds() == Approx(Duration::longest().in_seconds()));
  CHECK(histogram_of({ns(1), ns(2)}).mean_seconds() == 1.5e-9);
}

TEST_CASE("unfinished requests push quantiles up and out", "[sim]") {
  LatencyRecorder recorder;
  for (std::int64_t i = 1; i <= 90; ++i) recorder.add(ns(i));
  const LatencyHistogram histogram = recorder.histogram();

  CHECK(histogram.quantile_with_unfinished(0.5, 0) == ns(45));
  CHECK(histogram.quantile_with_unfinished(0.5, 10) == ns(50));
  CHECK(histogram.quantile_with_unfinished(0.9, 10) == ns(90));
  CHECK_FALSE(histogram.quantile_with_unfinished(0.91, 10));
}

TEST_CASE("an empty histogram has no quantile", "[sim]") {
  const LatencyHistogram empty = LatencyRecorder().histogram();

  CHECK(empty == LatencyHistogram());
  CHECK_FALSE(empty.quantile(0.5));
  CHECK_FALSE(LatencyRecorder().quantile(0.5));
  CHECK(empty.mean_seconds() == 0);
  CHECK_THROWS_AS(histogram_of({ns(1)}).quantile(1.01), ContractViolation);
}

TEST_CASE("a recorder answers as its histogram does, and forgets when cleared", "[sim]") {
  LatencyRecorder recorder;
  for (const Duration latency : spread_latencies(1'000, 5)) recorder.add(latency);

  for (const double level : {0.01, 0.5, 0.99}) {
    CHECK(recorder.quantile(level) == recorder.histogram().quantile(level));
  }
  recorder.clear();
  CHECK(recorder.count() == 0);
  CHECK(recorder.histogram() == LatencyHistogram());
  recorder.add(ns(5));
  CHECK(recorder.histogram() == histogram_of({ns(5)}));
}
