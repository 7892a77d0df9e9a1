#include "models/checks/call_graph.hpp"

#include <catch2/catch.hpp>

#include "models/checks/service_graph.hpp"
#include "models/plan/expected_load.hpp"
#include "models/system.hpp"
#include "tests/support/random_models.hpp"
#include "tests/support/small_models.hpp"

using namespace rehearse;
using testing::add_poisson;
using testing::add_service;
using testing::call;
using testing::constant;
using testing::parallel;
using testing::work;

namespace {

StepSpec spawn(const std::string& service, double probability) {
  return {SpawnSpec{{service, "serve"}, probability}};
}

StepSpec repeat(double mean, StepSequence steps) {
  return {RepeatSpec{{CountLawSpec::Kind::geometric, mean, {}}, std::move(steps)}};
}

StepSpec guarded_call(const std::string& service, StepSequence fallback) {
  return {CallSpec{{service, "serve"}, 1, OnError::fallback, std::move(fallback)}};
}

/// The only call from one service to another.
MeanCall call_between(const CallGraph& graph, const std::string& from, const std::string& to) {
  std::vector<MeanCall> found;
  for (const MeanCall& call : graph.calls.at(*graph.find({from, "serve"}))) {
    if (graph.endpoints.at(call.to).service == to) found.push_back(call);
  }
  REQUIRE(found.size() == 1);
  return found.front();
}

/// Lines as "depth endpoint seen".
std::vector<std::string> lines_of(const CallGraph& graph, const std::string& root) {
  std::vector<CallTreeLine::Seen> seen(graph.endpoints.size(), CallTreeLine::Seen::never);
  std::vector<std::string> lines;
  for (const CallTreeLine& line : call_tree(graph, *graph.find({root, "serve"}), seen)) {
    lines.push_back(std::to_string(line.depth) + " " + graph.endpoints[line.endpoint].service +
                    " " + std::to_string(static_cast<int>(line.seen)));
  }
  return lines;
}

/// A chain of so many services, each of which calls the next one.
ModelSpec chain(int length) {
  ModelSpec model;
  for (int i = 0; i < length; ++i) {
    StepSequence steps = {work(constant(0.001))};
    if (i + 1 < length) steps.push_back(call(std::to_string(i + 1)));
    add_service(model, std::to_string(i), std::move(steps));
  }
  add_poisson(model, 10, "0");
  return model;
}

/// A plan takes all recorded arrivals for those of the mix.
bool replays(const ModelSpec& model) {
  for (const auto& [name, workload] : model.workloads) {
    if (std::holds_alternative<ReplaySpec>(workload.arrivals)) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("calls are told apart by how they are made, and counted by the visit", "[models]") {
  ModelSpec model;
  for (const char* leaf : {"awaited", "twice", "spawned", "repeated", "beside", "instead"}) {
    add_service(model, leaf, {});
  }
  ServiceSpec& front = add_service(model, "front", {});
  front.endpoints["serve"].behaviours = {
      {3, {call("awaited"), call("twice"), call("twice"), spawn("spawned", 0.5)}},
      {1,
       {repeat(2.5, {call("repeated")}), parallel({{call("beside")}, {}}),
        guarded_call("awaited", {call("instead")})}}};

  const CallGraph graph = call_graph_of(model);

  const MeanCall awaited = call_between(graph, "front", "awaited");
  CHECK(awaited.manner == Manner::awaited);
  CHECK(awaited.times == Approx(1));
  CHECK(awaited.at_most_once);
  const MeanCall twice = call_between(graph, "front", "twice");
  CHECK(twice.times == Approx(1.5));
  CHECK_FALSE(twice.at_most_once);
  const MeanCall spawned = call_between(graph, "front", "spawned");
  CHECK(spawned.manner == Manner::spawned);
  CHECK(spawned.times == Approx(0.375));
  const MeanCall repeated = call_between(graph, "front", "repeated");
  CHECK(repeated.times == Approx(0.625));
  CHECK_FALSE(repeated.at_most_once);
  CHECK(call_between(graph, "front", "beside").manner == Manner::parallel);
  CHECK(call_between(graph, "front", "instead").manner == Manner::fallback);
  const CausedByVisit caused = caused_by(graph);
  CHECK(caused.at(*graph.find({"front", "serve"})).size() == 5);
}

TEST_CASE("a tree of calls names what it has drawn, and ends in cycles", "[models]") {
  ModelSpec model;
  add_service(model, "a", {call("b"), call("c")});
  add_service(model, "b", {call("c"), call("a", 0.1)});
  add_service(model, "c", {call("d")});
  add_service(model, "d", {});

  const CallGraph graph = call_graph_of(model);

  CHECK(lines_of(graph, "a") ==
        std::vector<std::string>{"0 a 0", "1 b 0", "2 c 0", "3 d 0", "2 a 2", "1 c 1"});
}

TEST_CASE("a recording is asked for as recorded, the rest by the mix", "[models]") {
  WorkloadSpec workload;
  ReplaySpec replay;
  replay.arrivals = {{Duration(), "a/x"}, {Duration(), ""}, {Duration(), ""}, {Duration(), "a/x"}};
  replay.repeat = true;
  replay.period = Duration::seconds(2);
  workload.arrivals = replay;
  workload.mix = {{{"a", "x"}, 1}, {{"a", "y"}, 3}};

  const auto shares = shares_asked(workload);

  CHECK(shares.at({"a", "x"}) == Approx(0.625));
  CHECK(shares.at({"a", "y"}) == Approx(0.375));
  CHECK(arrival_rate(workload.arrivals).value() == Approx(2));
  CHECK(arrival_rate(BatchSpec{{5}, {CountLawSpec::Kind::geometric, 3, {}}}).value() == Approx(15));
  CHECK_FALSE(arrival_rate(StagesSpec{}).has_value());
  CHECK_FALSE(arrival_rate(ClosedLoopSpec{}).has_value());
  replay.repeat = false;
  CHECK_FALSE(arrival_rate(replay).has_value());
}

TEST_CASE("a chain of more than a thousand calls was once taken for feedback", "[models]") {
  const ModelSpec model = chain(3'000);

  const ServiceGraph graph = service_graph_of(model, call_graph_of(model));
  const System system(model, testing::quiet(10));
  const ExpectedLoad load = expected_load(system.plan());

  CHECK(graph.edges.size() == 3'000);
  for (const ServiceEdge& edge : graph.edges) REQUIRE(edge.calls.front() == Approx(1));
  for (const double visits : load.visits_per_second) REQUIRE(visits == Approx(10));
}

TEST_CASE("the graph of services counts as the plan of a run does", "[models]") {
  std::size_t compared = 0;
  for (std::uint64_t number = 0; number < 60; ++number) {
    CAPTURE(number);
    const testing::RandomScenario random = testing::random_scenario(number, {});
    const ServiceGraph graph = service_graph_of(random.model, call_graph_of(random.model));
    const bool known = graph.groups.size() == 1 && graph.groups.front().per_second;
    if (!known || replays(random.model)) continue;
    const System system(random.model, random.experiment.control());

    double planned = 0;
    for (const double visits : expected_load(system.plan()).service_visits) planned += visits;
    double drawn = 0;
    for (const ServiceEdge& edge : graph.edges) {
      drawn += calls_per_second(graph, random.model, edge).value();
    }

    CHECK(drawn == Approx(planned));
    ++compared;
  }
  CHECK(compared > 5);
}

TEST_CASE("workloads of unknown rates stand apart in the graph of services", "[models]") {
  ModelSpec model;
  add_service(model, "front", {call("back", 0.5)});
  add_service(model, "back", {});
  add_poisson(model, 10, "front", "known");
  add_poisson(model, 30, "front", "more");

  const ServiceGraph together = service_graph_of(model, call_graph_of(model));
  model.workloads["more"].arrivals = ClosedLoopSpec{5, constant(1)};
  const ServiceGraph apart = service_graph_of(model, call_graph_of(model));

  REQUIRE(together.groups.size() == 1);
  CHECK(together.groups.front().per_second.value() == Approx(40));
  REQUIRE(together.edges.size() == 3);
  CHECK(calls_per_second(together, model, together.edges[2]).value() == Approx(20));
  REQUIRE(apart.groups.size() == 2);
  CHECK(apart.edges[2].calls == std::vector<double>{0.5, 0.5});
  CHECK_FALSE(calls_per_second(apart, model, apart.edges[2]).has_value());
  CHECK(calls_per_second(apart, model, apart.edges[0]).value() == Approx(10));
}

TEST_CASE("feedback within the graph is followed to its end", "[models]") {
  ModelSpec model;
  add_service(model, "a", {call("b", 0.5)});
  add_service(model, "b", {call("a", 0.5), call("c")});
  add_service(model, "c", {});
  add_poisson(model, 1, "a");

  const ServiceGraph graph = service_graph_of(model, call_graph_of(model));

  // Of a request: 1 / (1 - 1/4) visits of a, half as many of b and of c.
  std::vector<double> calls;
  for (const ServiceEdge& edge : graph.edges) calls.push_back(edge.calls.front());
  REQUIRE(calls.size() == 4);
  CHECK(calls[1] == Approx(2.0 / 3).epsilon(1e-5));
  CHECK(calls[2] == Approx(1.0 / 3).epsilon(1e-5));
  CHECK(calls[3] == Approx(2.0 / 3).epsilon(1e-5));
}
