#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "models/checks/assumed_limit.hpp"
#include "models/checks/mistakes.hpp"
#include "scenarios/explain.hpp"
#include "scenarios/scenario.hpp"
#include "scenarios/write.hpp"
#include "sim/error.hpp"

using namespace rehearse;

namespace {

const std::string samples = REHEARSE_SOURCE_DIR "/scenarios/samples/";

/// A folder of its own for one test, gone afterwards.
class Folder {
 public:
  explicit Folder(const std::string& name)
      : path_(std::filesystem::temp_directory_path() / ("rehearse_" + name)) {
    std::filesystem::create_directories(path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name) << text;
    return (path_ / name).string();
  }
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

const std::string small_model = R"(rehearse_model = 1
[workloads.users]
arrivals = { replay = { file = "arrivals.csv", repeat = true, period = "10s" } }
[[services.web.endpoints.Get.behaviours]]
steps = [{ work = { lognormal = { median = "1ms", p99 = "10ms" } } }]
)";

}  // namespace

TEST_CASE("overrides replace values of the model, and their origin is known", "[scenarios]") {
  const Scenario scenario = load_scenario(samples + "black_friday.toml");

  CHECK(scenario.model.services.at("catalog").instances == 8);
  CHECK(scenario.model.services.at("payment").placement.zones ==
        std::vector<std::string>{"a", "b", "c"});
  CHECK(scenario.origins.at("services.catalog.instances").overridden);
  CHECK(scenario.origins.at("services.catalog.instances").line == 13);
  CHECK_FALSE(scenario.origins.at("services.catalog.workers").overridden);
  CHECK(scenario.origins.count("scenario.seed") == 0);
  CHECK(scenario.seed == 1);
  CHECK(scenario.experiment.window == Duration::seconds(16));
}

TEST_CASE("the keys of a scenario reach its spec", "[scenarios]") {
  const Scenario scenario = load_scenario(samples + "slow_payments.toml");

  REQUIRE(scenario.experiment.faults.size() == 1);
  const FaultSpec& fault = scenario.experiment.faults[0];
  REQUIRE(std::holds_alternative<LatencyFault>(fault.kind));
  CHECK(fault.target.service == "payment");
  CHECK(fault.target.mode == TargetSpec::Mode::fixed_percent);
  CHECK(fault.target.value == 30);
  CHECK(fault.at == Duration::minutes(5));
  CHECK(fault.duration == Duration::minutes(10));
  CHECK(std::get<LatencyFault>(fault.kind).delay ==
        LawSpec{Duration(), LognormalSpec{Duration::milliseconds(400), 0.6}});
  REQUIRE(scenario.experiment.stop_conditions.size() == 1);
  CHECK(scenario.experiment.stop_conditions[0].for_duration == Duration::minutes(2));
  CHECK(scenario.experiment.stop_conditions[0].scrape ==
        ScrapeSpec{Duration::seconds(15), Duration::seconds(30)});
  REQUIRE(scenario.experiment.objectives.size() == 4);
  CHECK(scenario.experiment.objectives[0].probability == 0.95);
  CHECK(scenario.experiment.objectives[2].over ==
        IntervalSpec{IntervalSpec::Kind::custom, Duration::minutes(5), Duration::minutes(15)});
  CHECK(scenario.experiment.objectives[3].probability == 0.95);
  CHECK(find_mistakes(scenario.model, scenario.experiment).empty());
}

TEST_CASE("explain names the origin of every value, and resolved counts", "[scenarios]") {
  const std::string text = explain(load_scenario(samples + "slow_payments.toml"));

  const auto has = [&](const std::string& line) { return text.find(line) != std::string::npos; };
  CHECK(has("target.mode = \"fixed-percent\"  # " + samples +
            "slow_payments.toml:22; 30 % of 6 instances = 2\n"));
  CHECK(has("arrivals.poisson.rate = \"100/s\"  # " + samples + "slow_payments.toml:17 [set]\n"));
  CHECK(has("load_balancer.choice_count = 2  # default\n"));
  CHECK(has("window = \"18s\"  # default: a sixtieth of what is measured\n"));
  CHECK(has("workers = 32  # " + samples + "shop.model.toml:30\n"));
}

TEST_CASE("explain once left open what defaults come to that follow from other values",
          "[scenarios]") {
  const std::string text = explain(load_scenario(samples + "slow_payments.toml"));

  const auto has = [&](const std::string& line) { return text.find(line) != std::string::npos; };
  CHECK(has("# retry.max_backoff is not set  # default; ten times base_backoff: 250ms\n"));
  CHECK(has("# network_latency is not set  # default; that of [network]\n"));
}

TEST_CASE("what explain prints says the same as the files", "[scenarios]") {
  const Folder folder("explain");
  for (const std::string name : {"slow_payments", "canary", "black_friday"}) {
    const Scenario scenario = load_scenario(samples + name + ".toml");
    // The printed text is a model and a scenario in one; a model may not hold scenario keys.
    std::string text = explain(scenario);
    const std::size_t model_start = text.find("\n[provenance]");
    std::string model = "rehearse_model = 1\n" + text.substr(model_start);
    std::string frame = text.substr(0, model_start);
    frame.erase(frame.find("rehearse_model"),
                frame.find('\n', frame.find("rehearse_model")) - frame.find("rehearse_model"));
    const std::string old_model = "model = \"" + scenario.model_path + "\"";
    frame.replace(frame.find(old_model), old_model.size(), "model = \"model.toml\"");
    folder.write("model.toml", model);

    const Scenario again = load_scenario(folder.write("scenario.toml", frame));

    CHECK(again.experiment == scenario.experiment);
    CHECK(again.model == scenario.model);
  }
}

TEST_CASE("recorded arrivals are read beside the model", "[scenarios]") {
  const Folder folder("arrivals");
  folder.write("arrivals.csv",
               "offset_seconds,endpoint\n0,web/Get\n0.000000001,web/Get\n\n1.5,web/Get\n");

  const Model model = load_model(folder.write("small.model.toml", small_model));

  const auto& replay = std::get<ReplaySpec>(model.spec.workloads.at("users").arrivals);
  REQUIRE(replay.arrivals.size() == 3);
  CHECK(replay.arrivals[1].offset == Duration::nanoseconds(1));
  CHECK(replay.arrivals[2].offset == Duration::milliseconds(1500));
  CHECK(replay.arrivals[2].endpoint == "web/Get");
  CHECK(replay.period == Duration::seconds(10));
}

TEST_CASE("a percentile of a lognormal law becomes its sigma", "[scenarios]") {
  const Folder folder("sigma");
  folder.write("arrivals.csv", "0,web/Get\n");

  const Model model = load_model(folder.write("small.model.toml", small_model));

  const auto& endpoint = model.spec.services.at("web").endpoints.at("Get");
  const auto& work = std::get<WorkSpec>(endpoint.behaviours[0].steps[0].action);
  const auto& law = std::get<LognormalSpec>(work.duration.form);
  // ln 10 / 2.3263478740408408
  CHECK(law.sigma == Approx(0.98978537072).epsilon(1e-10));
}

TEST_CASE("files that cannot be read are mistakes of the user", "[scenarios]") {
  CHECK_THROWS_AS(load_scenario("/nowhere/at/all.toml"), InvalidInput);
  CHECK_THROWS_AS(load_model("/"), InvalidInput);
  CHECK_THROWS_AS(load_model("/dev/zero"), InvalidInput);
}

TEST_CASE("a document of seventeen megabytes is refused unread", "[scenarios]") {
  const Folder folder("large");
  const std::string path = folder.write("large.toml", "");
  std::filesystem::resize_file(path, 17u << 20);

  CHECK_THROWS_WITH(load_scenario(path), Catch::Contains("16 MiB"));
}

namespace {

const std::string model_with_a_bank =
    "rehearse_model = 1\n[workloads.users]\narrivals = { poisson = { rate = \"10/s\" } }\n"
    "mix = { \"web/Get\" = 1 }\n[services.web]\nplacement = { zones = [\"a\", \"b\"] }\n"
    "[services.web.calls.bank]\ntimeout = \"1s\"\nretry = { max_attempts = 3 }\n"
    "[[services.web.endpoints.Get.behaviours]]\nsteps = [ { work = \"1ms\" }, "
    "{ call = \"bank/Pay\" } ]\n[services.bank]\nqueue = { discipline = \"lifo\" }\n"
    "[[services.bank.endpoints.Pay.behaviours]]\nsteps = [ { work = \"10ms\" } ]\n";

/// A scenario of ten minutes with the small model.
Scenario scenario_with_a_bank(const Folder& folder, const std::string& rest) {
  folder.write("small.model.toml", model_with_a_bank);
  return load_scenario(folder.write(
      "small.toml",
      "rehearse = 1\n[scenario]\nname = \"s\"\nmodel = \"small.model.toml\"\nduration = \"10m\"\n" +
          rest));
}

}  // namespace

TEST_CASE("setting a whole service once threw away what it did not say", "[scenarios]") {
  const Folder folder("set_whole");
  const Scenario scenario = scenario_with_a_bank(
      folder,
      "[set]\n\"services.bank\" = { instances = 2, queue = { capacity = 5 } }\n"
      "\"services.web.calls.bank\" = { timeout = \"2s\" }\n"
      "\"workloads.users\" = { arrivals = { closed_loop = { users = 3, think_time = "
      "\"1s\" } } }\n");

  const ServiceSpec& bank = scenario.model.services.at("bank");
  CHECK(bank.instances == 2);
  CHECK(bank.queue == QueueSpec{5, LifoQueue{}});
  CHECK(bank.endpoints.count("Pay") == 1);
  const ClientSpec& client = scenario.model.services.at("web").calls.at("bank");
  CHECK(client.timeout == Duration::seconds(2));
  CHECK(client.retry.value_or(RetrySpec{}).max_attempts == 3);
  const WorkloadSpec& users = scenario.model.workloads.at("users");
  CHECK(std::holds_alternative<ClosedLoopSpec>(users.arrivals));
  CHECK(users.mix.size() == 1);
}

TEST_CASE("explain once left out the defaults of steps, and what a fault does", "[scenarios]") {
  const Folder folder("explain_all");
  const std::string text = explain(scenario_with_a_bank(
      folder,
      "[[faults]]\nname = \"kill\"\nkind = \"instance_kill\"\ntarget = { service = \"bank\" }\n"
      "at = \"2m\"\nduration = \"1m\"\n"));

  const auto has = [&](const std::string& part) { return text.find(part) != std::string::npos; };
  CHECK(has("{ call = \"bank/Pay\", probability = 1, on_error = \"fail\", tolerated = 0 }"));
  CHECK(has("{ work = \"1ms\" }"));
  CHECK(has("detected_after = \"10s\"  # default"));
  CHECK(has("connections are reset"));
}

TEST_CASE("explain shows the defaults of a discipline beside it, and beside no other",
          "[scenarios]") {
  const Folder folder("explain_discipline");
  const auto explained = [&](const std::string& queue) {
    return explain(
        scenario_with_a_bank(folder, "[set]\n\"services.bank.queue\" = " + queue + "\n"));
  };

  const std::string with = explained("{ discipline = \"codel\", interval = \"50ms\" }");
  CHECK_THAT(with, Catch::Contains("discipline = \"codel\"") &&
                       Catch::Contains("target = \"5ms\"  # default") &&
                       Catch::Contains("interval = \"50ms\"  # "));
  CHECK_THAT(explained("{ discipline = \"fifo\" }"), !Catch::Contains("target = \"5ms\""));
}

TEST_CASE("a written model says of a discipline what is no default", "[scenarios]") {
  ModelSpec model = parse_model(model_with_a_bank, "small.model.toml");
  QueueSpec& queue = model.services.at("bank").queue;
  queue.discipline = CodelSpec{};
  CHECK_THAT(write_model(model), Catch::Contains("queue = { discipline = \"codel\" }"));
  queue.discipline = CodelSpec{.target = Duration::milliseconds(20)};
  CHECK_THAT(write_model(model),
             Catch::Contains("queue = { discipline = \"codel\", target = \"20ms\" }"));
}

TEST_CASE("what is allowed and probably not meant is said", "[scenarios]") {
  const Folder folder("doubts");
  const auto doubts = [&](const std::string& rest) {
    return scenario_with_a_bank(folder, rest).doubts;
  };
  const std::string fault = "[[faults]]\nname = \"f\"\nat = \"2m\"\nduration = \"1m\"\nkind = ";

  const auto small =
      doubts(fault + "\"abort\"\ntarget = { service = \"bank\" }\npercentage = 0.3\n");
  REQUIRE(small.size() == 1);
  CHECK_THAT(small[0],
             Catch::Contains("'f' is 0.3 percent") && Catch::Contains("30 would be 30 %"));
  CHECK(doubts(fault + "\"abort\"\ntarget = { service = \"bank\" }\npercentage = 3\n").empty());

  const auto idle = doubts(fault + "\"abort\"\ntarget = { service = \"bank\" }\npercentage = 0\n");
  REQUIRE(idle.size() == 1);
  CHECK_THAT(idle[0], Catch::Contains("'f' meets 0 %"));

  const std::string lonely =
      "[set]\n\"services.web.endpoints.Get.behaviours[0].steps\" = [{ work = \"1ms\" }]\n";
  const auto unfelt =
      doubts(lonely + fault + "\"abort\"\ntarget = { service = \"bank\" }\npercentage = 5\n");
  REQUIRE(unfelt.size() == 1);
  CHECK_THAT(unfelt[0], Catch::Contains("no request comes to what the fault 'f' meets"));

  const auto silent = doubts(fault + "\"zone_down\"\ntarget = { zone = \"a\" }\n");
  REQUIRE(silent.size() == 1);
  CHECK_THAT(silent[0], Catch::EndsWith("wait for ever: users -> web"));
  CHECK(doubts("[set]\n\"workloads.users.calls.web.timeout\" = \"1s\"\n" + fault +
               "\"zone_down\"\ntarget = { zone = \"a\" }\n")
            .empty());

  const std::string objective =
      "[[objectives]]\nname = \"o\"\nexpect = \"mean(utilization{service='bank'}) < 80%\"\n";
  const auto unmeasured = doubts(objective);
  REQUIRE(unmeasured.size() == 1);
  CHECK_THAT(unmeasured[0], Catch::Contains("'bank', which is never measured"));
  CHECK(doubts("[set]\n\"services.bank.workers\" = 2\n" + objective).empty());
}

namespace {

const std::string calibrated_model = R"(rehearse_model = 1
[workloads.users]
arrivals = { poisson = { rate = "1/s" } }
mix = { "web/Get" = 1 }
[services.web.calls.ads]
[[services.web.endpoints.Get.behaviours]]
steps = [{ work = "1ms" }, { call = "ads/Get" }]
[[services.ads.endpoints.Get.behaviours]]
steps = [{ work = "1ms" }]
[evidence]
"services.web.workers" = { basis = "assumed", n = 0 }
"services.ads.workers" = { basis = "assumed", n = 0 }
"services.web.calls.ads.on_error" = { basis = "assumed", n = 9 }
"workloads.users.mix.\"web/Get\"" = { basis = "observed", n = 9 }
)";

Scenario with_set(const Folder& folder, const std::string& set) {
  folder.write("m.model.toml", calibrated_model);
  return load_scenario(folder.write("s.toml", R"(rehearse = 1
[scenario]
name = "s"
model = "m.model.toml"
duration = "10s"
[[faults]]
name = "down"
kind = "instance_kill"
target = { service = "ads" }
at = "1s"
duration = "1s"
[set]
)" + set));
}

}  // namespace

TEST_CASE("what a scenario sets is given, and no longer assumed", "[scenarios]") {
  const Folder folder("given_by_set");
  const auto basis = [](const Scenario& scenario, const std::string& path) {
    return scenario.model.evidence.at(path).basis;
  };

  const Scenario none = with_set(folder, "");
  const Scenario value = with_set(folder, "\"services.web.workers\" = \"unlimited\"\n");
  const Scenario table = with_set(folder, "\"services.ads\" = { workers = \"unlimited\" }\n");
  const Scenario whole = with_set(folder, "\"workloads.users.mix\" = { \"ads/Get\" = 1 }\n");
  const Scenario beside = with_set(folder, "\"services.web.calls.ads.timeout\" = \"1s\"\n");

  ModelSpec forgetful = none.model;
  forgetful.evidence.clear();

  CHECK(limit_is_assumed(none.model, "web"));
  CHECK_FALSE(limit_is_assumed(forgetful, "web"));  // nobody calibrated it
  forgetful.provenance.calibrated_by = "rehearse";
  CHECK(limit_is_assumed(forgetful, "web"));
  CHECK_FALSE(limit_is_assumed(value.model, "web"));
  CHECK(limit_is_assumed(value.model, "ads"));
  CHECK_FALSE(limit_is_assumed(table.model, "ads"));
  CHECK(basis(table, "services.web.calls.ads.on_error") == Basis::assumed);
  CHECK(basis(whole, "workloads.users.mix.\"web/Get\"") == Basis::given);
  CHECK(basis(beside, "services.web.calls.ads.on_error") == Basis::assumed);
  CHECK(basis(beside, "workloads.users.mix.\"web/Get\"") == Basis::observed);
}

TEST_CASE("explain says beside a fault which callers were never seen to meet a failure",
          "[scenarios]") {
  const Folder folder("untried_explained");

  const std::string text = explain(with_set(folder, ""));
  const std::string ignored =
      explain(with_set(folder,
                       "\"services.web.endpoints.Get.behaviours[0].steps[1].on_error\" = "
                       "\"ignore\"\n"));

  CHECK_THAT(text, Catch::Contains("that callers fail too is assumed: web -> ads"));
  CHECK_THAT(ignored, !Catch::Contains("web -> ads"));
}
