#include <catch2/catch.hpp>
#include <cstdlib>
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

}  // namespace

TEST_CASE("help shows every verb with an example", "[end_to_end]") {
  const Workplace place;

  const Finished help = place.rehearse({"--help"});

  CHECK(help.exit_code == 0);
  must_match("help.txt", help.output);
  for (const std::string verb : {"calibrate", "run", "explain", "schema", "inspect"}) {
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
      {{"calibrate", "missing.json", "-o", "a.toml"}, "missing.json"},
      {{"schema", "both"}, "expected 'model', 'scenario' or nothing"},
      {{"inspect", "missing.h5"}, "missing.h5"},
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
