#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/end_to_end/small_scenarios.hpp"

namespace rehearse {
namespace {

using testing::Finished;
using testing::Workplace;

constexpr const char* transcripts = REHEARSE_SOURCE_DIR "/tests/end_to_end/transcripts/";

/// Compares with a committed transcript; REHEARSE_ACCEPT=1 rewrites it.
void must_match(const std::string& name, const std::string& text) {
  const std::string path = transcripts + name;
  if (std::getenv("REHEARSE_ACCEPT") != nullptr) std::ofstream(path, std::ios::binary) << text;
  std::ifstream file(path, std::ios::binary);
  std::stringstream expected;
  expected << file.rdbuf();
  CHECK(text == expected.str());
}

/// The sample model of the shop, with every `old` in it written as its `now`.
std::string shop(const std::vector<std::pair<std::string, std::string>>& changes) {
  std::ifstream file(REHEARSE_SOURCE_DIR "/scenarios/samples/shop.model.toml", std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  std::string model = text.str();
  for (const auto& [old, now] : changes) {
    const std::size_t place = model.find(old);
    REQUIRE(place != std::string::npos);
    model.replace(place, old.size(), now);
  }
  return model;
}

}  // namespace

TEST_CASE("help shows every verb with an example", "[end_to_end]") {
  const Workplace place;

  const Finished help = place.rehearse({"--help"});

  CHECK(help.exit_code == 0);
  must_match("help.txt", help.output);
  for (const std::string verb :
       {"audit", "calibrate", "backtest", "run", "preflight", "explain", "schema", "inspect"}) {
    const Finished one = place.rehearse({verb, "--help"});
    CHECK(one.exit_code == 0);
    must_match("help_" + verb + ".txt", one.output);
    CHECK(place.rehearse({"help", verb}).output == one.output);
  }
}

TEST_CASE("the version has one line", "[end_to_end]") {
  CHECK_THAT(Workplace().rehearse({"--version"}).output,
             Catch::Matches("rehearse [0-9]+\\.[0-9]+\\.[0-9]+\n"));
}

TEST_CASE("what is misspelt on the command line is refused with a hint", "[end_to_end]") {
  const Workplace place;
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
      {{}, "say what to do"},
      {{"rum"}, "did you mean 'run'?"},
      {{"run"}, "expected one scenario file"},
      {{"run", "a.toml", "--replicatoins", "3"}, "did you mean '--replications'?"},
      {{"run", "a.toml", "--seed"}, "--seed"},
      {{"run", "a.toml", "--seed", "1", "--seed", "2"}, "--seed is given twice"},
      {{"run", "missing.toml"}, "missing.toml"},
      {{"calibrate"}, "expected files of traces"},
      {{"calibrate", "a.json", "--format", "jeager"}, "did you mean 'jaeger'?"},
      {{"calibrate", "a.json", "--name-by", "host=a"}, "expected service=ATTRIBUTE or operation="},
      {{"calibrate", "a.json", "--name-by", "service="}, "--name-by service=: expected service="},
      {{"calibrate", "a.json", "--name-by", "service=a", "--name-by", "operation=b"}, "a.json"},
      {{"calibrate", "missing.json", "-o", "a.toml"}, "missing.json"},
      {{"schema", "both"}, "expected 'model', 'scenario' or nothing"},
      {{"inspect", "missing.h5"}, "missing.h5"},
      {{"preflight"}, "expected scenario files, found none"},
      {{"preflight", "a.toml", "--format", "githib"}, "did you mean 'github'?"},
  };
  for (const auto& [words, sentence] : cases) {
    const Finished refused = place.rehearse(words);
    CAPTURE(sentence);
    CHECK(refused.exit_code == 104);
    CHECK(refused.output.empty());
    CHECK_THAT(refused.errors, Catch::Contains(sentence));
  }
  CHECK(place.names().empty());
}

TEST_CASE("numbers on the command line have ranges", "[end_to_end]") {
  const Workplace place;
  testing::write_model(place);
  testing::write_scenario(place, "a", "1s", "0.9", 2);
  for (const std::string wrong : {"0", "-1", "1.5", "many", "99999999999999999999", ""}) {
    const Finished refused = place.rehearse({"run", "a.toml", "--replications=" + wrong});
    CAPTURE(wrong);
    CHECK(refused.exit_code == 104);
    CHECK_THAT(refused.errors, Catch::Contains("--replications"));
  }
}

TEST_CASE("the samples can be explained and inspected", "[end_to_end]") {
  const Workplace place;
  const std::string samples = REHEARSE_SOURCE_DIR "/scenarios/samples/";

  const Finished explained = place.rehearse({"explain", samples + "slow_payments.toml"});
  const Finished inspected = place.rehearse({"inspect", samples + "shop.model.toml"});

  CHECK(explained.exit_code == 0);
  CHECK_THAT(explained.output, Catch::Contains("# default"));
  CHECK(inspected.exit_code == 0);
  CHECK_THAT(inspected.output, Catch::Contains("frontend") && Catch::Contains("Poisson"));
}

TEST_CASE("a model is drawn as text, for Graphviz and for Mermaid", "[end_to_end]") {
  const Workplace place;
  place.write("shop.model.toml", shop({}));

  for (const std::string format : {"text", "dot", "mermaid"}) {
    const Finished drawn = place.rehearse({"inspect", "shop.model.toml", "--format", format});
    CHECK(drawn.exit_code == 0);
    must_match("inspect_" + format + ".txt", drawn.output);
  }
  CHECK(place.rehearse({"inspect", "shop.model.toml"}).output ==
        place.rehearse({"inspect", "--format=text", "shop.model.toml"}).output);
}

TEST_CASE("two models are compared", "[end_to_end]") {
  const Workplace place;
  place.write("shop.model.toml", shop({}));
  place.write("new.model.toml",
              shop({{"rate = \"90/s\"", "rate = \"120/s\""},
                    {"[services.email]\ninstances = 1", "[services.email]\ninstances = 3"},
                    {"{ spawn = \"email/SendConfirmation\" },\n", ""},
                    {"median = \"60ms\", p99 = \"350ms\"", "median = \"70ms\", p99 = \"700ms\""},
                    {"max_attempts = 3, per_try_timeout = \"600ms\"", "max_attempts = 3"},
                    {"weight = 8 ", "weight = 23 "},
                    {"basis = \"assumed\"", "basis = \"given\""}}));

  const Finished different = place.rehearse({"inspect", "shop.model.toml", "new.model.toml"});
  const Finished same = place.rehearse({"inspect", "shop.model.toml", "shop.model.toml"});

  CHECK(different.exit_code == 0);
  must_match("inspect_difference.txt", different.output);
  CHECK(same.exit_code == 0);
  CHECK(same.output == "shop.model.toml -> shop.model.toml\nNo difference.\n");
}

TEST_CASE("of many differences the largest are shown, or all of them", "[end_to_end]") {
  const Workplace place;
  std::string before = "rehearse_model = 1\n";
  std::string after = before;
  for (int i = 0; i < 100; ++i) {
    const std::string service = "[services.s" + std::to_string(i) + "]\ninstances = ";
    before += service + "100\n";
    after += service + std::to_string(101 + i) + "\n";
  }
  place.write("a.toml", before);
  place.write("b.toml", after);

  const Finished some = place.rehearse({"inspect", "a.toml", "b.toml"});
  const Finished all = place.rehearse({"inspect", "a.toml", "b.toml", "--all"});

  CHECK_THAT(some.output, Catch::Contains("100 differences") &&
                              Catch::Contains("services.s99.instances: 100 -> 200 (+100 %)") &&
                              Catch::EndsWith("and 60 more; --all lists them\n"));
  CHECK_THAT(some.output, !Catch::Contains("services.s59.instances"));
  CHECK_THAT(all.output, Catch::EndsWith("services.s0.instances: 100 -> 101 (+1 %)\n"));
}

TEST_CASE("what inspect cannot compare or draw is refused", "[end_to_end]") {
  const Workplace place;
  testing::write_model(place);
  testing::write_scenario(place, "a", "1s", "0.9", 2);
  CHECK(place.rehearse({"run", "a.toml"}).errors.find("error") == std::string::npos);
  const std::string model = "queue.model.toml";
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
      {{model, "a.h5"}, "a.h5 is an outcome file; only models are compared\nhint: "},
      {{"a.h5", model}, "a.h5 is an outcome file"},
      {{"a.h5", "a.h5"}, "a.h5 is an outcome file"},
      {{model, "missing.toml"}, "missing.toml"},
      {{model, model, model}, "expected one outcome file, or one or two models"},
      {{model, "--format", "dott"}, "did you mean 'dot'?"},
      {{model, "--format", "dot", "--all"}, "--all is of text"},
      {{model, model, "--format", "dot"}, "--format is of one model"},
      {{model, model, "--layout"}, "--layout is of outcome files"},
      {{"a.h5", "--format", "dot"}, "--format is of models"},
      {{"a.h5", "--all"}, "--all is of models"},
  };
  for (const auto& [words, sentence] : cases) {
    std::vector<std::string> command = {"inspect"};
    command.insert(command.end(), words.begin(), words.end());
    const Finished refused = place.rehearse(command);
    CAPTURE(sentence);
    CHECK(refused.exit_code == 104);
    CHECK(refused.output.empty());
    CHECK_THAT(refused.errors, Catch::Contains(sentence));
  }
}

TEST_CASE("Graphviz, where it is installed, reads what inspect writes", "[end_to_end]") {
  const Workplace place;
  place.write(
      "odd.model.toml",
      "rehearse_model = 1\n[workloads.\"\\\"];\"]\narrivals = { poisson = { rate = \"5/s\" } "
      "}\nmix = { \"<b>/&lt;\" = 1 }\n[[services.\"<b>\".endpoints.\"&lt;\".behaviours]]\n"
      "steps = [{ call = \"end\\\\/x\" }]\n[[services.\"end\\\\\".endpoints.x.behaviours]]\n"
      "steps = []\n");

  const Finished drawn = place.rehearse({"inspect", "odd.model.toml", "--format", "dot"});

  CHECK(drawn.exit_code == 0);
  CHECK_THAT(drawn.output, Catch::Contains("service0 -> service1"));
  if (!std::filesystem::exists("/usr/bin/dot")) return;
  place.write("odd.dot", drawn.output);
  const Finished read = place.run({"/usr/bin/dot", "-Tplain", "odd.dot"});
  CHECK(read.exit_code == 0);
  CHECK(read.errors.empty());
}

TEST_CASE("the schemas are JSON that names every key of the samples", "[end_to_end]") {
  const Workplace place;
  for (const std::string kind : {"model", "scenario"}) {
    const Finished schema = place.rehearse({"schema", kind});
    CHECK(schema.exit_code == 0);
    CHECK_THAT(schema.output, Catch::Contains("\"$schema\"") && Catch::Contains("\"$defs\""));
  }
  const Finished both = place.rehearse({"schema"});
  CHECK_THAT(both.output, Catch::Contains("\"oneOf\"") && Catch::Contains("\"objectives\"") &&
                              Catch::Contains("\"behaviours\""));
}

}  // namespace rehearse
