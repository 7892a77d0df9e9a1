#include "studies/backtest.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "sim/random/random_stream.hpp"
#include "tests/support/small_models.hpp"

namespace rehearse {
namespace {

using testing::add_poisson;
using testing::add_service;
using testing::constant;
using testing::exponential;
using testing::station;

constexpr double mean_seconds = 0.02;

/// A station without waiting, which answers in exponential times; its users come 40 times a second.
ModelSpec truth(double mean = mean_seconds) {
  ModelSpec model = station(exponential(mean), std::nullopt);
  add_poisson(model, 40);
  return model;
}

RecordedTraffic recorded(std::uint64_t seed, int answers, double weight = 1) {
  RandomStream luck(ReplicationSeed{seed}.key(), 0, 0);
  RecordedTraffic traffic;
  traffic.requests = static_cast<std::uint64_t>(answers);
  traffic.per_second = 40;
  traffic.seconds = answers * weight / traffic.per_second;
  traffic.sampled = weight != 1;
  traffic.entrances.push_back({{"station", "serve"}, traffic.per_second, {}});
  for (int i = 0; i < answers; ++i) {
    traffic.entrances[0].answers.push_back(
        {-mean_seconds * std::log(luck.uniform()), weight, true});
  }
  return traffic;
}

BacktestRecord tested(const ModelSpec& model, const RecordedTraffic& traffic,
                      std::uint64_t replications = 59) {
  return backtest(model, traffic, {.replications = replications, .threads = 2},
                  {.cancelled = [] { return false; }, .finished = [](std::uint64_t) {}});
}

}  // namespace

TEST_CASE("a model is like a recording of itself, one twice as slow is not",
          "[studies][backtest]") {
  const RecordedTraffic traffic = recorded(1, 4'000);

  const BacktestRecord like = tested(truth(), traffic);
  const BacktestRecord slow = tested(truth(2 * mean_seconds), traffic);

  REQUIRE(like.rows.size() == 1);
  CHECK(like.numbers() == 4);
  CHECK(unlike_numbers(like).empty());
  CHECK(exit_code(like) == ExitCode::done);
  CHECK(like.rows[0].wasserstein.value() < 0.06);
  // 1.95 / sqrt(n) is exceeded once in a thousand.
  CHECK(like.rows[0].ranks->distance < 1.95 / std::sqrt(4'000) + LatencyBins::relative_error);
  CHECK(like.times_own_rate() == Approx(1));
  CHECK(like.foretold_per_second == Approx(40).epsilon(0.02));
  CHECK(like.run_seconds == Approx(100));

  REQUIRE(slow.rows.size() == 1);
  CHECK(exit_code(slow) == ExitCode::missed);
  CHECK(unlike_numbers(slow).size() == 3);
  CHECK(unlike_numbers(slow)[0].number->error().value() == Approx(1).margin(0.15));
  CHECK(slow.in_band(2) == 0);
  // Of laws of which one is always larger: the difference of the means.
  CHECK(slow.rows[0].wasserstein.value() == Approx(1).margin(0.1));
  // P(X > Y) of exponential ones: two thirds of the recorded answers are below the median of those
  // foretold or so; exactly, 1 - 2^-2.
  double lower_half = 0;
  for (std::size_t i = 0; i < 5; ++i) lower_half += slow.rows[0].ranks->shares[i];
  CHECK(lower_half == Approx(0.75).margin(0.03));
}

TEST_CASE("failures are compared", "[studies][backtest]") {
  const RecordedTraffic traffic = recorded(1, 4'000);
  ModelSpec failing = truth();
  failing.services.at("station").endpoints.at("serve").errors.percent = 5;

  const BacktestRecord record = tested(failing, traffic);

  REQUIRE(unlike_numbers(record).size() == 1);
  CHECK_FALSE(unlike_numbers(record)[0].level.has_value());
  CHECK(record.rows[0].errors.foretold == Approx(0.05).margin(0.005));
}

TEST_CASE("bands hold as many recorded numbers as they say", "[studies][backtest]") {
  constexpr int recordings = 80;
  for (const double weight : {1.0, 10.0}) {
    // Of a sample of a tenth, the numbers have the noise of the sample.
    std::array<int, 3> inside{};
    for (int i = 0; i < recordings; ++i) {
      const BacktestRecord record =
          tested(truth(), recorded(static_cast<std::uint64_t>(i) + 1, 200, weight), 39);
      REQUIRE(record.rows.at(0).quantiles.size() == 2);
      for (std::size_t k = 0; k < inside.size(); ++k) {
        inside[k] += record.rows[0].quantiles[0].in_band[k] ? 1 : 0;
      }
    }
    CAPTURE(weight, inside[0], inside[1], inside[2]);
    for (std::size_t k = 0; k < inside.size(); ++k) {
      const double share = band_levels[k];
      // Four standard errors.
      const double noise = 4 * std::sqrt(recordings * share * (1 - share));
      CHECK(std::abs(inside[k] - recordings * share) < noise);
    }
  }
}

TEST_CASE("a central band leaves as much above it as below", "[studies][backtest]") {
  std::vector<double> rising;
  for (int i = 1; i <= 39; ++i) rising.push_back(i);

  CHECK(central_band(rising, 0.5) == Interval{10, 30});
  CHECK(central_band(rising, 0.8).lower == Approx(4));
  CHECK(central_band(rising, 0.95).upper == Approx(39));
  rising.back() = std::numeric_limits<double>::infinity();
  CHECK(std::isinf(central_band(rising, 0.95).upper));
  CHECK(central_band({2, 4}, 0.2).lower == Approx(2.4));
  CHECK(central_band({3}, 0.95) == Interval{3, 3});
}

TEST_CASE("what cannot be compared is named", "[studies][backtest]") {
  RecordedTraffic traffic = recorded(1, 400);
  traffic.entrances.push_back({{"elsewhere", "serve"}, 3, traffic.entrances[0].answers});
  traffic.entrances.push_back({{"shelf", "serve"}, 1, {{0.1, 1, true}, {0.1, 1, false}}});
  ModelSpec model = truth();
  add_service(model, "shelf", {testing::work(constant(0.01))});
  add_service(model, "till", {testing::work(constant(0.01))});
  add_poisson(model, 1, "till", "payers");

  const BacktestRecord record = tested(model, traffic);

  REQUIRE(record.left_out.size() == 3);
  CHECK(record.left_out[0].endpoint == "elsewhere/serve");
  CHECK(record.left_out[0].why == NotCompared::unknown_to_model);
  CHECK(record.left_out[1].why == NotCompared::too_few_answers);
  CHECK(record.left_out[1].good == 1);
  CHECK(record.left_out[2].endpoint == "till/serve");
  CHECK(record.left_out[2].why == NotCompared::not_recorded);
  CHECK(record.foretold_per_second == Approx(41).epsilon(0.05));

  const BacktestRecord none = tested(model, recorded(1, 40));
  CHECK_FALSE(none.not_run.empty());
  CHECK(exit_code(none) == ExitCode::inconclusive);
  traffic.per_second = 0;
  CHECK_THAT(tested(model, traffic).not_run, Catch::Contains("how often requests come"));
}

TEST_CASE("a model that answers nothing well is infinitely slow", "[studies][backtest]") {
  ModelSpec broken = truth();
  broken.services.at("station").endpoints.at("serve").errors.percent = 100;

  const BacktestRecord record = tested(broken, recorded(1, 400));

  REQUIRE(record.rows.size() == 1);
  CHECK(std::isinf(record.rows[0].quantiles[0].number.foretold));
  CHECK_FALSE(record.rows[0].wasserstein.has_value());
  CHECK_FALSE(record.rows[0].ranks.has_value());
  CHECK(unlike_numbers(record).size() == record.numbers());
}

TEST_CASE("long recordings of busy models are cut, and that is said", "[studies][backtest]") {
  RecordedTraffic traffic = recorded(1, 400);
  traffic.seconds = 1e7;
  const BacktestRecord record =
      backtest(truth(), traffic, {.replications = 39, .most_events = 1e4},
               {.cancelled = [] { return false; }, .finished = [](std::uint64_t) {}});

  // A request is a few events, and forty come a second.
  CHECK(record.run_seconds < 1e4 / 40);
  CHECK(record.run_seconds > 1e4 / 40 / 20);
  CHECK(record.rows.size() == 1);
  CHECK_FALSE(backtest(truth(), traffic, {.replications = 39, .most_events = 100},
                       {.cancelled = [] { return false; }, .finished = [](std::uint64_t) {}})
                  .not_run.empty());
}

TEST_CASE("threads do not change a backtest, and who interrupts it gets what is finished",
          "[studies][backtest]") {
  const RecordedTraffic traffic = recorded(1, 400);
  const auto run = [&](int threads, std::uint64_t until) {
    std::atomic<std::uint64_t> done = 0;  // asked by every thread
    return backtest(truth(), traffic, {.replications = 60, .seed = 5, .threads = threads},
                    {.cancelled = [&] { return done >= until; },
                     .finished = [&](std::uint64_t finished) { done = finished; }});
  };
  const BacktestRecord one = run(1, 1'000);
  const BacktestRecord three = run(3, 1'000);

  CHECK(one.rows[0].quantiles[1].number.foretold == three.rows[0].quantiles[1].number.foretold);
  CHECK(one.rows[0].quantiles[1].bands == three.rows[0].quantiles[1].bands);
  CHECK(one.rows[0].wasserstein == three.rows[0].wasserstein);

  const BacktestRecord enough = run(1, 45);
  CHECK(enough.replications == 45);
  CHECK(enough.rows.size() == 1);
  CHECK(exit_code(enough) == ExitCode::interrupted);
  const BacktestRecord too_few = run(1, 10);
  CHECK(too_few.replications == 10);
  CHECK(too_few.rows.empty());
  CHECK(exit_code(too_few) == ExitCode::interrupted);
}

TEST_CASE("draws of a model widen its bands", "[studies][backtest]") {
  const auto uniform = [](double mean) {
    const QuantilePoint end{1, Duration::rounded_seconds(2 * mean)};
    ModelSpec model = station({{}, EmpiricalSpec{{{0, {}}, end}}}, std::nullopt);
    add_poisson(model, 40);
    return model;
  };
  const ModelSpec model = uniform(mean_seconds);
  ParameterDraws draws = without_draws(model);
  for (int i = 0; i < 20; ++i) add_draw(draws, uniform(mean_seconds * (0.8 + 0.02 * i)));
  const DrawnModel drawn(model, draws);
  const RecordedTraffic traffic = recorded(1, 4'000);
  const BacktestWatch watch{.cancelled = [] { return false; }, .finished = [](std::uint64_t) {}};

  const BacktestRecord with =
      backtest(model, traffic, {.replications = 60, .threads = 2, .drawn = &drawn}, watch);
  const BacktestRecord without = tested(model, traffic, 60);

  const auto width = [](const BacktestRecord& record) {
    const Interval& band = record.rows.at(0).quantiles.at(0).bands[2];
    return band.upper - band.lower;
  };
  CHECK(with.draws == 20);
  CHECK(without.draws == 0);
  CHECK(width(with) > 2 * width(without));
  CHECK(with.foretold_per_second == Approx(40).epsilon(0.02));
}

}  // namespace rehearse
