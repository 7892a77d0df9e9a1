#include "studies/recorded_load.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "models/replication.hpp"
#include "studies/arm_recorder.hpp"
#include "studies/verdict.hpp"
#include "tests/support/small_models.hpp"

namespace rehearse {
namespace {

using testing::add_poisson;
using testing::constant;
using testing::quiet;

/// A calibrated service of two instances that was seen with 20 visits a second, 10 ms each, and
/// whose limit nobody knows: a tenth of an Erlang at each instance.
ModelSpec recorded_model() {
  ModelSpec model = testing::station(constant(0.010), std::nullopt);
  model.services["station"].instances = 2;
  model.services["station"].highest_recorded = {0.1, 0.1, 200, Duration::seconds(10)};
  model.evidence["services.station.workers"] = {Basis::assumed, 0, ""};
  add_poisson(model, 20);
  return model;
}

ArmRecord run_of(const ModelSpec& model, const ExperimentSpec& experiment) {
  const System system(model, experiment);
  const std::vector<ObjectiveSpec> none;
  ArmRecord arm(system.layout());
  ArmRecorder recorder(arm, none);
  for (std::uint64_t i = 0; i < 100; ++i) {
    recorder.add(run_replication(system, {.study = 8, .replication = i}));
  }
  return arm;
}

std::vector<UnknownCapacity> unknown_after(const ModelSpec& model,
                                           const ExperimentSpec& experiment = quiet(60)) {
  return unknown_capacities(model, run_of(model, experiment));
}

FaultSpec fault(const FaultKind& kind) {
  FaultSpec made = testing::fault_at_station("it", kind, 30, 10);
  return made;
}

/// Ten seconds of 1,500 times the arrivals, exactly a load window.
ExperimentSpec a_day_with_a_spike() {
  ExperimentSpec experiment = quiet(86'400);
  FaultSpec spike = fault(LoadSpike{1'500});
  spike.target = {};
  spike.at = Duration::seconds(40'000);
  experiment.faults = {spike};
  return experiment;
}

}  // namespace

TEST_CASE("the recorded load is known, and so is less of it", "[studies]") {
  CHECK(unknown_after(recorded_model()).empty());
  ModelSpec half = recorded_model();
  add_poisson(half, 10);
  CHECK(unknown_after(half).empty());
}

TEST_CASE("more load than was recorded is measured, whatever it comes from", "[studies]") {
  SECTION("arrivals") {
    ModelSpec model = recorded_model();
    add_poisson(model, 60);
    const auto unknown = unknown_after(model);
    REQUIRE(unknown.size() == 1);
    CHECK(*unknown[0].work_ratio == Approx(3).epsilon(0.1));
    CHECK(*unknown[0].inside_ratio == Approx(3).epsilon(0.1));
  }
  SECTION("fewer instances") {
    ModelSpec model = recorded_model();
    model.services["station"].instances = 1;
    CHECK(*unknown_after(model).at(0).work_ratio == Approx(2).epsilon(0.1));
  }
  SECTION("a dead instance, for ten seconds") {
    ExperimentSpec experiment = quiet(60);
    FaultSpec kill = fault(InstanceKill{.detected_after = Duration()});
    kill.target.mode = TargetSpec::Mode::one;
    kill.duration = Duration::seconds(25);
    experiment.faults = {kill};
    CHECK(*unknown_after(recorded_model(), experiment).at(0).work_ratio == Approx(2).epsilon(0.1));
  }
  SECTION("a slow-down") {
    ExperimentSpec experiment = quiet(60);
    experiment.faults = {fault(SlowDown{4})};
    CHECK(*unknown_after(recorded_model(), experiment).at(0).work_ratio == Approx(4).epsilon(0.1));
  }
  SECTION("a load spike shorter than the windows of the series") {
    ExperimentSpec experiment = quiet(600);
    experiment.window = Duration::minutes(10);
    FaultSpec spike = fault(LoadSpike{3});
    spike.target = {};
    spike.target.workload = "load";
    experiment.faults = {spike};
    CHECK(*unknown_after(recorded_model(), experiment).at(0).work_ratio == Approx(3).epsilon(0.1));
  }
  SECTION("a slow callee, which keeps requests inside") {
    ModelSpec model = recorded_model();
    testing::add_service(model, "behind", {testing::work(constant(0.030))});
    model.services["station"].endpoints["serve"].behaviours[0].steps.push_back(
        testing::call("behind"));
    const auto unknown = unknown_after(model);
    REQUIRE(unknown.size() == 1);
    CHECK(*unknown[0].work_ratio == Approx(1).epsilon(0.15));
    CHECK(*unknown[0].inside_ratio == Approx(4).epsilon(0.15));
  }
  SECTION("one canary that gets half") {
    ExperimentSpec experiment = quiet(60);
    RolloutSpec rollout;
    rollout.service = "station";
    rollout.canary_instances = 1;
    rollout.steps = {SetWeight{90}, Pause{Duration::seconds(100)}};
    experiment.rollout = rollout;
    CHECK(*unknown_after(recorded_model(), experiment).at(0).work_ratio ==
          Approx(1.8).epsilon(0.1));
  }
}

TEST_CASE("who gives the limit, or whose limit was learned, is asked for nothing", "[studies]") {
  ModelSpec model = recorded_model();
  add_poisson(model, 60);
  SECTION("workers") {
    model.services["station"].workers = 4;
  }
  SECTION("that there is none") {
    model.evidence["services.station.workers"].basis = Basis::given;
  }
  SECTION("no evidence: a person wrote it") {
    model.evidence.clear();
  }
  CHECK(unknown_after(model).empty());
}

TEST_CASE("cores are no workers: who gives those has not said how many work", "[studies]") {
  ModelSpec model = recorded_model();
  add_poisson(model, 60);
  model.services["station"].cpu = CpuSpec{4};
  CHECK(unknown_after(model).size() == 1);
}

TEST_CASE("a model that does not say what was recorded cannot vouch for any load", "[studies]") {
  ModelSpec model = recorded_model();
  model.services["station"].highest_recorded.reset();
  CHECK(text_of(unknown_after(model).at(0)) == "station (no recorded load)");

  // Of 0.1.0 at least the visits are known: 200 in 10 s at two instances.
  model.provenance.window = "2001-09-09T01:46:40Z/PT10S";
  model.evidence["services.station.instances"] = {Basis::observed, 200, ""};
  add_poisson(model, 200);
  CHECK(*unknown_after(model).at(0).visits_ratio == Approx(10).epsilon(0.05));
}

TEST_CASE("one slow instance among many is not averaged away", "[studies]") {
  ModelSpec model = recorded_model();
  model.services["station"].instances = 10;
  add_poisson(model, 100);
  FaultSpec slow = fault(SlowDown{1.8});
  slow.target.mode = TargetSpec::Mode::fixed;
  slow.target.value = 1;
  ExperimentSpec experiment = quiet(60);
  experiment.faults = {slow};

  const auto unknown = unknown_after(model, experiment);

  CHECK(unknown_after(model).empty());
  REQUIRE(unknown.size() == 1);
  CHECK(*unknown[0].work_ratio == Approx(1.8).epsilon(0.1));
}

TEST_CASE("what goes beyond the recording now and then is not averaged away", "[studies]") {
  ModelSpec model = recorded_model();
  add_poisson(model, 20);
  ExperimentSpec experiment = quiet(60);
  ObjectiveSpec fast;
  fast.name = "fast";
  fast.expect.aggregate = Aggregate::quantile;
  fast.expect.level = 0.99;
  fast.expect.threshold = 1;
  experiment.objectives = {fast};
  const auto verdict_of = [&](const ModelSpec& judged) {
    const System system(judged, experiment);
    ArmRecord arm(system.layout());
    ArmRecorder recorder(arm, experiment.objectives);
    for (std::uint64_t i = 0; i < 300; ++i) {
      recorder.add(run_replication(system, {.study = 9, .replication = i}));
    }
    CHECK(unknown_capacities(judged, arm).empty());
    return judge_objectives(experiment.objectives, arm, nullptr,
                            {unknown_capacities(judged, arm), {}, {}})
        .at(0);
  };
  CHECK(verdict_of(model).verdict == Verdict::pass);

  // A batch of 1,000 requests comes in one of ten runs: six times the recorded work for ten
  // seconds, and 1.08 times on average.
  WorkloadSpec nightly;
  nightly.mix[{"station", "serve"}] = 1;
  nightly.arrivals = BatchSpec{{1.0 / 600}, {.mean = 1'000, .weights = {}}};
  model.workloads["nightly"] = nightly;
  const ObjectiveResult result = verdict_of(model);

  CHECK(result.verdict == Verdict::inconclusive);
  CHECK_THAT(result.reason, Catch::Contains("station (in "));
}

TEST_CASE("how many times the recorded load is said without an exponent", "[studies]") {
  CHECK(text_of({"db", 2.4312, 1.0, {}}) == "db (2.43 times the recorded work)");
  CHECK(text_of({"db", 1.0, 1012.0, {}}) == "db (1,010 times the recorded requests inside)");
  CHECK(text_of({"db", {}, {}, 99'960.0}) == "db (100,000 times the recorded visits)");
  CHECK(text_of({"db", {}, {}, {}}) == "db (no recorded load)");
}

TEST_CASE("a short peak in a run of a day is not averaged away", "[studies]") {
  ModelSpec model = recorded_model();
  add_poisson(model, 0.05);
  const ExperimentSpec experiment = a_day_with_a_spike();

  CHECK(System(model, experiment).layout().load_windows_merged == 1);
  CHECK(unknown_after(model, experiment).size() == 1);
}

TEST_CASE("of windows that are too many the highest of neighbours is kept", "[studies]") {
  ModelSpec model = recorded_model();
  add_poisson(model, 0.05);
  for (int i = 0; i < 999; ++i) {
    testing::add_service(model, "idle " + std::to_string(i), {testing::work(constant(0.001))});
  }
  const System system(model, a_day_with_a_spike());
  const OutcomeLayout& layout = system.layout();

  const Outcome outcome = run_replication(system, {.study = 8, .replication = 0});

  CHECK(layout.load_windows_merged == 3);
  CHECK(layout.load_windows == 2'880);
  CHECK(outcome.load.size() == 2'880 * layout.services.size() * load_groups);
  float highest = 0;
  for (const LoadSample& sample : outcome.load) highest = std::max(highest, sample.work);
  // 75 a second on two instances, 10 ms each: three eighths of an Erlang, over 750 visits.
  CHECK(highest == Approx(0.375).epsilon(4 / std::sqrt(750.)));
}

}  // namespace rehearse
