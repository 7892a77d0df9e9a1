#include "models/checks/mistakes.hpp"

#include <catch2/catch.hpp>

#include "models/checks/target_counts.hpp"

using namespace rehearse;

namespace {

StepSpec call(const std::string& service, double probability = 1) {
  return {CallSpec{{service, "Do"}, probability, OnError::fail, {}}};
}

/// A service with one endpoint, "Do", that does these steps.
ServiceSpec service_with(StepSequence steps) {
  ServiceSpec service;
  service.endpoints["Do"].behaviours = {BehaviourSpec{1, std::move(steps)}};
  return service;
}

ModelSpec model_of_one(StepSequence steps) {
  ModelSpec model;
  model.services["a"] = service_with(std::move(steps));
  model.workloads["users"].mix[{"a", "Do"}] = 1;
  return model;
}

std::vector<std::string> paths_of(const std::vector<Mistake>& mistakes) {
  std::vector<std::string> paths;
  for (const Mistake& mistake : mistakes) paths.push_back(mistake.path);
  return paths;
}

using Paths = std::vector<std::string>;

ExperimentSpec ten_minutes() {
  ExperimentSpec experiment;
  experiment.duration = Duration::minutes(10);
  experiment.warm_up = Duration::minutes(1);
  experiment.window = Duration::seconds(10);
  return experiment;
}

}  // namespace

TEST_CASE("a sound model has no mistakes", "[models]") {
  CHECK(find_mistakes(model_of_one({StepSpec{WorkSpec{}}})).empty());
}

TEST_CASE("feedback is refused exactly when it never ends", "[models]") {
  CHECK(find_mistakes(model_of_one({call("a", 0.999)})).empty());
  CHECK(paths_of(find_mistakes(model_of_one({call("a", 1)}))) == Paths{"services.a.endpoints.Do"});
  CHECK(paths_of(find_mistakes(model_of_one({call("a", 0.5), call("a", 0.5)}))) ==
        Paths{"services.a.endpoints.Do"});

  // Two services, each round trip multiplies by 2 * 0.49: 0.98; the matrix has period two.
  ModelSpec pair =
      model_of_one({StepSpec{RepeatSpec{{CountLawSpec::Kind::constant, 2, {}}, {call("b")}}}});
  pair.services["b"] = service_with({call("a", 0.49)});
  CHECK(find_mistakes(pair).empty());
  pair.services["b"] = service_with({call("a", 0.51)});
  const auto mistakes = find_mistakes(pair);
  REQUIRE(mistakes.size() == 1);
  CHECK(mistakes[0].sentence.find("a/Do -> b/Do -> a/Do") != std::string::npos);
}

TEST_CASE("the weights of behaviours and repetitions count in feedback", "[models]") {
  ModelSpec model = model_of_one({call("a")});
  auto& behaviours = model.services["a"].endpoints["Do"].behaviours;
  behaviours.push_back(BehaviourSpec{0.01, {}});
  CHECK(find_mistakes(model).empty());

  const CountLawSpec count{CountLawSpec::Kind::empirical, 1, {1, 1, 1}};  // mean 1
  behaviours = {BehaviourSpec{1, {StepSpec{RepeatSpec{count, {call("a", 0.99)}}}}}};
  CHECK(find_mistakes(model).empty());
  behaviours = {BehaviourSpec{1, {StepSpec{RepeatSpec{count, {call("a", 1)}}}}}};
  CHECK(find_mistakes(model).size() == 1);

  behaviours = {BehaviourSpec{1, {StepSpec{SpawnSpec{{"a", "Do"}, 1}}}}};
  CHECK(find_mistakes(model).size() == 1);
}

TEST_CASE("a chain of a hundred thousand services does not exhaust the stack", "[models]") {
  ModelSpec model = model_of_one({});
  constexpr int count = 100'000;
  for (int i = 0; i < count; ++i) {
    model.services["s" + std::to_string(i)] =
        i + 1 < count ? service_with({call("s" + std::to_string(i + 1))}) : service_with({});
  }

  CHECK(find_mistakes(model).empty());
}

TEST_CASE("one request may not cause more than a million calls", "[models]") {
  const CountLawSpec thousand{CountLawSpec::Kind::constant, 1'000, {}};
  ModelSpec model = model_of_one({StepSpec{RepeatSpec{thousand, {call("b")}}}});
  model.services["b"] = service_with({StepSpec{RepeatSpec{thousand, {call("c", 0.9)}}}});
  model.services["c"] = service_with({});
  CHECK(find_mistakes(model).empty());

  model.services["b"] = service_with({StepSpec{RepeatSpec{thousand, {call("c", 1)}}}});
  CHECK(paths_of(find_mistakes(model)) == Paths{"workloads.users.mix.\"a/Do\""});
}

TEST_CASE("a correlation needs laws with a quantile function", "[models]") {
  ModelSpec model = model_of_one({StepSpec{WorkSpec{{Duration(), GammaSpec{}}}}});
  CHECK(find_mistakes(model).empty());

  model.services["a"].correlation = 0.1;
  CHECK(paths_of(find_mistakes(model)) ==
        Paths{"services.a.endpoints.Do.behaviours[0].steps[0].work"});

  model.services["a"] = service_with({});
  model.services["a"].correlation = 0.1;
  model.network.latency = LawSpec{Duration(), NormalSpec{}};
  CHECK(paths_of(find_mistakes(model)) == Paths{"network.latency"});
}

TEST_CASE("targets are counted as faults will meet them", "[models]") {
  ModelSpec model = model_of_one({});
  model.services["a"].instances = 10;
  model.services["a"].placement = {{"x", "y", "z"}, {"h", "i"}};
  TargetSpec target;
  target.service = "a";
  CHECK(count_matching(model, target) == 10);
  target.zone = "x";  // 0, 3, 6, 9
  CHECK(count_matching(model, target) == 4);
  target.host = "h";  // and even: 0, 6
  CHECK(count_matching(model, target) == 2);

  target.mode = TargetSpec::Mode::fixed_percent;
  target.value = 30;
  CHECK(count_meant(target, 10) == 3);  // 0.3 * 10 is above 3 in floating point
  CHECK(count_meant(target, 8) == 3);   // 2.4 rounded up
  target.value = 0.001;
  CHECK(count_meant(target, 8) == 1);
}

TEST_CASE("faults stay inside of the measured run and meet somebody", "[models]") {
  const ModelSpec model = model_of_one({});
  ExperimentSpec experiment = ten_minutes();
  FaultSpec fault;
  fault.kind = InstanceKill{};
  fault.name = "early";
  fault.target.service = "a";
  fault.at = Duration::seconds(59);
  fault.duration = Duration::minutes(1);
  experiment.faults.push_back(fault);
  fault.name = "late";
  fault.at = Duration::minutes(9) + Duration::nanoseconds(1);
  experiment.faults.push_back(fault);
  fault.name = "nobody";
  fault.at = Duration::minutes(2);
  fault.target.service = "b";
  experiment.faults.push_back(fault);

  CHECK(paths_of(find_mistakes(model, experiment)) ==
        Paths{"faults[0].at", "faults[1].duration", "faults[2].target.service"});
}

TEST_CASE("more windows than memory are refused, with an estimate", "[models]") {
  ModelSpec model = model_of_one({});
  for (int i = 0; i < 1'000; ++i) {
    model.services["a"].endpoints["e" + std::to_string(i)].behaviours = {BehaviourSpec{}};
  }
  ExperimentSpec experiment;
  experiment.duration = Duration::seconds(100);
  experiment.window = Duration::milliseconds(40);

  const auto mistakes = find_mistakes(model, experiment);

  REQUIRE(paths_of(mistakes) == Paths{"scenario.window"});
  CHECK(mistakes[0].sentence ==
        "2500 windows of 1003 series (workloads, services, endpoints) would take about 3.2 GB of "
        "memory");
  CHECK(mistakes[0].advice() == "at most 1994 windows fit: make 'window' longer");
  experiment.window = Duration::milliseconds(100);
  CHECK(find_mistakes(model, experiment).empty());
}

TEST_CASE("more instances in all than memory are refused, with an estimate", "[models]") {
  ModelSpec model = model_of_one({});
  model.services["a"].instances = 1'000'000;
  model.services["b"] = model.services["c"] = model.services["a"];

  const auto mistakes = find_mistakes(model);

  REQUIRE(paths_of(mistakes) == Paths{"services"});
  CHECK(mistakes[0].sentence ==
        "the services have 3000000 instances in all: about 3.0 GB of memory for each replication "
        "under way");
  model.services.erase("c");
  CHECK(find_mistakes(model).empty());
}
