#include <algorithm>
#include <cmath>

#include "calibrate/learn/correlation.hpp"
#include "calibrate/learn/edges.hpp"
#include "calibrate/learn/empirical_law.hpp"
#include "sim/random/law.hpp"
#include "sim/random/random_stream.hpp"
#include "tests/unit/calibrate/trace_support.hpp"

namespace rehearse {
namespace {

using test::SpanBuilder;

constexpr std::int64_t ms = 1'000'000;

RandomStream luck(std::uint64_t purpose) {
  return RandomStream(ReplicationSeed{7}.key(), purpose, 0);
}

double normal(RandomStream& stream) {
  return standard_normal(stream);
}

/// Groups of values whose members share a part of their variance.
std::vector<std::vector<double>> correlated_groups(double r, std::size_t count, std::size_t size) {
  RandomStream stream = luck(1);
  std::vector<std::vector<double>> groups(count);
  for (auto& group : groups) {
    const double shared = normal(stream);
    for (std::size_t i = 0; i < size; ++i) {
      group.push_back(std::sqrt(r) * shared + std::sqrt(1 - r) * normal(stream));
    }
  }
  return groups;
}

/// The standard error of the intraclass correlation (Fisher 1925, equal group sizes).
double standard_error(double r, double groups, double size) {
  return std::sqrt(2.0) * (1 - r) * (1 + (size - 1) * r) /
         std::sqrt(size * (size - 1) * (groups - 1));
}

std::vector<WeightedDuration> lognormal_samples(std::size_t count, double sigma) {
  RandomStream stream = luck(2);
  std::vector<WeightedDuration> samples;
  for (std::size_t i = 0; i < count; ++i) {
    samples.push_back({1e7 * std::exp(sigma * normal(stream)), 1});
  }
  return samples;
}

}  // namespace

TEST_CASE("an empirical law keeps the mean and the quantiles of its samples", "[calibrate]") {
  const std::size_t count = GENERATE(30, 300, 5000);
  const double sigma = GENERATE(0.3, 1.0);
  std::vector<WeightedDuration> samples = lognormal_samples(count, sigma);

  const LawSpec spec = empirical_law(samples);

  CHECK(1e9 * Law(spec).mean_seconds() == Approx(weighted_mean(samples)).epsilon(0.02));
  std::sort(samples.begin(), samples.end(),
            [](const auto& a, const auto& b) { return a.nanoseconds < b.nanoseconds; });
  const Law law(spec);
  for (const double level : {0.1, 0.5, 0.9, 0.97}) {
    // Any value between the neighbouring order statistics is a right answer; the mean's repair may
    // move it by a few percent more.
    const auto rank = static_cast<std::size_t>(level * static_cast<double>(count));
    const double low = samples[rank > 1 ? rank - 2 : 0].nanoseconds;
    const double high = samples[std::min(rank + 1, count - 1)].nanoseconds;
    const auto got = static_cast<double>(law.quantile(level).in_nanoseconds());
    CHECK(got > 0.93 * low);
    CHECK(got < 1.07 * high);
  }
}

TEST_CASE("an atom of the samples stays an atom of the law", "[calibrate]") {
  std::vector<WeightedDuration> samples;
  for (int i = 0; i < 80; ++i) samples.push_back({1e6, 1});
  for (int i = 0; i < 20; ++i) samples.push_back({2e8, 1});

  const Law law(empirical_law(samples));

  CHECK(law.quantile(0.4).in_seconds() == Approx(0.001).epsilon(0.01));
  CHECK(law.quantile(0.9).in_seconds() == Approx(0.2).epsilon(0.01));
}

TEST_CASE("a law makes up no values where none were seen", "[calibrate]") {
  std::vector<WeightedDuration> samples;
  const int slow = GENERATE(1, 7, 40);
  for (int i = 0; i < 200; ++i) samples.push_back({15e6 + 5e4 * i, 1});
  for (int i = 0; i < slow; ++i) samples.push_back({1e9 + 1e7 * i, 1});

  const Law law(empirical_law(samples));

  int between = 0;
  for (int i = 1; i < 10'000; ++i) {
    const double seconds = law.quantile(i / 10'000.0).in_seconds();
    between += seconds > 0.026 && seconds < 0.9 ? 1 : 0;
  }
  CHECK(between <= 10);
  CHECK(1e9 * law.mean_seconds() == Approx(weighted_mean(samples)).epsilon(0.02));
}

TEST_CASE("weights count as so many samples", "[calibrate]") {
  const LawSpec weighted = empirical_law({{1e6, 3}, {5e6, 1}});
  const LawSpec repeated = empirical_law({{1e6, 1}, {1e6, 1}, {1e6, 1}, {5e6, 1}});

  CHECK(1e9 * Law(weighted).mean_seconds() == Approx(2e6));
  CHECK(1e9 * Law(repeated).mean_seconds() == Approx(2e6));
}

TEST_CASE("samples that were cut short stand for longer ones", "[calibrate]") {
  const auto weight_at = [](const std::vector<WeightedDuration>& samples, double nanoseconds) {
    double weight = 0;
    for (const WeightedDuration& sample : samples) {
      weight += sample.nanoseconds == nanoseconds ? sample.weight : 0;
    }
    return weight;
  };

  // Efron's redistribution by hand: of the one cut at 2 each of the three behind gets a third, of
  // the one cut at 3.5 then all goes to the last.
  const auto samples = completed({{1, 1}, {3, 1}, {4, 1}}, {{2, 1}, {3.5, 1}}, 1.5);
  CHECK(weight_at(samples, 1) == Approx(1));
  CHECK(weight_at(samples, 3) == Approx(4. / 3));
  CHECK(weight_at(samples, 4) == Approx(8. / 3));
  // Those longer than all may have lasted half as long again.
  const auto none_longer = completed({{1, 1}}, {{2, 1}, {2, 3}}, 1.5);
  CHECK(weight_at(none_longer, 1) == Approx(1));
  CHECK(weight_at(none_longer, 3) == Approx(4));
  CHECK(weight_at(completed({{2, 1}}, {{2, 1}}, 1.5), 3) == Approx(1));
}

TEST_CASE("a law above its minimum adds up to the samples", "[calibrate]") {
  const std::vector<WeightedDuration> samples = lognormal_samples(500, 0.5);

  const LawSpec law = empirical_law_above_minimum(samples);

  CHECK(law.minimum > Duration());
  CHECK(1e9 * Law(law).mean_seconds() == Approx(weighted_mean(samples)).epsilon(0.02));
}

TEST_CASE("the intraclass correlation is found within four standard errors", "[calibrate]") {
  const double truth = GENERATE(0.2, 0.6, 0.9);
  const Correlation found = intraclass_correlation(correlated_groups(truth, 400, 5));

  CHECK(std::fabs(found.value - truth) < 4 * standard_error(truth, 400, 5));
  // The spoiled twin: an estimate that far off is rejected by the same limit.
  CHECK(std::fabs(found.value - (truth - 0.19)) > 4 * standard_error(truth, 400, 5));
}

TEST_CASE("no correlation is claimed without evidence", "[calibrate]") {
  CHECK(intraclass_correlation(correlated_groups(0, 400, 5)).value == 0);
  CHECK(intraclass_correlation(correlated_groups(0.9, 10, 5)).value == 0);
  CHECK(intraclass_correlation({}).value == 0);
}

TEST_CASE("slow moments of a service are found in traces, slow operations are not", "[calibrate]") {
  const double truth = GENERATE(0.0, 0.6);
  RandomStream stream = luck(3);
  SpanBuilder builder;
  for (std::uint64_t trace = 1; trace <= 300; ++trace) {
    const double shared = normal(stream);
    std::int64_t at = 0;
    builder.add(trace, 1, 0, "a", "root", 0, 10'000 * ms);
    for (std::uint64_t i = 2; i < 8; ++i) {
      const double level = std::sqrt(truth) * shared + std::sqrt(1 - truth) * normal(stream);
      // Traces differ in the operation they call, which takes ten times as long.
      const double scale = trace % 2 == 0 ? 1e6 : 1e7;
      const auto duration = static_cast<std::int64_t>(scale * std::exp(level));
      builder.add(trace, i, 1, "b", trace % 2 == 0 ? "fast" : "slow", at, at + duration);
      at += duration + ms;
    }
  }

  const ModelSpec model = calibrate(std::move(builder.set), {}).model;

  const double found = model.services.at("b").correlation;
  CHECK(std::fabs(found - truth) < 4 * standard_error(truth, 300, 6) + 0.02);
}

TEST_CASE("the network takes half of what the client's span exceeds the server's", "[calibrate]") {
  SpanBuilder builder;
  for (std::uint64_t trace = 1; trace <= 50; ++trace) {
    builder.add(trace, 1, 0, "a", "root", 0, 100 * ms);
    builder.add(trace, 2, 1, "a", "call", 10 * ms, 30 * ms, SpanKind::client);
    // The other host's clock is a second behind: durations tell, positions do not.
    builder.add(trace, 3, 2, "b", "serve", 14 * ms - 1000 * ms, 24 * ms - 1000 * ms,
                SpanKind::server);
  }

  const ModelSpec model = calibrate(std::move(builder.set), {}).model;

  const LawSpec& latency = *model.services.at("a").calls.at("b").network_latency;
  CHECK(latency.minimum == Duration::milliseconds(5));
  CHECK(1e9 * Law(latency).mean_seconds() == 5e6);
  CHECK(1e9 * Law(model.network.latency).mean_seconds() == 5e6);
}

TEST_CASE("calls that are slower on their way than others of their pair are told apart",
          "[calibrate]") {
  const bool different = GENERATE(true, false);
  RandomStream stream = luck(4);
  SpanBuilder builder;
  for (std::uint64_t trace = 1; trace <= 60; ++trace) {
    const auto way = [&](double mean) {
      return static_cast<std::int64_t>(mean * (0.5 + stream.uniform()));
    };
    const std::int64_t quick = way(2e6);
    const std::int64_t slow = way(different ? 8e6 : 2e6);
    builder.add(trace, 1, 0, "a", "root", 0, 100 * ms, SpanKind::server);
    builder.add(trace, 2, 1, "a", "GET", 10 * ms, 20 * ms + quick, SpanKind::client);
    builder.add(trace, 3, 2, "b", "get", 10 * ms, 20 * ms, SpanKind::server);
    builder.add(trace, 4, 1, "a", "POST", 50 * ms, 60 * ms + slow, SpanKind::client);
    builder.add(trace, 5, 4, "b", "post", 50 * ms, 60 * ms, SpanKind::server);
  }

  const Calibration calibration = calibrate(std::move(builder.set), {});

  const LawSpec& latency = *calibration.model.services.at("a").calls.at("b").network_latency;
  CHECK(1e9 * Law(latency).mean_seconds() == Approx(1e6).epsilon(0.1));
  CHECK(calibration.account.edges[0].slower_way == false);
  CHECK(calibration.account.edges[1].slower_way == different);
}

}  // namespace rehearse
