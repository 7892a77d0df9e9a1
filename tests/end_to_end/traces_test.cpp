// Traces of simulated requests, and what is learned from them again.

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <regex>
#include <string>
#include <vector>

#include "tests/end_to_end/small_scenarios.hpp"

namespace rehearse {
namespace {

using testing::Finished;
using testing::Workplace;

/// A shop that asks a price and a stock at the same time, then a till, and tells an archive.
void write_shop(const Workplace& place, const std::string& duration = "60s") {
  place.write("shop.model.toml", R"(rehearse_model = 1

[workloads.users]
arrivals = { poisson = { rate = "50/s" } }
mix = { "shop/GET /" = 3, "shop/POST /order" = 1 }

[network]
latency = "1ms"

[services.shop]
instances = 2

[[services.shop.endpoints."GET /".behaviours]]
steps = [
  { work = "4ms" },
  { parallel = [ [ { call = "price/Quote" } ], [ { call = "stock/Look" } ] ] },
  { work = "2ms" },
]

[[services.shop.endpoints."POST /order".behaviours]]
steps = [
  { work = "5ms" },
  { call = "stock/Take" },
  { call = "till/Pay", probability = 0.5 },
  { spawn = "archive/Keep" },
  { work = "1ms" },
]

[[services.price.endpoints.Quote.behaviours]]
steps = [ { work = { exponential = { mean = "10ms" } } } ]

[[services.stock.endpoints.Look.behaviours]]
steps = [ { work = "6ms" } ]

[[services.stock.endpoints.Take.behaviours]]
steps = [ { work = "8ms" } ]

[[services.till.endpoints.Pay.behaviours]]
steps = [ { work = "15ms" } ]

[[services.archive.endpoints.Keep.behaviours]]
steps = [ { work = "30ms" } ]
)");
  place.write("shop.toml", R"(rehearse = 1

[scenario]
name = "shop"
model = "shop.model.toml"
duration = ")" + duration + R"("
replications = 2
)");
}

/// The number that follows `before` in a text of ours.
double number_after(const std::string& text, const std::string& before) {
  const std::size_t from = text.find(before);
  CAPTURE(before, text);
  REQUIRE(from != std::string::npos);
  return std::stod(text.substr(from + before.size()));
}

std::string without_commas(std::string text) {
  std::erase(text, ',');
  return text;
}

double traces_in(const std::string& model) {
  return number_after(model, "\ntraces = ");
}

/// In milliseconds, of the account.
double mean_in(const std::string& account, const std::string& endpoint) {
  std::smatch match;
  const std::regex pattern(" ([0-9.]+)ms +[0-9.]+ % +" + endpoint + "\n");
  return std::regex_search(account, match, pattern) ? std::stod(match[1].str()) : 0;
}

std::string member(const std::string& json, const std::string& key) {
  std::smatch match;
  const std::regex pattern("\"" + key + "\": \"([^\"]*)\"");
  return std::regex_search(json, match, pattern) ? match[1].str() : "";
}

}  // namespace

TEST_CASE("tracing changes no outcome", "[end_to_end]") {
  const Workplace place;
  write_shop(place);

  const Finished plain = place.rehearse({"run", "shop.toml", "--json", "-"});
  const Finished traced = place.rehearse({"run", "shop.toml", "--json", "-", "--traces", "t.json"});

  CHECK(traced.exit_code == plain.exit_code);
  CHECK(member(plain.output, "outcome_digest").size() == 16);
  CHECK(member(traced.output, "outcome_digest") == member(plain.output, "outcome_digest"));
  CHECK(member(traced.output, "trajectory_digest") == member(plain.output, "trajectory_digest"));
}

TEST_CASE("replications run draws of a learned model", "[end_to_end]") {
  const Workplace place;
  write_shop(place);
  REQUIRE(place.rehearse({"run", "shop.toml", "--traces", "t.json"}).exit_code == 0);
  const auto run = [&](const std::string& parameters, std::vector<std::string> more = {}) {
    place.write("again.toml",
                "rehearse = 1\n[scenario]\nname = \"again\"\nmodel = \"learned.model.toml\"\n"
                "duration = \"20s\"\nreplications = 4\n" +
                    parameters);
    std::vector<std::string> words = {"run", "again.toml", "--json", "-"};
    words.insert(words.end(), more.begin(), more.end());
    return place.rehearse(words);
  };
  const auto digest = [](const Finished& finished) {
    CAPTURE(finished.errors);
    REQUIRE(finished.exit_code == 0);
    return member(finished.output, "outcome_digest");
  };

  REQUIRE(place.rehearse({"calibrate", "t.json", "-o", "learned.model.toml"}).exit_code == 0);
  REQUIRE(place.has("learned.model.draws.h5"));
  const Finished drawn = run("");
  CHECK(member(drawn.output, "parameters") == "posterior");
  CHECK(number_after(drawn.output, "\"draws\": ") == 100);
  CHECK(digest(drawn) == digest(run("parameters = \"posterior\"\n", {"--threads", "1"})));
  const Finished fitted = run("parameters = \"point\"\n");
  CHECK(member(fitted.output, "parameters") == "point");
  CHECK(digest(fitted) != digest(drawn));

  // The numbers that a replication shows are those that its traces are made with.
  const Finished traced =
      run("", {"--traces", "second.json", "--trace-replication", "1", "--threads", "2"});
  CHECK(digest(traced) == digest(drawn));
  CHECK(place.content("second.json").size() > 1000);

  // What is read again means the same.
  CHECK(place.rehearse({"inspect", "again.h5"}).output.find("of 95 in 100 runs") !=
        std::string::npos);

  place.write("learned.model.draws.h5", "damaged");
  CHECK(run("").exit_code == 104);
  CHECK(digest(run("parameters = \"point\"\n")) == digest(fitted));

  // Without draws nobody takes old ones for those of a new model.
  REQUIRE(place.rehearse({"calibrate", "t.json", "-o", "learned.model.toml", "--draws", "0"})
              .exit_code == 0);
  CHECK(!place.has("learned.model.draws.h5"));
  CHECK(digest(run("")) == digest(fitted));
  const Finished without = run("parameters = \"posterior\"\n");
  CHECK(without.exit_code == 104);
  CHECK(without.errors.find("calibrate writes it") != std::string::npos);
}

TEST_CASE("what nobody saw decides, unless it is taken as the model has it", "[end_to_end]") {
  const Workplace place;
  write_shop(place);
  REQUIRE(place.rehearse({"run", "shop.toml", "--traces", "t.json"}).exit_code == 0);
  REQUIRE(place.rehearse({"calibrate", "t.json", "-o", "learned.model.toml"}).exit_code == 0);
  const auto run = [&](const std::string& readings) {
    place.write("broken.toml",
                "rehearse = 1\n[scenario]\nname = \"broken\"\nmodel = \"learned.model.toml\"\n"
                "duration = \"10s\"\nreplications = 120\n" +
                    readings +
                    "[[faults]]\nname = \"price\"\nkind = \"abort\"\n"
                    "target = { service = \"price\" }\nat = \"1s\"\nduration = \"8s\"\n"
                    "percentage = 100\n"
                    "[[objectives]]\nname = \"few errors\"\n"
                    "expect = \"error_ratio{workload='users'} < 10%\"\n");
    return place.rehearse({"run", "broken.toml"});
  };

  const Finished searched = run("");
  CHECK(searched.exit_code == 2);
  CHECK(searched.output.find("whether shop survives failed calls to price") != std::string::npos);
  const Finished inspected = place.rehearse({"inspect", "broken.h5"});
  CHECK(inspected.output.find("whether shop survives failed calls to price") != std::string::npos);

  const Finished off = run("readings = \"off\"\n");
  CHECK(off.exit_code == 99);
  CHECK(off.output.find("reading") == std::string::npos);
}

TEST_CASE("what was simulated is learned from its traces", "[end_to_end]") {
  const Workplace place;
  write_shop(place);
  const Finished traced = place.rehearse({"run", "shop.toml", "--traces", "t.json"});
  REQUIRE(traced.exit_code == 0);

  const Finished learned = place.rehearse({"calibrate", "t.json", "-o", "learned.model.toml"});

  CHECK(learned.exit_code == 0);
  const double spans = number_after(without_commas(traced.output), "of replication 0 ");
  CHECK(number_after(without_commas(learned.output), "Spans read: ") == spans);
  CHECK(number_after(without_commas(learned.output), " used: ") == spans);
  const std::string model = place.content("learned.model.toml");
  CAPTURE(model);
  // Of a Poisson count of 3000, 4.5 standard errors.
  CHECK(std::abs(number_after(model, "rate = \"") - 50) < 4.5 * std::sqrt(50.0 / 60));
  const double order_share = number_after(model, "\"shop/POST /order\" = ") / traces_in(model);
  CHECK(std::abs(order_share - 0.25) < 4.5 * std::sqrt(0.25 * 0.75 / traces_in(model)));
  // The mean of an exponential law of n samples has the relative error 1 / sqrt(n).
  const double quotes =
      number_after(model, "[[services.price.endpoints.Quote.behaviours]]\nweight = ");
  const double mean = mean_in(learned.output, "price/Quote");
  CHECK(std::abs(mean - 10) < 10 * 4.5 / std::sqrt(quotes));
  for (const char* learned_again :
       {"latency = { minimum = \"1ms\", constant = \"0s\" }",
        "steps = [\n  { work = \"4ms\" },\n  { parallel = [\"price/Quote\", \"stock/Look\"] },\n"
        "  { work = \"2ms\" },\n]",
        "  { work = \"5ms\" },\n  { call = \"stock/Take\" },\n  { call = \"till/Pay\" },\n"
        "  { spawn = \"archive/Keep\" },\n  { work = \"1ms\" },\n",
        "  { work = \"5ms\" },\n  { call = \"stock/Take\" },\n  { spawn = \"archive/Keep\" },\n"
        "  { work = \"1ms\" },\n",
        "[[services.stock.endpoints.Look.behaviours]]", "{ work = \"6ms\" }",
        "[[services.till.endpoints.Pay.behaviours]]", "{ work = \"15ms\" }",
        "[services.shop]\ninstances = 2\n"}) {
    CHECK_THAT(model, Catch::Contains(learned_again));
  }
}

TEST_CASE("a share of the requests stands for all of them", "[end_to_end]") {
  const Workplace place;
  write_shop(place);

  const Finished traced =
      place.rehearse({"run", "shop.toml", "--traces", "-", "--trace-percent", "25"});
  place.write("t.json", traced.output);
  const Finished learned = place.rehearse({"calibrate", "t.json"});

  CHECK_THAT(traced.errors, Catch::Contains("Traces on standard output: "));
  const double lines =
      static_cast<double>(std::count(traced.output.begin(), traced.output.end(), '\n'));
  // Of a Poisson count of 750, 4.5 standard errors.
  CHECK(std::abs(lines - 750) < 4.5 * std::sqrt(750.0));
  CHECK(number_after(learned.output, "rate = \"") == Approx(lines * 4 / 60).epsilon(0.02));
}

TEST_CASE("what cannot be traced is refused before the run", "[end_to_end]") {
  const Workplace place;
  write_shop(place);
  const auto refused = [&](const std::vector<std::string>& more, const std::string& why) {
    std::vector<std::string> words = {"run", "shop.toml"};
    words.insert(words.end(), more.begin(), more.end());
    const Finished finished = place.rehearse(words);
    CHECK(finished.exit_code == 104);
    CHECK_THAT(finished.errors, Catch::Contains(why));
    CHECK_FALSE(place.has("shop.h5"));
  };

  refused({"--trace-percent", "5"}, "--traces FILE");
  refused({"--trace-replication", "1"}, "--traces FILE");
  refused({"--traces", "t", "--trace-replication", "2"}, "--trace-replication");
  refused({"--traces", "t", "--trace-percent", "0"}, "--trace-percent");
  refused({"--traces", "-", "--json", "-"}, "cannot both go to standard output");
  refused({"--traces", "shop.h5"}, "name the same file");
  refused({"--traces", "shop.model.toml"}, "is an input");
}

TEST_CASE("who interrupts the tracing has everything else", "[end_to_end]") {
  const Workplace place;
  write_shop(place, "7200s");
  const auto when_study_is_saved = [&place](int process) {
    while (!place.has("shop.h5")) ::usleep(10'000);
    ::kill(process, SIGINT);
  };

  const Finished interrupted =
      place.rehearse({"run", "shop.toml", "-n", "1", "--traces", "t.json"}, when_study_is_saved);

  CHECK(interrupted.exit_code == 105);
  CHECK_THAT(interrupted.errors, Catch::Contains("interrupted before all traces were written"));
  CHECK_THAT(interrupted.output, Catch::Contains("Outcome digest"));
  CHECK(place.names() == std::vector<std::string>{"shop.h5", "shop.model.toml", "shop.toml"});
}

TEST_CASE("traces that cannot be written leave the rest", "[end_to_end]") {
  const Workplace place;
  write_shop(place);

  const Finished full =
      place.rehearse({"run", "shop.toml", "--traces", "/dev/full", "--json", "report.json"});

  CHECK(full.exit_code == 1);
  CHECK_THAT(full.errors, Catch::Contains("/dev/full"));
  CHECK(place.has("shop.h5"));
  CHECK_THAT(place.content("report.json"), Catch::Contains("\"exit_code\": 1"));
}

}  // namespace rehearse
