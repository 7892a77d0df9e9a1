#include <signal.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <regex>

#include "tests/end_to_end/small_scenarios.hpp"

namespace rehearse {
namespace {

using testing::Finished;
using testing::Workplace;
using Names = std::vector<std::string>;

void prepare(const Workplace& place) {
  testing::write_model(place);
}

/// The value of a text member of a JSON document.
std::string member(const std::string& json, const std::string& key) {
  std::smatch match;
  const std::regex pattern("\"" + key + "\": \"([^\"]*)\"");
  return std::regex_search(json, match, pattern) ? match[1].str() : "";
}

/// The value of a whole number of a JSON document.
std::string number(const std::string& json, const std::string& key) {
  std::smatch match;
  const std::regex pattern("\"" + key + "\": ([0-9]+)");
  return std::regex_search(json, match, pattern) ? match[1].str() : "";
}

}  // namespace

TEST_CASE("exit codes say what became of the objectives", "[end_to_end]") {
  const Workplace place;
  prepare(place);
  testing::write_scenario(place, "met", "1s", "0.9", 60);
  testing::write_scenario(place, "missed", "50ms", "0.9", 60);
  testing::write_scenario(place, "undecided", "1s", "0.9", 5);
  testing::write_scenario(place, "by default", "50ms", "", 5);
  testing::write_scenario(place, "hopeless", "10ms", "0.9", 60);

  CHECK(place.rehearse({"run", "met.toml"}).exit_code == 0);
  CHECK(place.rehearse({"run", "missed.toml"}).exit_code == 99);
  CHECK(place.rehearse({"run", "undecided.toml"}).exit_code == 2);
  CHECK(place.rehearse({"run", "by default.toml"}).exit_code == 99);
  const Finished hopeless = place.rehearse({"run", "hopeless.toml"});
  CHECK(hopeless.exit_code == 2);
  CHECK_THAT(hopeless.output, Catch::Contains("it is missed without the experiment, too"));
  CHECK(place.has("missed.h5"));
}

TEST_CASE("threads change nothing and seeds change everything", "[end_to_end]") {
  const Workplace place;
  prepare(place);
  testing::write_scenario(place, "a", "1s", "0.9", 12);
  const auto digest = [&](const std::vector<std::string>& more) {
    std::vector<std::string> words = {"run", "a.toml", "--json", "-"};
    words.insert(words.end(), more.begin(), more.end());
    return member(place.rehearse(words).output, "outcome_digest");
  };

  const std::string one = digest({"--threads", "1"});

  CHECK(one.size() == 16);
  CHECK(digest({"--threads", "2"}) == one);
  CHECK(digest({"--threads", "4"}) == one);
  CHECK(digest({"--seed", "4"}) != one);
  CHECK(digest({"--replications", "11"}) != one);
}

TEST_CASE("--json - leaves standard output to programs", "[end_to_end]") {
  const Workplace place;
  prepare(place);
  testing::write_scenario(place, "a", "50ms", "0.9", 60);

  const Finished run = place.rehearse({"run", "a.toml", "--json", "-", "-o", "b.h5"});

  CHECK_THAT(run.output, Catch::StartsWith("{\n") && Catch::EndsWith("}\n"));
  CHECK_THAT(run.errors, Catch::StartsWith("slow shop: FAIL."));
  CHECK(member(run.output, "verdict") == "fail");
  CHECK(member(run.output, "outcome_file") == "b.h5");
  CHECK_THAT(run.output, Catch::Contains("\"shop/GET /\": {"));
  CHECK(place.names() == Names{"a.toml", "b.h5", "queue.model.toml"});
}

TEST_CASE("an interrupted run saves what is finished", "[end_to_end]") {
  const Workplace place;
  prepare(place);
  testing::write_scenario(place, "long", "1s", "0.9", 1'000'000);
  const auto interrupt = [](int process) {
    ::usleep(1'500'000);
    ::kill(process, SIGINT);
  };

  const Finished run = place.rehearse({"run", "long.toml", "--json", "long.json"}, interrupt);

  CHECK(run.exit_code == 105);
  CHECK_THAT(run.output, Catch::Contains("of 1,000,000 replications were finished"));
  CHECK_THAT(run.errors, Catch::Contains("interrupted, what is finished is saved"));
  CHECK_THAT(place.content("long.json"),
             Catch::Contains("\"complete\": false") && Catch::Contains("\"exit_code\": 105"));
  const Finished inspected = place.rehearse({"inspect", "long.h5"});
  CHECK(inspected.output == run.output);
  CHECK(place.names() == Names{"long.h5", "long.json", "long.toml", "queue.model.toml"});
}

TEST_CASE("what an interrupted run has finished is what a shorter run finishes", "[end_to_end]") {
  const Workplace place;
  testing::write_model(place, "1ms");
  testing::write_scenario(place, "a", "1s", "0.9", 1'000'000);
  for (const char* const partitions : {"1", "2"}) {
    INFO(partitions << " threads per replication");
    const auto run = [&](Names more, const std::function<void(int)>& meanwhile) {
      Names words = {"run", "a.toml", "--json", "-", "--threads-per-replication", partitions};
      words.insert(words.end(), more.begin(), more.end());
      return place.rehearse(words, meanwhile);
    };

    const Finished interrupted = run({"--threads", "2"}, [](int process) {
      ::usleep(1'500'000);
      ::kill(process, SIGINT);
    });
    const std::string finished = number(interrupted.output, "replications");
    const Finished shorter = run({"--threads", "1", "--replications", finished}, {});

    CHECK(interrupted.exit_code == 105);
    CHECK(std::stoi(finished) > 1);
    CHECK(number(shorter.output, "replications") == finished);
    CHECK(member(shorter.output, "outcome_digest").size() == 16);
    CHECK(member(shorter.output, "outcome_digest") == member(interrupted.output, "outcome_digest"));
  }
}

TEST_CASE("what cannot be written is found before the run", "[end_to_end]") {
  const Workplace place;
  prepare(place);
  testing::write_scenario(place, "a", "1s", "0.9", 1'000'000);

  const Finished missing = place.rehearse({"run", "a.toml", "-o", "missing/a.h5"});
  const Finished folder = place.rehearse({"run", "a.toml", "--json", "."});
  const Finished input = place.rehearse({"run", "a.toml", "-o", "queue.model.toml"});
  const Finished nothing = place.rehearse({"run", "a.toml", "--json", ""});
  const Finished dash = place.rehearse({"run", "a.toml", "-o", "-"});

  CHECK(missing.exit_code == 1);
  CHECK_THAT(missing.errors, Catch::Contains("missing/a.h5: No such file or directory"));
  CHECK(folder.exit_code == 1);
  CHECK(input.exit_code == 104);
  CHECK(nothing.exit_code == 104);
  CHECK_THAT(nothing.errors, Catch::Contains("--json is empty"));
  CHECK(dash.exit_code == 104);
  CHECK_THAT(dash.errors, Catch::Contains("an outcome file is not for standard output"));
  CHECK(place.names() == Names{"a.toml", "queue.model.toml"});
}

TEST_CASE("a disk that fills up keeps the older file and leaves no half", "[end_to_end]") {
  const Workplace place;
  prepare(place);
  testing::write_scenario(place, "a", "1s", "0.9", 60);
  place.write("a.h5", "old");
  const std::string command = std::string("ulimit -f 8; exec ") + REHEARSE_BINARY + " run a.toml";

  const Finished run = place.run({"sh", "-c", command});

  CHECK(run.exit_code == 1);
  CHECK_THAT(run.errors, Catch::Contains("cannot write a.h5: File too large"));
  CHECK(place.content("a.h5") == "old");
  CHECK(place.names() == Names{"a.h5", "a.toml", "queue.model.toml"});
}

TEST_CASE("an answer that cannot be printed is a failure", "[end_to_end]") {
  const Workplace place;
  const std::string command = std::string(REHEARSE_BINARY) + " --help > /dev/full";

  CHECK(place.run({"sh", "-c", command}).exit_code == 1);
}

TEST_CASE("a run names callers of which no failure was recorded", "[end_to_end]") {
  const Workplace place;
  place.write("a.model.toml", R"(rehearse_model = 1
[workloads.users]
arrivals = { poisson = { rate = "20/s" } }
mix = { "page/Get" = 1 }
[[services.page.endpoints.Get.behaviours]]
steps = [ { call = "ads/Get" } ]
[[services.ads.endpoints.Get.behaviours]]
steps = [ { work = "1ms" } ]
[evidence]
"services.page.calls.ads.on_error" = { basis = "assumed", n = 1200 }
)");
  place.write("a.toml", R"(rehearse = 1
[scenario]
name = "without ads"
model = "a.model.toml"
duration = "6s"
replications = 3
[[faults]]
name = "no ads"
kind = "instance_kill"
target = { service = "ads" }
at = "2s"
duration = "2s"
)");

  const Finished run = place.rehearse({"run", "a.toml", "--json", "a.json"});

  CHECK_THAT(run.output, Catch::Contains("warning: harm may be overstated") &&
                             Catch::Contains("page -> ads (1,200 good calls)"));
  CHECK_THAT(place.content("a.json"), Catch::Contains("\"failures_never_recorded\": [") &&
                                          Catch::Contains("\"caller\": \"page\"") &&
                                          Catch::Contains("\"recorded_calls\": 1200"));
  CHECK_THAT(place.rehearse({"explain", "a.toml"}).output,
             Catch::Contains("that callers fail too is assumed: page -> ads"));
}

}  // namespace rehearse
