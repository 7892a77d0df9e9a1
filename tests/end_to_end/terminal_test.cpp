#include <catch2/catch.hpp>

#include "sim/visible_text.hpp"
#include "tests/end_to_end/small_scenarios.hpp"

namespace rehearse {
namespace {

using testing::Finished;
using testing::Workplace;

/// What must not come from a terminal's input: a title, a colour, C1 as a character, an override,
/// and a line that looks like ours.
const std::string hostile_toml = R"(\u001b]0;pwned\u0007\u009b2J\u202e\u2066\u2028\nPASS forged)";
const std::string hostile_bytes = "\x1b[2J\xc2\x9b\x9b\xe2\x80\xae\nPASS forged";

std::string hostile_model() {
  const std::string name = "\"" + hostile_toml + "\"";
  return "rehearse_model = 1\n[provenance]\nspans = 5\nwindow = " + name + "\n[workloads." + name +
         "]\narrivals = { poisson = { rate = \"50/s\" } }\nmix = { \"" + hostile_toml + "/" +
         hostile_toml + "\" = 1 }\n[[services." + name + ".endpoints." + name +
         ".behaviours]]\nsteps = [ { work = \"1ms\" } ]\n[evidence.network]\nbasis = "
         "\"assumed\"\n" +
         "note = " + name + "\n";
}

std::string hostile_scenario() {
  const std::string name = "\"" + hostile_toml + "\"";
  return "rehearse = 1\n[scenario]\nname = " + name +
         "\nmodel = \"hostile.model.toml\"\nduration = \"20s\"\nreplications = 30\n[[faults]]\n"
         "name = " +
         name + "\nkind = \"latency\"\ntarget = { service = " + name +
         " }\nat = \"5s\"\nduration = \"5s\"\ndelay = \"100ms\"\npercentage = 100\n"
         "[[objectives]]\nname = " +
         name + "\nexpect = \"p99(latency) < 50ms\"\n";
}

/// What is printed may hold nothing that a terminal obeys, and no line that a name made.
void must_be_harmless(const Finished& finished) {
  const std::string all = finished.output + finished.errors;
  CHECK(visible_text(all) == all);
  CHECK_THAT(all, !Catch::Contains("\nPASS forged"));
}

}  // namespace

TEST_CASE("names of models and scenarios are shown, not obeyed", "[end_to_end]") {
  const Workplace place;
  place.write("hostile.model.toml", hostile_model());
  place.write("hostile.toml", hostile_scenario());

  const Finished run = place.rehearse({"run", "hostile.toml"});
  const Finished report = place.rehearse({"run", "hostile.toml", "--json", "-"});
  const Finished model = place.rehearse({"inspect", "hostile.model.toml"});

  CHECK(run.exit_code == 99);
  CHECK_THAT(run.output, Catch::StartsWith("\\u001b]0;pwned\\u0007\\u009b2J\\u202e\\u2066\\u2028"
                                           "\\nPASS forged: FAIL."));
  CHECK(model.exit_code == 0);
  for (const Finished& finished : {run, report, model, place.rehearse({"inspect", "hostile.h5"}),
                                   place.rehearse({"explain", "hostile.toml"})}) {
    CHECK_THAT(finished.output, Catch::Contains("forged"));
    must_be_harmless(finished);
  }
  place.write("report.json", report.output);
  const Finished read = place.run(
      {"/usr/bin/python3", "-c",
       "import json; print(ascii(json.load(open('report.json'))['objectives'][0]['name']))"});
  CHECK_THAT(read.output,
             Catch::StartsWith(R"('\x1b]0;pwned\x07\x9b2J\u202e\u2066\u2028\nPASS forged')"));
}

TEST_CASE("messages about names, paths and words are harmless and not too long", "[end_to_end]") {
  const Workplace place;
  const std::string long_word(100'000, 'x');
  place.write("bad.toml", "rehearse = 1\n[scenario]\n\"" + hostile_toml + "\" = 1\nduration = \"" +
                              hostile_toml + "\"\n# " + hostile_bytes + "\n" + long_word +
                              " = 2\n");
  place.write("bad.csv", hostile_bytes + "," + long_word + "\n1,2\n");
  place.write(hostile_bytes + ".toml", "rehearse = 1\n");

  for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
           {hostile_bytes},
           {"run", hostile_bytes},
           {"run", hostile_bytes + ".toml"},
           {"run", "bad.toml"},
           {"explain", "bad.toml"},
           {"inspect", hostile_bytes},
           {"inspect", hostile_bytes + ".toml"},
           {"calibrate", hostile_bytes},
           {"calibrate", "bad.csv"},
           {"calibrate", "bad.csv", "--format", hostile_bytes},
           {"calibrate", "bad.csv", "--columns", hostile_bytes},
           {"calibrate", "bad.csv", "-o", hostile_bytes + "/m.toml"},
           {"run", "bad.toml", "--" + hostile_bytes},
           {"run", "bad.toml", "--seed", hostile_bytes},
           {long_word},
           {"run", "bad.toml", "--" + long_word},
           {"schema", hostile_bytes}}) {
    const Finished refused = place.rehearse(words);
    CAPTURE(words.front().substr(0, 20), words.back().substr(0, 20));
    CHECK((refused.exit_code == 104 || refused.exit_code == 1));
    CHECK(refused.errors.size() < 10'000);
    must_be_harmless(refused);
  }
}

}  // namespace rehearse
