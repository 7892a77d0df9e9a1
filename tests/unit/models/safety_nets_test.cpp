#include "models/checks/safety_nets.hpp"

#include <catch2/catch.hpp>

namespace rehearse {
namespace {

using Nets = std::vector<SafetyNet>;

/// "a" with ten instances and "b" with five, of which one stands in zone "z"; users ask for "a/Do".
ModelSpec model_of_two() {
  ModelSpec model;
  model.services["a"].instances = 10;
  model.services["a"].endpoints["Do"].behaviours = {BehaviourSpec{}};
  model.services["b"].instances = 5;
  model.services["b"].placement.zones = {"z", "y", "y", "y", "y"};
  model.services["b"].endpoints["Do"].behaviours = {BehaviourSpec{}};
  model.workloads["users"].mix[{"a", "Do"}] = 1;
  return model;
}

FaultSpec slow(const std::string& service, TargetSpec::Mode mode, double value = 0) {
  FaultSpec fault;
  fault.name = "slow " + service;
  fault.kind = LatencyFault{};
  fault.target.service = service;
  fault.target.mode = mode;
  fault.target.value = value;
  fault.at = Duration::minutes(2);
  fault.duration = Duration::minutes(3);
  return fault;
}

ObjectiveSpec objective(const MetricLabels& labels, Metric metric = Metric::error_ratio) {
  ObjectiveSpec one;
  one.name = "holds";
  one.expect.metric = metric;
  one.expect.labels = labels;
  return one;
}

/// Trips no net: what each case changes does.
ExperimentSpec careful() {
  ExperimentSpec experiment;
  experiment.duration = Duration::minutes(10);
  experiment.faults = {slow("a", TargetSpec::Mode::fixed, 8)};
  experiment.stop_conditions = {StopConditionSpec{}};
  experiment.objectives = {objective({"users", "", "", ""})};
  return experiment;
}

Nets nets_of(const ExperimentSpec& experiment) {
  Nets nets;
  for (const Trip& trip : find_trips(model_of_two(), experiment)) nets.push_back(trip.net);
  return nets;
}

}  // namespace

TEST_CASE("a careful experiment trips no safety net", "[models]") {
  CHECK(nets_of(careful()) == Nets{});
  CHECK(std::string(word(SafetyNet::fault_without_end)) == "fault-without-end");
}

TEST_CASE("more than 80 % of a service is too much of it", "[models]") {
  ExperimentSpec experiment = careful();

  experiment.faults = {slow("a", TargetSpec::Mode::fixed, 9)};

  CHECK(nets_of(experiment) == Nets{SafetyNet::blast_radius_service});
  const Trip trip = find_trips(model_of_two(), experiment).front();
  CHECK(trip.path == "faults[0]");
  CHECK(trip.sentence == "faults can meet 9 of 10 instances, above 80 % of 'a'");
}

TEST_CASE("faults that overlap add up, those that follow one another do not", "[models]") {
  ExperimentSpec experiment = careful();
  experiment.faults = {slow("a", TargetSpec::Mode::fixed, 5),
                       slow("a", TargetSpec::Mode::fixed, 4)};
  experiment.faults[1].at = Duration::minutes(4);
  CHECK(nets_of(experiment) == Nets{SafetyNet::blast_radius_service});
  CHECK(find_trips(model_of_two(), experiment).front().path == "faults[1]");

  experiment.faults[1].at = Duration::minutes(5);
  CHECK(nets_of(experiment) == Nets{});
}

TEST_CASE("more than 66 % of the system is too much of it", "[models]") {
  ExperimentSpec experiment = careful();
  experiment.faults = {slow("a", TargetSpec::Mode::fixed, 8),
                       slow("b", TargetSpec::Mode::fixed, 1)};
  CHECK(nets_of(experiment) == Nets{});  // 9 of 15: 60 %

  experiment.faults[1].target.value = 2;  // 10 of 15: 66.7 %
  CHECK(nets_of(experiment) == Nets{SafetyNet::blast_radius_system});
}

TEST_CASE("a random choice among services counts in each for the worst", "[models]") {
  ExperimentSpec experiment = careful();
  experiment.faults = {slow("", TargetSpec::Mode::fixed, 5)};

  CHECK(nets_of(experiment) == Nets{SafetyNet::blast_radius_service});
  CHECK_THAT(find_trips(model_of_two(), experiment).front().sentence, Catch::Contains("'b'"));
}

TEST_CASE("a load spike meets no instances", "[models]") {
  ExperimentSpec experiment = careful();
  experiment.faults[0].kind = LoadSpike{};
  experiment.faults[0].target = TargetSpec{};
  experiment.faults[0].target.workload = "users";

  CHECK(nets_of(experiment) == Nets{});
}

TEST_CASE("an alarm that cannot ring while a fault lasts stops nothing", "[models]") {
  ExperimentSpec experiment = careful();
  FaultSpec& fault = experiment.faults[0];
  fault.at = Duration::seconds(60);
  fault.duration = Duration::seconds(60);
  StopConditionSpec& alarm = experiment.stop_conditions[0];
  alarm.scrape.interval = Duration::seconds(15);
  alarm.scrape.delay = Duration();
  // Asked at 75, 90, 105: it rings at 105 at the latest.
  alarm.for_duration = Duration::seconds(30);
  CHECK(nets_of(experiment) == Nets{});
  alarm.for_duration = Duration::seconds(31);
  CHECK(nets_of(experiment) == Nets{SafetyNet::no_stop_condition});

  alarm.for_duration = Duration::seconds(30);
  alarm.scrape.delay = Duration::seconds(15);
  CHECK(nets_of(experiment) == Nets{SafetyNet::no_stop_condition});

  alarm.scrape.delay = Duration();
  alarm.scrape.interval = Duration::seconds(60);
  alarm.for_duration = Duration();
  CHECK(nets_of(experiment) == Nets{SafetyNet::no_stop_condition});
}

TEST_CASE("each fault wants an alarm that can ring while it lasts", "[models]") {
  ExperimentSpec experiment = careful();
  FaultSpec later = experiment.faults[0];
  later.at = later.at + later.duration + Duration::minutes(1);
  later.duration = Duration::seconds(1);
  experiment.faults.push_back(later);

  CHECK(nets_of(experiment) == Nets{SafetyNet::no_stop_condition});
  CHECK(find_trips(model_of_two(), experiment).front().path == "faults[1]");
}

TEST_CASE("a fault wants a stop condition that stops", "[models]") {
  ExperimentSpec experiment = careful();
  experiment.stop_conditions[0].action = AlarmAction::page;
  CHECK(nets_of(experiment) == Nets{SafetyNet::no_stop_condition});
  experiment.stop_conditions.clear();
  CHECK(nets_of(experiment) == Nets{SafetyNet::no_stop_condition});
  experiment.faults.clear();
  CHECK(nets_of(experiment) == Nets{});
}

TEST_CASE("a random choice that leaves nobody out is none", "[models]") {
  ExperimentSpec experiment = careful();
  experiment.faults = {slow("b", TargetSpec::Mode::fixed_percent, 100)};
  experiment.faults[0].target.zone = "z";  // one instance
  CHECK(nets_of(experiment) == Nets{SafetyNet::all_targets});
  experiment.faults[0].target.mode = TargetSpec::Mode::one;
  CHECK(nets_of(experiment) == Nets{SafetyNet::all_targets});
  experiment.faults[0].target.zone = "y";
  CHECK(nets_of(experiment) == Nets{});
}

TEST_CASE("a fault must end before the run does", "[models]") {
  ExperimentSpec experiment = careful();
  experiment.faults[0].duration = Duration::minutes(8);
  CHECK(nets_of(experiment) == Nets{SafetyNet::fault_without_end});
  experiment.faults[0].duration = Duration::minutes(8) - Duration::nanoseconds(1);
  CHECK(nets_of(experiment) == Nets{});
}

TEST_CASE("a rollout wants an analysis or a stop condition that rolls back", "[models]") {
  ExperimentSpec experiment = careful();
  experiment.faults.clear();
  experiment.rollout = RolloutSpec{};
  experiment.rollout->service = "a";
  CHECK(nets_of(experiment) == Nets{});
  experiment.stop_conditions.clear();
  CHECK(nets_of(experiment) == Nets{SafetyNet::no_rollback});
  experiment.rollout->analysis = {AnalysisSpec{}};
  CHECK(nets_of(experiment) == Nets{});
}

TEST_CASE("some objective is about what users meet", "[models]") {
  ExperimentSpec experiment = careful();
  const auto nets = [&](const ObjectiveSpec& one) {
    experiment.objectives = {one};
    return nets_of(experiment);
  };

  CHECK(nets(objective({})) == Nets{});
  CHECK(nets(objective({"", "", "a/Do", ""})) == Nets{});
  CHECK(nets(objective({"", "", "b/Do", ""})) == Nets{SafetyNet::no_objective});
  CHECK(nets(objective({"", "b", "", ""})) == Nets{SafetyNet::no_objective});
  CHECK(nets(objective({"", "b", "", ""}, Metric::utilization)) == Nets{SafetyNet::no_objective});
  CHECK(nets(objective({}, Metric::time_to_detect)) == Nets{SafetyNet::no_objective});
  experiment.objectives.clear();
  CHECK(find_trips(model_of_two(), experiment).front().path.empty());
}

}  // namespace rehearse
