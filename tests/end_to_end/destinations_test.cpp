#include <signal.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "tests/end_to_end/small_scenarios.hpp"

namespace rehearse {
namespace {

using testing::Finished;
using testing::Workplace;

void prepare(const Workplace& place, int replications) {
  testing::write_model(place);
  testing::write_scenario(place, "a", "1s", "0.9", replications);
}

/// What a shell says to run this program in the folder.
Finished shell(const Workplace& place, const std::string& command) {
  return place.run({"bash", "-c", "rehearse=" REHEARSE_BINARY "\n" + command});
}

constexpr const char* span_table =
    "t,s,p,pod,op,from,took\n"
    "1,1,none,shop-5f-a,GET /,1000,30\n"
    "2,1,none,shop-5f-a,GET /,2000,30\n";
constexpr const char* mapping =
    "trace = \"t\"\nspan = \"s\"\nparent = \"p\"\ninstance = \"pod\"\noperation = \"op\"\n"
    "start_ms = \"from\"\nduration_ms = \"took\"\nparent_none = [\"none\"]\n";

}  // namespace

TEST_CASE("one output never takes the place of another", "[end_to_end]") {
  const Workplace place;
  prepare(place, 3);
  place.write("there.h5", "old");

  for (const std::string names :
       {"-o $PWD/b.h5 --json b.h5", "-o ./b.h5 --json x/../b.h5", "-o linked/b.h5 --json real/b.h5",
        "-o dangling --json b.h5", "-o hard.json --json there.h5", "--json a.h5", "-o b.h5 > b.h5",
        "-o /dev/stdout", "-o /dev/stdout > b.h5", "-o b.h5 2> b.h5"}) {
    const Finished refused = shell(place,
                                   "mkdir -p real x; ln -sfn real linked; ln -sfn b.h5 dangling; "
                                   "ln -f there.h5 hard.json; $rehearse run a.toml " +
                                       names);
    CAPTURE(names, refused.errors);
    CHECK(refused.exit_code == 104);
    CHECK(place.content("there.h5") == "old");
  }
  CHECK(shell(place, "$rehearse run a.toml -o /dev/null --json /dev/null").exit_code == 2);
}

TEST_CASE("what a run reads is never written to", "[end_to_end]") {
  const Workplace place;
  prepare(place, 3);
  std::string model = place.content("queue.model.toml");
  const std::string poisson = "poisson = { rate = \"100/s\" }";
  model.replace(model.find(poisson), poisson.size(), "replay = { file = \"recorded.csv\" }");
  place.write("queue.model.toml", model);
  place.write("recorded.csv", "0.5\n1.5\n2.5\n");
  place.write("spans.csv", span_table);
  place.write("mapping.toml", mapping);

  for (const std::string command :
       {"run a.toml -o recorded.csv", "run a.toml --json $PWD/recorded.csv", "run a.toml -o a.toml",
        "run a.toml -o queue.model.toml",
        "calibrate spans.csv --columns mapping.toml -o mapping.toml",
        "calibrate spans.csv --columns mapping.toml -o ./spans.csv",
        "calibrate - --columns mapping.toml -o spans.csv < spans.csv"}) {
    const Finished refused = shell(place, "$rehearse " + command);
    CAPTURE(command, refused.errors);
    CHECK(refused.exit_code == 104);
    CHECK_THAT(refused.errors, Catch::Contains("is an input, it cannot be written to"));
  }
  CHECK(place.content("recorded.csv") == "0.5\n1.5\n2.5\n");
  CHECK(place.content("spans.csv") == span_table);
  CHECK(place.content("mapping.toml") == mapping);
}

TEST_CASE("an outcome file that cannot be written once took summary and report with it",
          "[end_to_end]") {
  const Workplace place;
  prepare(place, 60);
  place.write("spans.csv", span_table);
  place.write("mapping.toml", mapping);

  const Finished full = shell(place, "$rehearse run a.toml -o /dev/full --json a.json");
  const Finished unread = shell(place, "$rehearse run a.toml -o b.h5 --json b.json > /dev/full");
  const Finished learned =
      shell(place, "$rehearse calibrate spans.csv --columns mapping.toml -o /dev/full");

  CHECK(full.exit_code == 1);
  CHECK_THAT(full.errors, Catch::Contains("cannot write /dev/full: No space left on device") &&
                              Catch::Contains("without this the exit code would be 0"));
  CHECK_THAT(full.output,
             Catch::StartsWith("slow shop: PASS.") && !Catch::Contains("Outcome file"));
  CHECK_THAT(place.content("a.json"),
             Catch::Contains("\"exit_code\": 1") && Catch::Contains("\"verdict\": \"pass\""));
  CHECK(learned.exit_code == 1);
  CHECK_THAT(learned.output, Catch::Contains("Spans read: 2") && !Catch::Contains("Model /dev"));
  CHECK(unread.exit_code == 1);
  CHECK_THAT(unread.errors, Catch::Contains("cannot write to standard output"));
  CHECK(place.has("b.h5"));
  CHECK(place.has("b.json"));
}

TEST_CASE("a reader that goes away does not take the outcome file with it", "[end_to_end]") {
  const Workplace place;
  prepare(place, 60);

  const Finished run = shell(place, "$rehearse run a.toml | true; exit ${PIPESTATUS[0]}");
  const Finished both = shell(place, "$rehearse run a.toml -o b.h5 2>&1 | true");
  const Finished closed = shell(place, "$rehearse run a.toml -o c.h5 >&-");

  CHECK(run.exit_code == 1);
  CHECK(place.has("a.h5"));
  CHECK(place.has("b.h5"));
  CHECK(closed.exit_code == 1);
  CHECK(place.rehearse({"inspect", "c.h5"}).exit_code == 0);
}

TEST_CASE("a terminal that is closed saves what is finished, however often it is told",
          "[end_to_end]") {
  const Workplace place;
  prepare(place, 1'000'000);
  const auto hang_up = [](int process) {
    ::usleep(1'500'000);
    for (int times = 0; times < 3; ++times) {
      ::kill(process, SIGHUP);
      ::usleep(1000);
    }
  };

  const Finished run = place.rehearse({"run", "a.toml", "--json", "a.json"}, hang_up);

  CHECK(run.exit_code == 105);
  CHECK_THAT(place.content("a.json"), Catch::Contains("\"exit_code\": 105"));
  CHECK_THAT(place.rehearse({"inspect", "a.h5"}).output, Catch::Contains("warning: interrupted: "));
}

TEST_CASE("nohup means that a closed terminal is nothing", "[end_to_end]") {
  const Workplace place;
  prepare(place, 200);

  const Finished run = shell(
      place, "trap '' HUP; $rehearse run a.toml & sleep 0.05; kill -HUP $!; wait $!; exit $?");

  CHECK(run.exit_code == 0);
}

TEST_CASE("calibrate reads and writes pipes under the name -", "[end_to_end]") {
  const Workplace place;
  place.write("spans.csv", span_table);
  place.write("mapping.toml", mapping);
  const std::string calibrate = "$rehearse calibrate --columns mapping.toml ";

  const Finished plain = shell(place, calibrate + "spans.csv");
  const Finished pipe = shell(place, "cat spans.csv | " + calibrate + "- -o -");
  const Finished packed = shell(place, "gzip -c spans.csv | " + calibrate + "- -o /dev/stdout");
  const Finished twice = shell(place, "cat spans.csv | " + calibrate + "- -");

  REQUIRE(plain.exit_code == 0);
  for (const Finished& finished : {pipe, packed}) {
    std::string model = finished.output;
    const std::string name = "standard input";
    REQUIRE(model.find(name) != std::string::npos);
    model.replace(model.find(name), name.size(), "spans.csv");
    CHECK(model == plain.output);
    CHECK_THAT(finished.errors, Catch::Contains("  standard input\n"));
  }
  CHECK(twice.exit_code == 104);
  CHECK(place.names() == std::vector<std::string>{"mapping.toml", "spans.csv"});
}

TEST_CASE("the numbers of a run can go to any name of standard output", "[end_to_end]") {
  const Workplace place;
  prepare(place, 60);

  for (const std::string name : {"-", "/dev/stdout", "/proc/self/fd/1"}) {
    const Finished run = shell(place, "$rehearse run a.toml --json " + name +
                                          " | python3 -c 'import json, sys; "
                                          "print(json.load(sys.stdin)[\"verdict\"])'");
    CAPTURE(name, run.errors);
    CHECK(run.output == "pass\n");
  }
}

}  // namespace rehearse
