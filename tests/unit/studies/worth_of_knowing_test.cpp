#include "studies/worth_of_knowing.hpp"

#include <catch2/catch.hpp>
#include <memory>

#include "models/checks/mistakes.hpp"
#include "sim/random/random_stream.hpp"
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

const std::string path_of_work = "services.ads.endpoints.serve.behaviours[0].steps[0].work";

/// A calibrated page that asks ads, 50 ms each; what the page does when ads fail is open, or given.
ModelSpec learned_model(Basis on_error, const LawSpec& work_of_ads = constant(0.050)) {
  ModelSpec model;
  model.provenance.calibrated_by = "rehearse 0.2.0";
  add_service(model, "ads", {work(work_of_ads)});
  add_service(model, "page", {call("ads")});
  add_poisson(model, 20, "page");
  for (const char* const given : {"ads.workers", "page.workers", "page.calls.ads.timeout"}) {
    model.evidence[std::string("services.") + given] = {Basis::given, 0, ""};
  }
  model.evidence["services.page.calls.ads.on_error"] = {on_error, 1200, ""};
  return model;
}

ExperimentSpec expecting(const std::string& expected) {
  ExperimentSpec experiment = quiet(20);
  ObjectiveSpec objective;
  objective.name = "it";
  objective.expect = std::get<MetricCondition>(parse_condition(expected));
  objective.probability = 0.9;
  experiment.objectives = {objective};
  return experiment;
}

WorthOfKnowing worth_of(const ModelSpec& model, const ExperimentSpec& experiment,
                        std::shared_ptr<const DrawnModel> drawn, std::uint64_t replications) {
  REQUIRE(find_mistakes(model, experiment).empty());
  StudySettings settings;
  settings.replications = replications;
  settings.seed = 7;
  settings.drawn = drawn;
  StudyRun run(model, experiment, settings,
               {.cancelled = [] { return false; },
                .begins_arm = [](int) {},
                .reached = [](Time) {},
                .finished = [](std::uint64_t) {}});
  StudyInformation information;
  information.seed = settings.seed;
  information.replications_planned = replications;
  Study study = run.empty_study(std::move(information));
  run.add(study, 0, replications, 1);
  return worth_of_knowing(study, {}, beyond_recording(model, study),
                          {.model = model,
                           .recorded = model,
                           .experiment = experiment,
                           .seed = settings.seed,
                           .drawn = drawn.get(),
                           .cancelled = [] { return false; }});
}

/// 80 draws of all numbers whose paths begin like this, from 0.6 to 1.4 times what was learned.
std::shared_ptr<const DrawnModel> with_draws(const ModelSpec& model, const std::string& varying) {
  ParameterDraws draws = without_draws(model);
  RandomStream luck(3, 1, 4);
  for (int i = 0; i < 80; ++i) {
    const double times = 0.6 + 0.01 * static_cast<double>(luck.below(81));
    for (std::size_t j = 0; j < draws.paths.size(); ++j) {
      const bool varies = draws.paths[j].starts_with(varying);
      draws.values.push_back(static_cast<float>(draws.learned[j] * (varies ? times : 1)));
    }
  }
  return std::make_shared<const DrawnModel>(model, draws);
}

}  // namespace

TEST_CASE("an open value that turns every run is worth half of the risk", "[studies]") {
  const ModelSpec model = learned_model(Basis::assumed);
  ExperimentSpec experiment = expecting("error_ratio{workload='load'} < 5%");
  FaultSpec fault = testing::fault_at_station("it", InstanceKill(), 5, 10);
  fault.target = {};
  fault.target.service = "ads";
  experiment.faults = {fault};

  const WorthOfKnowing worth = worth_of(model, experiment, nullptr, 10);

  REQUIRE(worth.values.size() == 1);
  CHECK(worth.values[0].path == "services.page.calls.ads.on_error");
  CHECK(worth.values[0].is_open);
  CHECK(worth.values[0].least_risk == 0);
  CHECK(worth.values[0].greatest_risk == 1);
  CHECK(worth.values[0].deviation == 0.5);
  CHECK_THAT(worth.values[0].recording, Catch::Contains("calls from page to ads fail"));
}

TEST_CASE("a number whose draws decide an objective explains how its risk varies", "[studies]") {
  const ModelSpec model = learned_model(Basis::given);
  const ExperimentSpec experiment = expecting("p50(latency{workload='load'}) < 50ms");

  const WorthOfKnowing worth = worth_of(model, experiment, with_draws(model, path_of_work), 80);

  // The risk of a draw is 0 below 50 ms and 1 above: of five bins four explain all of it.
  REQUIRE(worth.values.size() == 1);
  CHECK(worth.values[0].path == path_of_work);
  CHECK_FALSE(worth.values[0].is_open);
  CHECK(worth.values[0].explained > 0.75);
  CHECK(worth.values[0].deviation > 0.4);
}

TEST_CASE("a number that decides nothing is worth nothing, however wide its draws", "[studies]") {
  // The median of 400 exponential times is above that of their law in half of the runs, by luck.
  const ModelSpec model = learned_model(Basis::given, testing::exponential(0.050));
  const ExperimentSpec experiment = expecting("p50(latency{workload='load'}) < 34.66ms");

  const WorthOfKnowing worth = worth_of(model, experiment, with_draws(model, "workloads"), 80);

  CHECK(worth.values.empty());
  CHECK(worth.complete);
}

}  // namespace rehearse
