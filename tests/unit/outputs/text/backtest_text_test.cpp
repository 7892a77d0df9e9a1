#include "outputs/text/backtest_text.hpp"

#include <catch2/catch.hpp>
#include <limits>

#include "outputs/text/backtest_json.hpp"

namespace rehearse {
namespace {

ForetoldQuantile quantile(double level, double recorded, double foretold) {
  ForetoldQuantile one;
  one.level = level;
  one.number = {recorded, foretold, {0.95 * recorded, 1.05 * recorded}};
  one.bands = {Interval{0.9 * foretold, 1.1 * foretold},
               {0.8 * foretold, 1.2 * foretold},
               {0.7 * foretold, 1.3 * foretold}};
  one.in_band = {false, false, true};
  return one;
}

BacktestRow row(const std::string& endpoint) {
  BacktestRow one;
  one.endpoint = endpoint;
  one.visits = 1'000;
  one.good = 990;
  one.per_second = 5;
  one.quantiles = {quantile(0.5, 0.1, 0.11), quantile(0.9, 0.2, 0.2), quantile(0.99, 0.4, 0.6)};
  one.errors = {0.01, 0.011, {0.004, 0.02}};
  one.wasserstein = 0.125;
  one.ranks = RankTransform{{0.2, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0}, 0.15};
  return one;
}

BacktestRecord record() {
  BacktestRecord one;
  one.rows = {row("front/page")};
  one.left_out = {{"front/new", NotCompared::unknown_to_model, 70},
                  {"front/rare", NotCompared::too_few_answers, 12},
                  {"front/old", NotCompared::not_recorded, 0}};
  one.requests = 1'100;
  one.recorded_seconds = 200;
  one.recorded_per_second = 5.5;
  one.model_per_second = 2.75;
  one.foretold_per_second = 5.4;
  one.run_seconds = 200;
  one.planned = one.replications = 100;
  one.draws = 10;
  one.seed = 3;
  return one;
}

std::string text(const BacktestRecord& one) {
  return backtest_text(one, "a.toml", "b.json");
}

}  // namespace

TEST_CASE("a backtest says what is unlike, and the worst of it", "[outputs][backtest]") {
  const std::string said = text(record());

  CHECK_THAT(said, Catch::Contains("a.toml against b.json"));
  CHECK_THAT(said, Catch::Contains("p99     400ms -> 600ms"));
  CHECK_THAT(said, Catch::Contains("+50.0 %  UNLIKE, beyond its noise [380ms, 420ms]; 95 in 100 "
                                   "replications [420ms, 780ms]"));
  CHECK_THAT(said, Catch::Contains("+10.0 %  beyond its noise [95ms, 105ms]"));
  CHECK_THAT(said, Catch::Contains("200ms -> 200ms") && Catch::Contains("within its noise"));
  CHECK_THAT(said, Catch::Contains("distance 12.5 % of the mean") &&
                       Catch::Contains(": 20 10 10 10 10 10 10 10 10 0 %"));
  CHECK_THAT(said, Catch::Contains("front/new: the model does not know it"));
  CHECK_THAT(said, Catch::Contains("front/rare: 12 good answers"));
  CHECK_THAT(said, Catch::Contains("front/old: the model is asked for it"));
  CHECK_THAT(said, Catch::Contains("Of 3 recorded quantiles, 0 in the 50 % bands, 0 in the 80 % "
                                   "bands, 3 in the 95 % bands of the replications."));
  CHECK_THAT(said, Catch::EndsWith("UNLIKE the recording, at 2 times the rate of the model: of 4 "
                                   "numbers 1 differs, by more than 15 % and its noise. It is: "
                                   "front/page p99 400ms -> 600ms +50.0 %.\n"));
}

TEST_CASE("a backtest says what is like", "[outputs][backtest]") {
  BacktestRecord one = record();
  one.rows[0].quantiles.pop_back();
  one.recorded_per_second = 2.8;
  one.run_seconds = 20;
  one.capped = 2;
  one.notes = {"workload users keeps its users"};
  one.warnings = {"warning: odd"};

  const std::string said = text(one);

  CHECK_THAT(said, Catch::EndsWith("LIKE the recording, at the rate of the model: all 3 numbers "
                                   "are alike, within 15 % or its noise.\n"));
  CHECK_THAT(said, Catch::Contains("which are shorter than the recording"));
  CHECK_THAT(said, Catch::Contains("under way in 2 of them"));
  CHECK_THAT(said, Catch::Contains("keeps its users") && Catch::Contains("warning: odd"));
  one.model_per_second.reset();
  CHECK_THAT(text(one), Catch::Contains("LIKE the recording: all 3"));
}

TEST_CASE("the worst is what is off by most times, either way", "[outputs][backtest]") {
  BacktestRecord one = record();
  one.rows.push_back(row("front/fast"));
  one.rows[1].quantiles[0] = quantile(0.5, 0.1, 0.01);
  one.rows.push_back(row("front/dead"));
  one.rows[2].quantiles[0] = quantile(0.5, 0.1, std::numeric_limits<double>::infinity());
  one.rows[2].wasserstein.reset();
  one.rows[2].ranks.reset();

  const std::string said = text(one);

  CHECK_THAT(said,
             Catch::Contains("of 12 numbers 5 differ, by more than 15 % and its noise. The worst: "
                             "front/dead p50 100ms -> never; front/fast p50 100ms -> 10ms -90.0 %; "
                             "front/page p99"));
  CHECK_THAT(said, Catch::Contains("no good answer was foretold"));
}

TEST_CASE("a backtest that compared nothing says why", "[outputs][backtest]") {
  BacktestRecord one = record();
  one.rows.clear();
  one.replications = 12;
  CHECK_THAT(text(one), Catch::Contains("interrupted after 12 of 100 replications; bands need 39"));
  one.replications = 0;
  one.not_run = "nobody asks";
  CHECK_THAT(text(one), Catch::EndsWith("Nothing was compared: nobody asks.\n"));
  for (int i = 0; i < 20; ++i) {
    one.left_out.push_back({"x/" + std::to_string(i), NotCompared::unknown_to_model, 1});
  }
  CHECK_THAT(text(one), Catch::Contains("and 15 more"));
}

TEST_CASE("the JSON of a backtest has its numbers", "[outputs][backtest]") {
  const std::string json = backtest_json(record(), "a.toml", {"b.json", "c.json"}, 99);

  for (const char* said :
       {"\"result\": \"unlike\"", "\"exit_code\": 99", "\"p99\": {", "\"foretold\": 0.6",
        "\"alike\": false", "\"why\": \"too_few_answers\"", "\"wasserstein_over_mean\": 0.125",
        "\"model_per_second\": 2.75", "\"c.json\"", "\"not_run\": null"}) {
    CHECK_THAT(json, Catch::Contains(said));
  }
  BacktestRecord dead = record();
  dead.rows[0].ranks.reset();
  dead.rows[0].wasserstein.reset();
  dead.rows[0].quantiles[0].number.foretold = std::numeric_limits<double>::infinity();
  dead.model_per_second.reset();
  const std::string of_dead = backtest_json(dead, "a.toml", {"b.json"}, 99);
  CHECK_THAT(of_dead, Catch::Contains("\"foretold\": \"infinite\"") &&
                          Catch::Contains("\"ranks\": null") &&
                          Catch::Contains("\"model_per_second\": null"));
  dead.rows.clear();
  CHECK_THAT(backtest_json(dead, "a.toml", {"b.json"}, 2),
             Catch::Contains("\"result\": \"not compared\""));
}

}  // namespace rehearse
