// Contracts of the models: what a caller must have done, each broken on purpose.

#include <algorithm>
#include <catch2/catch.hpp>
#include <vector>

#include "models/checks/mistakes.hpp"
#include "models/checks/target_counts.hpp"
#include "models/checks/untried_failures.hpp"
#include "models/control/agenda.hpp"
#include "models/control/run.hpp"
#include "models/control/watch.hpp"
#include "models/outcomes/metric.hpp"
#include "models/plan/compile_experiment.hpp"
#include "models/plan/compile_services.hpp"
#include "models/plan/compile_workloads.hpp"
#include "models/plan/completeness.hpp"
#include "models/plan/cut.hpp"
#include "models/plan/lanes.hpp"
#include "models/policies/load_balancer.hpp"
#include "models/run/instance.hpp"
#include "models/run/measure.hpp"
#include "sim/expects.hpp"
#include "tests/support/scripted_stream.hpp"
#include "tests/support/small_models.hpp"

using namespace rehearse;
using namespace rehearse::testing;

namespace {

Time at(int seconds) {
  return Time::after_start(Duration::seconds(seconds));
}

MetricCondition condition(Metric metric) {
  MetricCondition made;
  made.metric = metric;
  made.aggregate = metric == Metric::latency ? Aggregate::quantile : Aggregate::absent;
  made.level = 0.5;
  made.threshold = 0.5;
  return made;
}

/// A service that calls another one in every way there is, a recording beside random arrivals, a
/// canary with an analysis, an alarm, an objective.
Plan sound_plan() {
  ModelSpec model = station(constant(0.001));
  model.network.latency = constant(0.001);
  RepeatSpec twice;
  twice.count = {CountLawSpec::Kind::constant, 2, {}};
  twice.steps = {call("station")};
  add_service(model, "front",
              {work(constant(0.002)),
               call("station"),
               {twice},
               parallel({{call("station")}, {work(constant(0.001))}})},
              3);
  add_poisson(model, 10, "front");
  add_replay(model, {1, 2}, "front", "recording");
  ExperimentSpec experiment = quiet(10, 1);
  RolloutSpec& rollout = experiment.rollout.emplace();
  rollout.service = "station";
  rollout.steps = {SetWeight{50}};
  rollout.analysis.emplace_back().failure_condition = condition(Metric::error_ratio);
  experiment.stop_conditions.emplace_back().when = condition(Metric::error_ratio);
  experiment.objectives.push_back({"fast", condition(Metric::latency), {}, 0.95});
  return System(model, experiment).plan();
}

Step& first_of(Plan& plan, Step::Kind kind) {
  return *std::find_if(plan.steps.begin(), plan.steps.end(),
                       [kind](const Step& step) { return step.kind == kind; });
}

SourcePlan& recording(Plan& plan) {
  return *std::find_if(plan.sources.begin(), plan.sources.end(), [](const SourcePlan& source) {
    return source.kind == SourcePlan::Kind::replay;
  });
}

struct Spoiled {
  const char* sentence;
  void (*spoil)(Plan& plan);
};

const std::vector<Spoiled> spoiled_plans = {
    {"boundaries rise", [](Plan& plan) { plan.boundaries[1] = plan.boundaries[0]; }},
    {"elementary intervals lie between boundaries",
     [](Plan& plan) { plan.elementary_of_interval[0] = {9}; }},
    {"an objective is about an interval of the run",
     [](Plan& plan) { plan.layout.objective_intervals[0] = 9; }},
    {"answers are waited for after the end of the run", [](Plan& plan) { plan.drain_limit = {}; }},
    {"time passes between two beats", [](Plan& plan) { plan.heartbeat = {}; }},
    {"windows cover all that follows the warm-up", [](Plan& plan) { --plan.layout.windows; }},
    {"services are sorted by name, and no two have one",
     [](Plan& plan) { plan.services[0].name = "z"; }},
    {"the instances of a service are in the plan",
     [](Plan& plan) { plan.services[1].first_instance = InstanceId(3); }},
    {"an instance knows the service that counts on it",
     [](Plan& plan) { plan.instances[0].service = ServiceId(1); }},
    {"the canary stands behind the stable instances",
     [](Plan& plan) { plan.instances[1].canary = true; }},
    {"an instance has a worker, or needs none", [](Plan& plan) { plan.services[0].workers = 0; }},
    {"a correlation lies in [0, 1]", [](Plan& plan) { plan.services[0].correlation = 1.1; }},
    {"a share lies in [0, 1]", [](Plan& plan) { plan.services[0].size_share = 1.1; }},
    {"an edge leads to a service of the plan",
     [](Plan& plan) { plan.edges[0].callee = ServiceId(2); }},
    {"an edge knows all instances of its callee", [](Plan& plan) { --plan.edges[0].instances; }},
    {"the lane of an edge exists", [](Plan& plan) { plan.edges[0].lane = plan.lanes; }},
    {"only what takes a constant time travels in a lane",
     [](Plan& plan) { plan.edges[0].constant_latency = Duration::seconds(1); }},
    {"each endpoint has a column of its stable version",
     [](Plan& plan) { plan.stable_column.pop_back(); }},
    {"an endpoint has behaviours, with a weight each",
     [](Plan& plan) { plan.endpoints[0].cumulative_weights.push_back(2); }},
    {"weights of behaviours add up",
     [](Plan& plan) { plan.endpoints[0].cumulative_weights = {0}; }},
    {"a behaviour fails with a probability",
     [](Plan& plan) { plan.endpoints[0].own_error_probabilities = {-0.1}; }},
    {"what begins with work has a first step, and that is work",
     [](Plan& plan) { plan.endpoints[0].first_step = StepId(1); }},
    {"a sequence of steps goes forward", [](Plan& plan) { plan.steps[1].next = StepId(0); }},
    {"work has a law of its duration",
     [](Plan& plan) { first_of(plan, Step::Kind::work).law = none; }},
    {"a call asks for an endpoint of the plan",
     [](Plan& plan) { first_of(plan, Step::Kind::call).endpoint = EndpointId(2); }},
    {"a call is made with a probability",
     [](Plan& plan) { first_of(plan, Step::Kind::call).probability = 2; }},
    {"a repetition has a law of its count",
     [](Plan& plan) { first_of(plan, Step::Kind::repeat).law = 1; }},
    {"what is repeated stands behind its repetition",
     [](Plan& plan) { first_of(plan, Step::Kind::repeat).body = 0; }},
    {"the branches of a parallel step are in the plan",
     [](Plan& plan) { plan.branches.pop_back(); }},
    {"no more branches are waited for than there are",
     [](Plan& plan) { first_of(plan, Step::Kind::parallel).wait_for = 3; }},
    {"each endpoint of a mix has a weight",
     [](Plan& plan) { plan.workloads[0].cumulative_mix.clear(); }},
    {"a workload has an edge to each service of its mix",
     [](Plan& plan) { plan.workloads[0].edge_of_service.assign(2, none); }},
    {"a source does not end before it begins",
     [](Plan& plan) {
       plan.sources[0].until = Time();
       plan.sources[0].from = at(1);
     }},
    {"an open loop has a rate, one stretch after another",
     [](Plan& plan) { plan.sources[0].rate.clear(); }},
    {"recorded arrivals never go back in time",
     [](Plan& plan) { recording(plan).offsets[1] = Duration(); }},
    {"the next arrival of a source has a lane to wait in",
     [](Plan& plan) { recording(plan).lane = none; }},
    {"a threshold belongs to an objective", [](Plan& plan) { plan.thresholds[0].objective = 1; }},
    {"an alarm has a watch", [](Plan& plan) { plan.stop_conditions[0].watch = 2; }},
    {"time passes between two scrapes", [](Plan& plan) { plan.watches[0].scrape.interval = {}; }},
    {"each analysis of a rollout has a watch",
     [](Plan& plan) { plan.rollout->analysis_watches.clear(); }},
};

/// Written down before anything happened.
Outcome empty_outcome(const OutcomeLayout& layout) {
  Outcome outcome;
  outcome.intervals.resize(layout.intervals.size());
  return outcome;
}

}  // namespace

TEST_CASE("a plan whose tables do not fit together is not run", "[models]") {
  const Plan sound = sound_plan();
  REQUIRE_NOTHROW(expect_complete(sound));

  for (const Spoiled& spoiled : spoiled_plans) {
    Plan plan = sound;
    spoiled.spoil(plan);
    INFO(spoiled.sentence);
    CHECK_THROWS_WITH(expect_complete(plan), spoiled.sentence);
  }
}

TEST_CASE("a policy is asked only what can be", "[models]") {
  std::uint32_t cursor = 0;
  const auto luck = [] { return ScriptedStream({}); };
  const auto nobody = [](std::uint32_t) { return 0; };
  CHECK_THROWS_AS(LoadBalancer().choose(0, cursor, luck, nobody), ContractViolation);
  CHECK_THROWS_AS(Timeout().expires(at(2), at(1)), ContractViolation);
  RetrySpec timeless;
  timeless.per_try_timeout = Duration();
  CHECK_THROWS_AS(Retry(timeless), ContractViolation);
  RetrySpec hasty;
  hasty.base_backoff = Duration::seconds(-1);
  CHECK_THROWS_AS(Retry(hasty), ContractViolation);
  ClientSpec without_retries;
  without_retries.retry_budget.emplace();
  CHECK_THROWS_AS(ClientPolicies(without_retries), ContractViolation);
}

TEST_CASE("nothing is planned for the past, and nothing done that is not planned", "[models]") {
  Agenda agenda;
  CHECK_THROWS_AS(agenda.pop(), ContractViolation);
  agenda.add(at(2), AgendaItem::Kind::scrape);
  agenda.pop();

  CHECK_THROWS_AS(agenda.add(at(1), AgendaItem::Kind::scrape), ContractViolation);
  agenda.add(at(2), AgendaItem::Kind::scrape);
  CHECK(agenda.next_time() == at(2));
}

TEST_CASE("a run goes on only forward", "[models]") {
  const System system(station(constant(1)), quiet(10));
  CHECK_THROWS_AS(Replication(system, {}, {.partitions = 0}), ContractViolation);
  CHECK_THROWS_AS(system.cut_report(0), ContractViolation);

  Replication replication(system, {});
  replication.advance_to(at(5));
  CHECK_THROWS_AS(replication.advance_to(at(4)), ContractViolation);
  const Replication elsewhere = std::move(replication);
  CHECK_THROWS_AS(replication.finish(), ContractViolation);  // NOLINT(bugprone-use-after-move)
  CHECK(elsewhere.now() == at(5));
}

TEST_CASE("counts never fall below zero", "[models]") {
  Instance instance;
  CHECK_THROWS_AS(instance.give_worker_back(at(1)), ContractViolation);
  CHECK_THROWS_AS(instance.end_to_wait(at(1)), ContractViolation);
  CHECK_THROWS_AS(instance.leave(at(1)), ContractViolation);
  CHECK_THROWS_AS(Counters{} - Counters{.arrived = 1}, ContractViolation);
  CHECK_THROWS_AS(cumulative({1, -1}), ContractViolation);
}

TEST_CASE("no more workers are busy than an instance has", "[models]") {
  Instance instance;
  ServicePlan plan;
  plan.workers = 1;
  instance.take_worker(at(1));
  CHECK_NOTHROW(instance.collect(at(2), plan));
  CHECK_THROWS_AS(instance.collect(at(1), plan), ContractViolation);
  instance.take_worker(at(2));
  CHECK_THROWS_AS(instance.collect(at(3), plan), ContractViolation);
}

TEST_CASE("scrapes come one after the other", "[models]") {
  WatchPlan plan;
  plan.condition = condition(Metric::error_ratio);
  Watch watch(plan);
  Scrape scrape;
  scrape.time = at(2);
  watch.add(scrape);
  CHECK_THROWS_AS(watch.add(scrape), ContractViolation);
}

TEST_CASE("an outcome is measured by the layout that it was made by", "[models]") {
  const Plan plan = sound_plan();
  const Outcome outcome = empty_outcome(plan.layout);
  const auto all = condition(Metric::requests_hung);
  CHECK_THROWS_AS(measured(all, outcome, plan.layout, 9, nullptr), ContractViolation);
  CHECK_THROWS_AS(measured(all, Outcome(), plan.layout, 0, nullptr), ContractViolation);
  CHECK_THROWS_AS(row_of(static_cast<Metric>(99)), ContractViolation);
  CHECK_THROWS_AS(RequestCounts().of(static_cast<Fate>(99)), ContractViolation);
}

TEST_CASE("a plan is made in its order, and once", "[models]") {
  const ModelSpec model = station(constant(1));
  const ExperimentSpec experiment = quiet(10);
  Plan plan;
  CHECK_THROWS_AS(compile_workloads(model, experiment, plan), ContractViolation);
  CHECK_THROWS_AS(compile_experiment(quiet(10, 10), plan), ContractViolation);
  plan = sound_plan();
  CHECK_THROWS_AS(compile_services(model, experiment, plan), ContractViolation);
  CHECK_THROWS_AS(compile_experiment(experiment, plan), ContractViolation);
  CHECK_THROWS_AS(assign_lanes(plan), ContractViolation);
  CHECK_THROWS_AS(cut(plan, 0), ContractViolation);
}

TEST_CASE("a check is asked about what is there", "[models]") {
  ServiceSpec service;
  service.endpoints["serve"];
  CHECK_THROWS_AS(missing_endpoint(Mistake::Document::model, "", {"station", "serve"}, service),
                  ContractViolation);
  CHECK_THROWS_AS(makes_fail({}, {}, {}, {}), ContractViolation);
  TargetSpec fewer_than_nobody;
  fewer_than_nobody.value = -1;
  CHECK_THROWS_AS(count_meant(fewer_than_nobody, 3), ContractViolation);
  CHECK_THROWS_AS(count_canaries({}, 3, -1), ContractViolation);
}
