#include "scenarios/model_difference.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "tests/support/small_models.hpp"

using namespace rehearse;
using testing::add_poisson;
using testing::add_service;
using testing::call;
using testing::constant;
using testing::exponential;
using testing::work;

namespace {

using Kind = ModelChange::Kind;
using Part = ModelChange::Part;

ModelSpec small_model() {
  ModelSpec model;
  add_service(model, "front", {work(exponential(0.01)), call("back", 0.5)}, 4);
  add_service(model, "back", {work(constant(0.002))}, 8);
  add_poisson(model, 10, "front");
  model.evidence["services.front.workers"] = {Basis::assumed, 5, ""};
  return model;
}

std::vector<BehaviourSpec>& behaviours_of_front(ModelSpec& model) {
  return model.services["front"].endpoints["serve"].behaviours;
}

ModelChange only_change(const ModelSpec& before, const ModelSpec& after) {
  const std::vector<ModelChange> changes = differences(before, after);
  REQUIRE(changes.size() == 1);
  return changes.front();
}

std::vector<std::string> paths_of(const std::vector<ModelChange>& changes) {
  std::vector<std::string> paths;
  for (const ModelChange& change : changes) paths.push_back(change.path);
  return paths;
}

}  // namespace

TEST_CASE("numbers that changed come with path, values and ratio, the largest first",
          "[scenarios]") {
  const ModelSpec before = small_model();
  ModelSpec after = before;
  after.services["front"].workers = 6;
  after.workloads["load"].arrivals = PoissonSpec{{40}};
  after.services["back"].correlation = 0.1;

  const std::vector<ModelChange> changes = differences(before, after);

  CHECK(paths_of(changes) == std::vector<std::string>{"services.back.correlation",
                                                      "workloads.load.arrivals.poisson.rate",
                                                      "services.front.workers"});
  CHECK(changes[1].before == "\"10/s\"");
  CHECK(changes[1].after == "\"40/s\"");
  CHECK(changes[1].ratio.value() == Approx(4));
  CHECK(changes[2].ratio.value() == Approx(1.5));
  CHECK_FALSE(changes[0].ratio.has_value());
}

TEST_CASE("laws are compared by what they draw, not by how they are written", "[scenarios]") {
  const ModelSpec before = small_model();
  ModelSpec after = before;
  behaviours_of_front(after).front().steps.front() =
      work({{}, UniformSpec{Duration(), Duration::milliseconds(20)}});

  const ModelChange change = only_change(before, after);

  CHECK(change.path == "services.front.endpoints.serve.behaviours[0].steps[0].work");
  REQUIRE(change.law.has_value());
  CHECK(change.law->first.mean == Approx(0.01));
  CHECK(change.law->second.mean == Approx(0.01));
  CHECK(change.law->first.p99 == Approx(0.01 * std::log(100)).epsilon(1e-6));
  CHECK(change.law->second.p90 == Approx(0.018));
  CHECK(change.size == Approx(std::log(0.01 * std::log(100) / 0.0198)).epsilon(1e-4));
}

TEST_CASE("each place where a model holds a law is known as one", "[scenarios]") {
  ModelSpec before = small_model();
  before.network.latency = constant(0.001);
  before.workloads["load"].arrivals = ClosedLoopSpec{5, constant(0.001)};
  before.services["front"].calls["back"].network_latency = constant(0.001);
  behaviours_of_front(before).front().steps.front() = work(constant(0.001));
  ModelSpec after = before;
  after.network.latency = constant(0.002);
  after.workloads["load"].arrivals = ClosedLoopSpec{5, constant(0.002)};
  after.services["front"].calls["back"].network_latency = constant(0.002);
  behaviours_of_front(after).front().steps.front() = work(constant(0.002));

  const std::vector<ModelChange> changes = differences(before, after);

  CHECK(changes.size() == 4);
  for (const ModelChange& change : changes) {
    CAPTURE(change.path);
    CHECK(change.law.has_value());
  }
}

TEST_CASE("services, endpoints, calls and behaviours come and go", "[scenarios]") {
  const ModelSpec before = small_model();
  ModelSpec after = before;
  add_service(after, "new", {}).instances = 2;
  after.services["back"].endpoints["other"] = {};
  behaviours_of_front(after).push_back({3, {call("back")}});
  behaviours_of_front(after).front().steps.pop_back();

  const std::vector<ModelChange> changes = differences(before, after);
  const std::vector<ModelChange> reverse = differences(after, before);

  CHECK(paths_of(changes) ==
        std::vector<std::string>{"services.new", "services.back.endpoints.other",
                                 "services.front.endpoints.serve.behaviours[0]",
                                 "services.front.endpoints.serve.behaviours[0]",
                                 "services.front.endpoints.serve.behaviours[1]"});
  CHECK(changes[0].after == "2 instances, 1 endpoint");
  CHECK(changes[2].before == "100 %: work, back/serve");
  CHECK(changes[3].after == "25 %: work");
  CHECK(changes[4].after == "75 %: back/serve");
  REQUIRE(reverse.size() == changes.size());
  for (const ModelChange& change : reverse) {
    CHECK(change.part == Part::structure);
    CHECK(change.kind != Kind::changed);
  }
}

TEST_CASE("a call that came is named by its ends", "[scenarios]") {
  ModelSpec before = small_model();
  add_service(before, "log", {});
  ModelSpec after = before;
  behaviours_of_front(after).front().steps.push_back(StepSpec{SpawnSpec{{"log", "serve"}, 0.25}});

  const std::vector<ModelChange> changes = differences(before, after);

  REQUIRE(changes.size() == 3);
  CHECK(changes[0].path == "call front/serve -> log/serve");
  CHECK(changes[0].kind == Kind::came);
  CHECK(changes[0].after == "0.25 a visit");
}

TEST_CASE("behaviours are matched by their calls, and weights compared as shares", "[scenarios]") {
  ModelSpec before = small_model();
  behaviours_of_front(before) = {{90, {call("back")}}, {10, {work(constant(0.001))}}};
  ModelSpec after = before;
  behaviours_of_front(after) = {{40, {work(constant(0.001))}}, {160, {call("back")}}};

  const std::vector<ModelChange> changes = differences(before, after);

  CHECK(paths_of(changes) ==
        std::vector<std::string>{"services.front.endpoints.serve.behaviours[1].weight",
                                 "services.front.endpoints.serve.behaviours[0].weight",
                                 "services.front.endpoints.serve.behaviours"});
  CHECK(changes[0].ratio.value() == Approx(2));
  CHECK(changes[0].before == "10 (10 %)");
  CHECK(changes[0].after == "40 (20 %)");
  CHECK(changes[1].ratio.value() == Approx(80.0 / 90));
}

TEST_CASE("other recorded arrivals under the same name are a difference", "[scenarios]") {
  ModelSpec before = small_model();
  before.workloads["load"].arrivals = ReplaySpec{"arrivals.csv", {{Duration(), ""}}, false, {}};
  ModelSpec after = before;
  std::get<ReplaySpec>(after.workloads["load"].arrivals).arrivals.front().offset =
      Duration::seconds(1);

  const ModelChange change = only_change(before, after);

  CHECK(change.path == "workloads.load.arrivals.replay");
  CHECK(change.after == "as many others");
}

TEST_CASE("evidence is told apart from what it was learned from", "[scenarios]") {
  const ModelSpec before = small_model();
  ModelSpec after = before;
  after.evidence["services.front.workers"] = {Basis::given, 10, "a word"};
  after.evidence["services.back.workers"] = {Basis::observed, 1, ""};
  after.provenance.spans = 7;

  const std::vector<ModelChange> changes = differences(before, after);

  CHECK(paths_of(changes) == std::vector<std::string>{"evidence of services.front.workers",
                                                      "evidence of services.back.workers",
                                                      "provenance.spans",
                                                      "evidence of services.front.workers: n",
                                                      "evidence of services.front.workers: note"});
  CHECK(changes[0].before == "assumed");
  CHECK(changes[0].after == "given");
  CHECK(changes[1].part == Part::evidence);
  CHECK(changes[2].part == Part::origin);
}

TEST_CASE("arrivals of another kind are shown as a whole", "[scenarios]") {
  const ModelSpec before = small_model();
  ModelSpec after = before;
  after.workloads["load"].arrivals = BatchSpec{{5}, {CountLawSpec::Kind::geometric, 2, {}}};

  const ModelChange change = only_change(before, after);

  CHECK(change.path == "workloads.load.arrivals");
  CHECK_THAT(change.before, Catch::Contains("poisson"));
  CHECK_THAT(change.after, Catch::Contains("batch"));
}
