// A model against a recording that it was not learned from.

#include <signal.h>

#include <catch2/catch.hpp>
#include <string>
#include <thread>
#include <vector>

#include "tests/end_to_end/small_scenarios.hpp"

namespace rehearse {
namespace {

using testing::Finished;
using testing::Workplace;

/// A shop that shows a page and takes orders, which a till of two workers collects.
std::string shop(const std::string& till, const std::string& rate) {
  return R"(rehearse_model = 1

[workloads.users]
arrivals = { poisson = { rate = ")" +
         rate + R"(/s" } }
mix = { "shop/GET /" = 3, "shop/POST /order" = 1 }

[network]
latency = "1ms"

[services.shop]
instances = 2

[[services.shop.endpoints."GET /".behaviours]]
steps = [ { work = { exponential = { mean = "6ms" } } } ]

[[services.shop.endpoints."POST /order".behaviours]]
steps = [ { work = "5ms" }, { call = "till/Pay" }, { work = "1ms" } ]

[services.till]
workers = 2

[services.till.endpoints.Pay]
errors = { percent = 3 }
behaviours = [ { steps = [ { work = { exponential = { mean = ")" +
         till + R"(" } } } ] } ]
)";
}

/// Writes a recording of a minute, NAME.json.
void record(const Workplace& place, const std::string& name, const std::string& seed,
            const std::string& till = "20ms", const std::string& rate = "40") {
  place.write("true.model.toml", shop(till, rate));
  place.write("true.toml",
              "rehearse = 1\n[scenario]\nname = \"true\"\nmodel = \"true.model.toml\"\n"
              "duration = \"65s\"\nwarm_up = \"5s\"\nreplications = 1\n");
  const Finished run = place.rehearse(
      {"run", "true.toml", "--seed", seed, "--traces", name + ".json", "-o", "true.h5"});
  CAPTURE(run.errors);
  REQUIRE(run.exit_code == 0);
}

void learn(const Workplace& place, const std::string& name) {
  REQUIRE(place.rehearse({"calibrate", name + ".json", "-o", name + ".toml", "--draws", "20"})
              .exit_code == 0);
}

Finished backtested(const Workplace& place, const std::vector<std::string>& words) {
  std::vector<std::string> all = {"backtest"};
  all.insert(all.end(), words.begin(), words.end());
  return place.rehearse(all);
}

}  // namespace

TEST_CASE("a model is like another recording of its system, not one of a slower till",
          "[end_to_end][backtest]") {
  const Workplace place;
  record(place, "monday", "1");
  learn(place, "monday");
  record(place, "tuesday", "2");
  record(place, "slow", "3", "40ms");

  const Finished like = backtested(
      place, {"monday.toml", "--against", "tuesday.json", "-n", "60", "--json", "like.json"});
  const Finished unlike =
      backtested(place, {"monday.toml", "--against", "slow.json", "-n", "60", "--json", "-"});

  CAPTURE(like.output, like.errors, unlike.errors);
  CHECK(like.exit_code == 0);
  CHECK_THAT(like.output,
             Catch::Contains("LIKE the recording, at the rate of the model: all 8 numbers"));
  CHECK_THAT(like.output, !Catch::Contains("UNLIKE"));
  CHECK_THAT(like.output,
             Catch::Contains("60 replications of 59.") || Catch::Contains("60 replications of 1m"));
  CHECK_THAT(like.output, Catch::Contains("each with one of 20 draws of its numbers"));
  CHECK_THAT(like.output, Catch::Contains("Of 6 recorded quantiles, "));
  CHECK_THAT(place.content("like.json"),
             Catch::Contains("\"result\": \"like\"") && Catch::Contains("\"exit_code\": 0"));

  CHECK(unlike.exit_code == 99);
  CHECK_THAT(unlike.errors, Catch::Contains("UNLIKE the recording, at the rate of the model: of 8 "
                                            "numbers ") &&
                                Catch::Contains("shop/POST /order p50"));
  CHECK_THAT(unlike.errors, !Catch::Contains("The worst: shop/GET"));
  CHECK_THAT(unlike.output, Catch::StartsWith("{") && Catch::Contains("\"result\": \"unlike\""));
}

TEST_CASE("a backtest runs the model at the rate and mix of the recording",
          "[end_to_end][backtest]") {
  const Workplace place;
  place.write("shop.toml", shop("20ms", "20"));
  record(place, "busy", "4", "20ms", "60");

  const Finished busy = backtested(place, {"shop.toml", "--against", "busy.json", "-n", "40"});
  const Finished again =
      backtested(place, {"shop.toml", "--against", "busy.json", "-n", "40", "--threads", "1"});

  CAPTURE(busy.output, busy.errors);
  // The till waits a third of its time at twenty a second, and half of it at sixty: the truth
  // knows.
  CHECK(busy.exit_code == 0);
  CHECK_THAT(busy.output, Catch::Contains("LIKE the recording, at ") &&
                              Catch::Contains(" times the rate of the model"));
  CHECK_THAT(busy.output, !Catch::Contains("draws"));
  CHECK(again.output == busy.output);
}

TEST_CASE("what a backtest cannot compare is named", "[end_to_end][backtest]") {
  const Workplace place;
  record(place, "monday", "1");
  testing::write_model(place);
  const std::string page =
      "\n[[services.shop.endpoints.\"GET /\".behaviours]]\nsteps = [ { work = "
      "{ exponential = { mean = \"6ms\" } } } ]\n";
  place.write("page.toml",
              "rehearse_model = 1\n[workloads.users]\narrivals = { poisson = { rate = \"9/s\" } }\n"
              "mix = { \"shop/GET /\" = 1 }\n" +
                  page);
  place.write("other.toml",
              "rehearse_model = 1\n[workloads.users]\narrivals = { poisson = { rate = \"9/s\" } }\n"
              "mix = { \"kiosk/GET /\" = 1 }\n[[services.kiosk.endpoints.\"GET /\".behaviours]]\n"
              "steps = []\n");

  const Finished page_only =
      backtested(place, {"page.toml", "--against", "monday.json", "-n", "39"});
  const Finished other = backtested(place, {"other.toml", "--against", "monday.json"});

  CAPTURE(page_only.output, other.output);
  CHECK(page_only.exit_code == 2);
  CHECK_THAT(page_only.output,
             Catch::Contains("shop/POST /order: the model does not know it") &&
                 Catch::Contains("only 75 % of the requests came to endpoints that were compared"));
  CHECK(other.exit_code == 2);
  CHECK_THAT(other.output, Catch::Contains("Nothing was compared: ") &&
                               Catch::Contains("kiosk/GET /: the model is asked for it"));
}

TEST_CASE("what a backtest cannot use is refused", "[end_to_end][backtest]") {
  const Workplace place;
  testing::write_model(place);
  place.write("broken.json", "{\"resourceSpans\": [");
  place.write("queue.model.draws.h5", "no draws");
  place.write("bare.toml", place.content("queue.model.toml"));
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
      {{}, "expected one model"},
      {{"bare.toml"}, "expected --against TRACES"},
      {{"bare.toml", "other.toml", "--against", "a.json"}, "expected one model"},
      {{"bare.toml", "--against", "missing.json"}, "missing.json"},
      {{"bare.toml", "--against", "broken.json"}, "broken.json"},
      {{"missing.toml", "--against", "broken.json"}, "missing.toml"},
      {{"broken.json", "--against", "broken.json"}, "broken.json"},
      {{"queue.model.toml", "--against", "broken.json"}, "queue.model.draws.h5"},
      {{"bare.toml", "--against", "-", "--against", "-"}, "can be read only once"},
      {{"bare.toml", "--against", "broken.json", "-n", "38"}, "takes 39 at least"},
      {{"bare.toml", "--against", "broken.json", "-n", "many"}, "--replications"},
      {{"bare.toml", "--against", "broken.json", "--columns", "honeycom"}, "did you mean"},
      {{"bare.toml", "--against", "broken.json", "--format", "jeager"}, "did you mean"},
      {{"bare.toml", "--against", "broken.json", "--json", "broken.json"}, "is an input"},
      {{"bare.toml", "--against", "broken.json", "--json", "bare.toml"}, "is an input"},
  };
  for (const auto& [words, sentence] : cases) {
    const Finished refused = backtested(place, words);
    CAPTURE(sentence, refused.errors);
    CHECK(refused.exit_code == 104);
    CHECK(refused.output.empty());
    CHECK_THAT(refused.errors, Catch::Contains(sentence));
  }
}

TEST_CASE("who interrupts a backtest gets what is finished", "[end_to_end][backtest]") {
  const Workplace place;
  place.write("shop.toml", shop("20ms", "40"));
  record(place, "monday", "1");
  const auto after_a_while = [](int process) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1'500));
    ::kill(process, SIGINT);
  };

  const Finished interrupted = place.rehearse(
      {"backtest", "shop.toml", "--against", "monday.json", "-n", "10000", "--json", "t.json"},
      after_a_while);

  CAPTURE(interrupted.output, interrupted.errors);
  CHECK(interrupted.exit_code == 105);
  CHECK_THAT(interrupted.output,
             Catch::Contains("nterrupted after ") && Catch::Contains(" of 10,000"));
  CHECK_THAT(place.content("t.json"), Catch::Contains("\"exit_code\": 105"));
}

TEST_CASE("a backtest that cannot deliver fails", "[end_to_end][backtest]") {
  const Workplace place;
  place.write("shop.toml", shop("20ms", "40"));
  record(place, "monday", "1");

  const Finished full = backtested(
      place, {"shop.toml", "--against", "monday.json", "-n", "39", "--json", "/dev/full"});

  CHECK(full.exit_code == 1);
  CHECK_THAT(full.errors, Catch::Contains("/dev/full"));
  CHECK_THAT(full.output, Catch::Contains("LIKE the recording"));
}

}  // namespace rehearse
