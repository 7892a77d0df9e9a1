#include "studies/readings.hpp"

#include <catch2/catch.hpp>

#include "models/checks/mistakes.hpp"
#include "studies/deciding_values.hpp"
#include "studies/recorded_readings.hpp"
#include "studies/study_run.hpp"
#include "tests/support/small_models.hpp"

namespace rehearse {
namespace {

using testing::add_poisson;
using testing::add_service;
using testing::call;
using testing::constant;
using testing::quiet;
using testing::work;

/// "calibrated" from 20 requests a second to a page, 50 ms each at ads: one Erlang there. Two
/// workers at least must be at work, or the recording would have shown a queue.
ModelSpec learned_model() {
  ModelSpec model;
  model.provenance.calibrated_by = "rehearse 0.2.0";
  add_service(model, "ads", {work(constant(0.050))}).highest_recorded = {1.2, 1.2, 200,
                                                                         Duration::seconds(10)};
  add_service(model, "page", {call("ads")});
  add_poisson(model, 20, "page");
  model.evidence["services.ads.workers"] = {Basis::assumed, 0, ""};
  model.evidence["services.page.workers"] = {Basis::given, 0, ""};
  model.evidence["services.page.calls.ads.on_error"] = {Basis::given, 0, ""};
  model.evidence["services.page.calls.ads.timeout"] = {Basis::given, 0, ""};
  return model;
}

void make_open(ModelSpec& model, const std::string& path) {
  model.evidence[path].basis = Basis::assumed;
}

ObjectiveSpec objective(const std::string& expected) {
  ObjectiveSpec made;
  made.name = "it";
  made.expect = std::get<MetricCondition>(parse_condition(expected));
  made.over.kind = IntervalSpec::Kind::fault;
  made.probability = 0.9;
  return made;
}

const std::string fast = "p99(latency{workload='load'}) < 200ms";
const std::string good = "error_ratio{workload='load'} < 5%";

ExperimentSpec with_fault(const FaultKind& kind, const std::string& service,
                          const std::string& expected) {
  ExperimentSpec experiment = quiet(40);
  FaultSpec fault = testing::fault_at_station("it", kind, 10, 20);
  fault.target = {};
  fault.target.service = service;
  if (service.empty()) fault.target.workload = "load";
  experiment.faults = {fault};
  experiment.objectives = {objective(expected)};
  return experiment;
}

constexpr std::uint64_t replications = 40;  // none missed: 0.088 at most

StudyWatch nobody_watches() {
  return {.cancelled = [] { return false; },
          .begins_arm = [](int) {},
          .reached = [](Time) {},
          .finished = [](std::uint64_t) {}};
}

Study study_of(const ModelSpec& model, const ExperimentSpec& experiment) {
  REQUIRE(find_mistakes(model, experiment).empty());
  StudySettings settings;
  settings.replications = replications;
  settings.seed = 11;
  StudyRun run(model, experiment, settings, nobody_watches());
  StudyInformation information;
  information.seed = settings.seed;
  information.replications_planned = replications;
  Study study = run.empty_study(std::move(information));
  run.add(study, 0, replications, 1);
  return study;
}

/// With the readings of the same model.
Study read_study(
    const ModelSpec& model, const ExperimentSpec& experiment,
    const std::function<bool()>& cancelled = [] { return false; }) {
  Study study = study_of(model, experiment);
  study.open = search_readings(study, {.model = model,
                                       .recorded = model,
                                       .experiment = experiment,
                                       .seed = 11,
                                       .cancelled = cancelled})
                   .risks;
  return study;
}

ObjectiveResult judged(const Study& study) {
  return findings_of(study).objectives.at(0);
}

}  // namespace

TEST_CASE("too few workers that a recording would have shown are repaired", "[studies]") {
  const ModelSpec model = learned_model();
  const ExperimentSpec experiment = quiet(20);
  const ReadingSettings settings{
      .model = model, .recorded = model, .experiment = experiment, .seed = 5, .cancelled = [] {
        return false;
      }};
  OpenValue limit;
  limit.service = "ads";
  limit.least_workers = 1;
  const OpenValue timeout{OpenValue::Kind::timeout, "page", "ads"};

  const RecordedEnds ends = recorded_ends({limit, timeout}, settings);

  // An M/D/c station of one Erlang: of two workers the p50 is as with many, and the p99 half as
  // long again; five are as good as unlimited.
  CHECK(ends.least_workers.at("ads").count >= 3);
  CHECK(ends.least_workers.at("ads").count <= 5);
  CHECK(ends.short_timeouts.at(timeout.edge()) == Duration::seconds(1));
}

TEST_CASE("a model that asks for more than was recorded repairs nothing", "[studies]") {
  const ModelSpec model = learned_model();
  ModelSpec edited = model;
  add_poisson(edited, 200, "page");
  const ExperimentSpec experiment = quiet(20);
  OpenValue limit;
  limit.service = "ads";
  limit.least_workers = 2;

  const RecordedEnds ends = recorded_ends(
      {limit}, {.model = edited, .recorded = edited, .experiment = experiment, .cancelled = [] {
                  return false;
                }});

  CHECK(ends.least_workers.at("ads").count == 2);
}

TEST_CASE("limits that decide about a spike are named, with where they flip", "[studies]") {
  const Study study = read_study(learned_model(), with_fault(LoadSpike{6}, "", fast));

  const ObjectiveResult result = judged(study);
  CHECK(result.experiment.missed == 0);
  CHECK(result.verdict == Verdict::inconclusive);
  REQUIRE(result.open);
  CHECK(result.open->hopeful.missed == 0);
  CHECK(result.open->fearful.missed == replications);
  CHECK(result.open->tried == 3);
  // Six Erlangs.
  CHECK_THAT(result.open->decides, Catch::Contains("an instance of ads has (missed with") &&
                                       Catch::Contains(", met with"));
  CHECK_THAT(result.reason, Catch::Contains("services.ads.workers"));
}

TEST_CASE("a pass that every reading confirms is one", "[studies]") {
  const Study study = read_study(learned_model(), with_fault(LoadSpike{1.1}, "", fast));

  const ObjectiveResult result = judged(study);
  CHECK(result.verdict == Verdict::pass);
  REQUIRE(result.open);
  CHECK(result.open->tried == 3);
  CHECK(result.open->fearful.replications == replications);
  CHECK(result.open->decides.empty());
}

TEST_CASE("a fail that every reading confirms is one", "[studies]") {
  const Study study = read_study(learned_model(), with_fault(SlowDown{9}, "ads", fast));

  const ObjectiveResult result = judged(study);
  CHECK(result.verdict == Verdict::fail);
  CHECK(result.open->hopeful.missed == replications);
}

TEST_CASE("what callers do about failures decides about an abort", "[studies]") {
  ModelSpec model = learned_model();
  make_open(model, "services.page.calls.ads.on_error");

  const Study study = read_study(model, with_fault(AbortFault{50}, "ads", good));

  const ObjectiveResult result = judged(study);
  CHECK(result.experiment.missed == replications);
  CHECK(result.verdict == Verdict::inconclusive);
  CHECK(result.open->tried == 6);
  CHECK(result.open->decides == "whether page survives failed calls to ads");
  CHECK_THAT(result.open->settle, Catch::Contains("services.page.calls.ads.on_error") &&
                                      Catch::Contains("calls that fail"));
}

TEST_CASE("a timeout that nobody saw decides about errors under a delay", "[studies]") {
  ModelSpec model = learned_model();
  make_open(model, "services.page.calls.ads.timeout");

  const Study study = read_study(model, with_fault(LatencyFault{constant(3), 50}, "ads", good));

  const ObjectiveResult result = judged(study);
  CHECK(result.experiment.missed == 0);
  CHECK(result.verdict == Verdict::inconclusive);
  CHECK(result.open->decides == "whether page gives up calls to ads after 1s");
}

TEST_CASE("two open values that decide only together are both named", "[studies]") {
  ModelSpec model = learned_model();
  make_open(model, "services.page.calls.ads.timeout");
  make_open(model, "services.page.calls.ads.on_error");
  const ExperimentSpec experiment = with_fault(LatencyFault{constant(3), 50}, "ads", good);
  const ReadingSettings settings{
      .model = model, .recorded = model, .experiment = experiment, .seed = 11, .cancelled = [] {
        return false;
      }};
  ReadingRuns runs(study_of(model, experiment), settings);
  // Without a timeout no call fails; and who survives has no errors.
  Contrast contrast;
  contrast.met.survived.insert({"page", "ads"});
  contrast.missed.timeouts[{"page", "ads"}] = Duration::seconds(1);

  const Decision decision = deciding_values(open_values(model, experiment), contrast, runs);

  CHECK(decision.values ==
        "whether page survives failed calls to ads and whether page gives up calls to ads after "
        "1s");
}

TEST_CASE("where nothing is open no reading is run, and the study is judged as before",
          "[studies]") {
  ModelSpec model = learned_model();
  model.evidence["services.ads.workers"].basis = Basis::given;

  const Study study = read_study(model, with_fault(LoadSpike{6}, "", fast));

  CHECK(study.open.empty());
  CHECK(judged(study).verdict == Verdict::pass);
}

TEST_CASE("a search that is interrupted leaves the verdict open and says so", "[studies]") {
  const Study study =
      read_study(learned_model(), with_fault(LoadSpike{1.1}, "", fast), [] { return true; });

  const ObjectiveResult result = judged(study);
  CHECK(result.verdict == Verdict::inconclusive);
  CHECK_THAT(result.reason, Catch::Contains("interrupted"));
  CHECK_FALSE(result.open->complete);
  CHECK(result.open->fearful.replications == replications);
}

}  // namespace rehearse
