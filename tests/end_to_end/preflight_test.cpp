#include <signal.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <pugixml.hpp>

#include "tests/end_to_end/program.hpp"
#include "tests/support/junit_schema.hpp"

namespace rehearse {
namespace {

using testing::Finished;
using testing::junit_violations;
using testing::Workplace;
using Words = std::vector<std::string>;

/// A careful experiment: half of ten instances become slow for two seconds, and an alarm would end
/// it. Each case says what it does otherwise.
struct Said {
  std::string threshold = "1s";
  int replications = 60;
  std::string metric = "p90(latency{workload='users'})";
  std::string target = "service = \"shop\", mode = \"fixed-percent\", value = 50";
  std::string fault_duration = "2s";
  std::string action = "abort_and_roll_back";
  std::string more = {};
};

std::string fault_of(const Said& said) {
  if (said.target.empty()) return "";
  return "\n[[faults]]\nname = \"slow\"\nkind = \"latency\"\ntarget = { " + said.target +
         " }\nat = \"2s\"\nduration = \"" + said.fault_duration +
         "\"\ndelay = \"100ms\"\npercentage = 100\n";
}

std::string objective_of(const Said& said) {
  if (said.metric.empty()) return "";
  return "\n[[objectives]]\nname = \"stays, 100 % fast\"\nexpect = \"" + said.metric + " < " +
         said.threshold + "\"\nover = [\"2s\", \"4s\"]\nprobability = \">= 0.9\"\n";
}

void write(const Workplace& place, const std::string& name, const Said& said) {
  place.write("queue.model.toml", R"(rehearse_model = 1

[workloads.users]
arrivals = { poisson = { rate = "100/s" } }
mix = { "shop/GET /" = 1 }

[services.shop]
instances = 10
workers = 10

[[services.shop.endpoints."GET /".behaviours]]
steps = [ { work = "20ms" } ]
)");
  const std::string alarm =
      said.action.empty() ? ""
                          : "\n[[stop_conditions]]\nwhen = \"error_ratio{service='shop'} > 50%\"\n"
                            "scrape = { interval = \"1s\" }\naction = \"" +
                                said.action + "\"\n";
  place.write(name + ".toml",
              "rehearse = 1\n\n[scenario]\nname = \"slow shop\"\nmodel = \"queue.model.toml\"\n"
              "duration = \"6s\"\nwarm_up = \"1s\"\nseed = 3\nreplications = " +
                  std::to_string(said.replications) + "\n" + fault_of(said) + alarm +
                  objective_of(said) + said.more);
}

/// Where nothing says that this is a pipeline, but for what `settings` say.
Finished preflight(const Workplace& place, const Words& words, const Words& settings = {},
                   const std::function<void(int)>& meanwhile = {}) {
  Words command = {"/usr/bin/env"};
  for (const char* const name : {"GITHUB_ACTIONS", "GITLAB_CI", "GITHUB_STEP_SUMMARY",
                                 "GITHUB_WORKSPACE", "REHEARSE_FREEZE"}) {
    command.insert(command.end(), {"-u", name});
  }
  command.insert(command.end(), settings.begin(), settings.end());
  command.insert(command.end(), {REHEARSE_BINARY, "preflight"});
  command.insert(command.end(), words.begin(), words.end());
  return place.run(command, meanwhile);
}

}  // namespace

TEST_CASE("each verdict has its exit code and its line", "[end_to_end]") {
  const Workplace place;
  write(place, "met", {});
  write(place, "missed", {.threshold = "50ms"});
  write(place, "undecided", {.replications = 5});
  write(place, "hopeless", {.threshold = "10ms"});
  write(place, "unmeasured", {.metric = "p90(latency{workload='idle'})"});
  place.write("queue.model.toml",
              place.content("queue.model.toml") +
                  "\n[workloads.idle]\narrivals = { poisson = { rate = \"0.000000001/s\" } }\nmix "
                  "= { \"shop/GET /\" = 1 }\n");
  place.write("broken.toml", "rehearse = 1\n[scenario]\nname = 3\n");

  const Finished met = preflight(place, {"met.toml"});
  CHECK(met.exit_code == 0);
  CHECK_THAT(
      met.output,
      Catch::StartsWith("PASS          met.toml:25: stays, 100 % fast: each time 120ms, wanted ") &&
          Catch::Contains("wanted < 1s: p90(latency") &&
          Catch::Contains("risk 0 %, 95 %: [0 %, 5.96 %]; accepted 10 %\n") &&
          Catch::EndsWith("1 scenario: 1 passed, 0 failed, 0 inconclusive, "
                          "0 errors: exit code 0\n"));
  const Finished missed = preflight(place, {"missed.toml"});
  CHECK(missed.exit_code == 99);
  CHECK_THAT(missed.output, Catch::StartsWith("FAIL          missed.toml:25: "));
  const Finished undecided = preflight(place, {"undecided.toml"});
  CHECK(undecided.exit_code == 2);
  CHECK_THAT(undecided.output, Catch::StartsWith("INCONCLUSIVE  undecided.toml:25: ") &&
                                   Catch::Contains("the replications are too few"));
  const Finished hopeless = preflight(place, {"hopeless.toml"});
  CHECK(hopeless.exit_code == 2);
  CHECK_THAT(hopeless.output, Catch::Contains("it is missed without the experiment, too"));
  const Finished unmeasured = preflight(place, {"unmeasured.toml"});
  CHECK(unmeasured.exit_code == 2);
  CHECK_THAT(unmeasured.output, Catch::Contains("never measured, wanted < 1s") &&
                                    Catch::Contains("it was never measured"));
  const Finished broken = preflight(place, {"broken.toml"});
  CHECK(broken.exit_code == 104);
  CHECK_THAT(broken.output, Catch::StartsWith("ERROR         broken.toml:2: invalid input: ") &&
                                Catch::Contains("ERROR         broken.toml:3: invalid input: "));
  CHECK_THAT(broken.errors, Catch::Contains("broken.toml:3:8: error: "));
}

TEST_CASE("a gate that checks nothing lets nothing through", "[end_to_end]") {
  const Workplace place;
  write(place, "empty",
        {.metric = "", .more = "\n[preflight]\nwaive = { no-objective = \"x\" }\n"});

  const Finished empty = preflight(place, {"empty.toml"});
  CHECK(empty.exit_code == 104);
  CHECK_THAT(empty.output, Catch::Contains("ERROR         empty.toml: no objectives: "));
  const Finished nothing = preflight(place, {});
  CHECK(nothing.exit_code == 104);
  CHECK_THAT(nothing.errors, Catch::Contains("expected scenario files, found none"));
  CHECK(nothing.output.empty());
}

TEST_CASE("of several scenarios each is run, and the worst decides", "[end_to_end]") {
  const Workplace place;
  write(place, "met", {});
  write(place, "missed", {.threshold = "50ms"});
  write(place, "undecided", {.replications = 5});

  const Finished two = preflight(place, {"missed.toml", "undecided.toml", "met.toml"});
  CHECK(two.exit_code == 99);
  CHECK_THAT(two.output, Catch::EndsWith("3 scenarios: 1 passed, 1 failed, 1 inconclusive, "
                                         "0 errors: exit code 99\n"));
  const Finished unread = preflight(place, {"missing.toml", "missed.toml", "met.toml"});
  CHECK(unread.exit_code == 104);
  CHECK_THAT(
      unread.output,
      Catch::StartsWith("ERROR         missing.toml: invalid input: there is no such file") &&
          Catch::Contains("\nPASS          met.toml"));
}

TEST_CASE("a gate tries all readings, whatever the scenario says of them", "[end_to_end]") {
  const Workplace place;
  const auto with_readings = [&](const std::string& wanted) {
    write(place, "gate", {});
    std::string text = place.content("gate.toml");
    text.insert(text.find("duration = "), "readings = \"" + wanted + "\"\n");
    place.write("gate.toml", text);
    // As if it had been calibrated, and nobody knew how many work in the shop.
    std::string model = place.content("queue.model.toml");
    model.erase(model.find("workers = 10\n"), std::string("workers = 10\n").size());
    place.write("queue.model.toml", model + "\n[provenance]\ncalibrated_by = \"rehearse\"\n");
    return preflight(place, {"gate.toml", "--junit", wanted + ".xml"});
  };

  const Finished searched = with_readings("search");
  const Finished off = with_readings("off");

  CHECK(searched.exit_code == 2);
  CHECK(off.exit_code == searched.exit_code);
  CHECK(off.output == searched.output);
  for (const char* report : {"search.xml", "off.xml"}) {
    CHECK_THAT(place.content(report), Catch::Contains("readings tried"));
  }
}

TEST_CASE("reports never take the name of what a gate may need", "[end_to_end]") {
  const Workplace place;
  write(place, "met", {});
  const std::string model = place.content("queue.model.toml");
  for (const char* option : {"--junit", "--summary"}) {
    const Finished refused =
        preflight(place, {"met.toml", option, "queue.model.toml"}, {"REHEARSE_FREEZE=incident"});
    CHECK(refused.exit_code == 104);
    CHECK_THAT(refused.errors, Catch::Contains("queue.model.toml is no name for a report"));
  }
  CHECK(place.content("queue.model.toml") == model);
}

TEST_CASE("preflight judges as run does", "[end_to_end]") {
  const Workplace place;
  write(place, "a", {.threshold = "50ms"});

  const Finished run = place.rehearse({"run", "a.toml"});
  const Finished gate = preflight(place, {"a.toml", "--junit", "a.xml"});

  CHECK(gate.exit_code == run.exit_code);
  const std::size_t begin = run.output.find("measured: ");
  REQUIRE(begin != std::string::npos);
  const std::string measured = run.output.substr(begin, run.output.find('\n', begin) - begin);
  pugi::xml_document document;
  REQUIRE(document.load_string(place.content("a.xml").c_str()));
  const std::string text = document.select_node("//failure").node().text().get();
  CHECK_THAT(text, Catch::Contains(measured));
}

TEST_CASE("GitHub gets annotations at the line of the objective", "[end_to_end]") {
  const Workplace place;
  write(place, "missed", {.threshold = "50ms"});
  write(place, "undecided", {.replications = 5});
  const Words both = {"missed.toml", "undecided.toml", "missing.toml"};

  const Finished told = preflight(place, both, {"GITHUB_ACTIONS=true"});

  CHECK_THAT(
      told.output,
      Catch::Contains("\n::error file=missed.toml,line=25,title=fail%3A stays%2C 100 %25 "
                      "fast::each time 120ms, wanted < 50ms: ") &&
          Catch::Contains("\n::warning file=undecided.toml,line=25,title=inconclusive%3A ") &&
          Catch::Contains("\n::error file=missing.toml,title=error%3A invalid input::"));
  Words said = both;
  said.insert(said.end(), {"--format", "github"});
  CHECK(preflight(place, said).output == told.output);
  said.back() = "plain";
  const Finished plain = preflight(place, said, {"GITHUB_ACTIONS=true"});
  CHECK(plain.output == preflight(place, both).output);
  CHECK(plain.output.find("::") == std::string::npos);
  const Finished elsewhere =
      preflight(place, {place.file("missed.toml")},
                {"GITHUB_ACTIONS=true", "GITHUB_WORKSPACE=" + place.file("")});
  CHECK_THAT(elsewhere.output, Catch::Contains("::error file=missed.toml,line=25,"));
}

TEST_CASE("GitLab gets a section for each scenario", "[end_to_end]") {
  const Workplace place;
  write(place, "a", {});

  const Finished told = preflight(place, {"a.toml"}, {"GITLAB_CI=true"});

  CHECK_THAT(told.output, Catch::StartsWith("\033[0Ksection_start:") &&
                              Catch::Contains(":rehearse_1\r\033[0Ka.toml\nPASS ") &&
                              Catch::Contains("\n\033[0Ksection_end:"));
  const Finished unknown = preflight(place, {"a.toml", "--format", "gitlub"});
  CHECK(unknown.exit_code == 104);
  CHECK_THAT(unknown.errors, Catch::Contains("did you mean"));
}

TEST_CASE("JUnit that preflight writes is sound", "[end_to_end]") {
  const Workplace place;
  write(place, "met", {});
  write(place, "missed", {.threshold = "50ms"});
  write(place, "undecided", {.replications = 5});

  const Finished gate = preflight(
      place, {"met.toml", "missed.toml", "undecided.toml", "missing.toml", "--junit", "out.xml"});

  CHECK(gate.exit_code == 104);
  const std::string report = place.content("out.xml");
  CHECK(junit_violations(report) == Words{});
  pugi::xml_document document;
  REQUIRE(document.load_string(report.c_str()));
  CHECK(document.select_nodes("//testsuite").size() == 4);
  CHECK(document.select_nodes("//failure[@type='fail']").size() == 1);
  CHECK(document.select_nodes("//failure[@type='inconclusive']").size() == 1);
  CHECK(document.select_nodes("//error").size() == 1);
  CHECK(document.select_nodes("//skipped").empty());
}

TEST_CASE("a summary is appended, and to what GitHub names", "[end_to_end]") {
  const Workplace place;
  write(place, "missed", {.threshold = "50ms"});
  place.write("summary.md", "before\n");

  preflight(place, {"missed.toml"}, {"GITHUB_STEP_SUMMARY=" + place.file("summary.md")});
  const std::string once = place.content("summary.md");
  CHECK_THAT(once, Catch::StartsWith("before\n\n## Preflight\n") &&
                       Catch::Contains("fail | stays") && Catch::Contains("Also hit in"));
  preflight(place, {"missed.toml", "--summary", "summary.md"});
  CHECK(place.content("summary.md").size() > once.size());
  place.write("full.md", std::string(1024 * 1024 - 100, 'x'));
  const Finished full = preflight(place, {"missed.toml", "--summary", "full.md"});
  CHECK(full.exit_code == 99);
  CHECK(place.content("full.md").size() <= 1024 * 1024);
  CHECK_THAT(place.content("full.md"), Catch::EndsWith("**Cut here: the rest did not fit.**\n"));
}

TEST_CASE("outputs take the place of nothing, and are told of when they fail", "[end_to_end]") {
  const Workplace place;
  write(place, "a", {});
  for (const std::string option : {"--junit", "--summary"}) {
    CAPTURE(option);
    CHECK(preflight(place, {"a.toml", option, "queue.model.toml"}).exit_code == 104);
    CHECK(preflight(place, {"a.toml", option, "-"}).exit_code == 104);
    CHECK(preflight(place, {"a.toml", option, "missing/a"}).exit_code == 1);
  }
  CHECK(preflight(place, {"a.toml", "--junit", "b", "--summary", "b"}).exit_code == 104);
  CHECK(place.names() == Words{"a.toml", "queue.model.toml"});
}

TEST_CASE("each safety net fails the gate by itself, unless it is waived with a reason",
          "[end_to_end]") {
  const Workplace place;
  const std::string rollout =
      "\n[rollout]\nservice = \"shop\"\nat = \"2s\"\nsteps = [ { set_weight = 50 }, { pause = "
      "\"1s\" } ]\n";
  struct NetCase {
    std::string net;
    Said said;
    std::string with = {};  // another net that cannot but go with it
  };
  const std::vector<NetCase> trips = {
      {"blast-radius-service",
       {.target = "service = \"shop\", mode = \"fixed-percent\", value = 81"},
       "blast-radius-system"},
      {"blast-radius-system", {.target = "service = \"shop\", mode = \"fixed\", value = 7"}},
      {"no-stop-condition", {.action = "page"}},
      {"all-targets", {.target = "service = \"shop\", zone = \"z\", mode = \"fixed\", value = 1"}},
      {"fault-without-end", {.fault_duration = "4s"}},
      {"no-rollback", {.target = "", .action = "", .more = rollout}},
      {"no-objective", {.threshold = "1000", .metric = "max(queue_length{service='shop'})"}},
  };
  for (const NetCase& trip : trips) {
    CAPTURE(trip.net);
    const auto prepare = [&](const Said& said) {
      write(place, "a", said);
      const std::string model = place.content("queue.model.toml");
      const std::string all = "instances = 10\n";
      std::string zoned = model;
      zoned.replace(model.find(all), all.size(),
                    all +
                        "placement = { zones = [\"z\", \"y\", \"y\", \"y\", \"y\", \"y\", \"y\", "
                        "\"y\", \"y\", \"y\"] }\n");
      place.write("queue.model.toml", zoned);
    };
    prepare(trip.said);
    const Finished tripped = preflight(place, {"a.toml", "--junit", "a.xml"});
    CAPTURE(tripped.output, tripped.errors);
    CHECK(tripped.exit_code == 99);
    CHECK_THAT(tripped.output, Catch::Contains("net: " + trip.net + ": "));
    CHECK_THAT(place.content("a.xml"), Catch::Contains("\"net: " + trip.net + "\""));

    Said waived = trip.said;
    const std::string also = trip.with.empty() ? "" : ", " + trip.with + " = \"so, too\"";
    waived.more +=
        "\n[preflight]\nwaive = { " + trip.net + " = \"agreed with <Ann>\"" + also + " }\n";
    prepare(waived);
    const Finished through =
        preflight(place, {"a.toml", "--junit", "a.xml", "--summary", "a.md", "--format", "github"});
    CAPTURE(through.output, through.errors);
    CHECK(through.exit_code == 0);
    CHECK_THAT(through.output, Catch::Contains("WAIVED") &&
                                   Catch::Contains("waived: agreed with <Ann>") &&
                                   Catch::Contains("::notice file=a.toml"));
    CHECK_THAT(place.content("a.xml"), Catch::Contains("waived: agreed with &lt;Ann&gt;"));
    CHECK_THAT(place.content("a.md"), Catch::Contains("waived: agreed with \\<Ann\\>"));
    CHECK(junit_violations(place.content("a.xml")) == Words{});
  }
}

TEST_CASE("a waiver wants a reason and a name that is one", "[end_to_end]") {
  const Workplace place;
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"no-stop-conditon = \"x\"", "no-stop-condition"},
      {"all-targets = \"\"", "is empty; it must be a reason"},
      {"all-targets = \" \"", "is blank; it must be a reason"},
      {"all-targets = true", "a reason in quotes"},
  };
  for (const auto& [waiver, sentence] : cases) {
    write(place, "a", {.more = "\n[preflight]\nwaive = { " + waiver + " }\n"});
    const Finished refused = preflight(place, {"a.toml"});
    CAPTURE(waiver);
    CHECK(refused.exit_code == 104);
    CHECK_THAT(refused.errors, Catch::Contains("a.toml:32:") && Catch::Contains(sentence));
  }
}

TEST_CASE("a waiver that nothing needs is said to be none", "[end_to_end]") {
  const Workplace place;
  write(place, "a", {.more = "\n[preflight]\nwaive = { no-rollback = \"x\" }\n"});

  const Finished gate = preflight(place, {"a.toml"});

  CHECK(gate.exit_code == 0);
  CHECK(gate.output.find("no-rollback") == std::string::npos);
  CHECK_THAT(gate.errors, Catch::Contains("nothing needs the waiver of 'no-rollback'"));
}

TEST_CASE("while gates are frozen nothing is run and nothing passes", "[end_to_end]") {
  const Workplace place;
  write(place, "a", {.replications = 1'000'000});

  const Finished frozen =
      preflight(place, {"a.toml", "missing.toml", "--junit", "a.xml", "--summary", "a.md"},
                {"REHEARSE_FREEZE=big sale until Monday"});

  CHECK(frozen.exit_code == 99);
  CHECK_THAT(frozen.output, Catch::StartsWith("FAIL          a.toml: frozen: nothing passes while "
                                              "REHEARSE_FREEZE is set: big sale until Monday\n"));
  CHECK(junit_violations(place.content("a.xml")) == Words{});
  CHECK_THAT(place.content("a.xml"), Catch::Contains("big sale until Monday"));
  CHECK_THAT(place.content("a.md"), Catch::Contains("big sale until Monday"));
  write(place, "a", {});
  CHECK(preflight(place, {"a.toml"}, {"REHEARSE_FREEZE="}).exit_code == 0);
}

TEST_CASE("an interrupted gate says so of all that it did not run", "[end_to_end]") {
  const Workplace place;
  write(place, "long", {.replications = 1'000'000});
  write(place, "a", {});

  const Finished gate =
      preflight(place, {"long.toml", "a.toml", "--junit", "a.xml"}, {}, [](int process) {
        ::usleep(1'500'000);
        ::kill(process, SIGINT);
      });

  CHECK(gate.exit_code == 105);
  CHECK_THAT(gate.output, Catch::Contains("ERROR         long.toml: interrupted: ") &&
                              Catch::Contains("ERROR         a.toml: not run: interrupted"));
  CHECK(junit_violations(place.content("a.xml")) == Words{});
}

}  // namespace rehearse
