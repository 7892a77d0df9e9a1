#include "studies/untried_failures.hpp"

#include <catch2/catch.hpp>

#include "models/replication.hpp"
#include "studies/arm_recorder.hpp"
#include "tests/support/small_models.hpp"

namespace rehearse {
namespace {

using testing::add_poisson;
using testing::add_service;
using testing::call;
using testing::constant;
using testing::quiet;
using testing::work;

/// page calls ads and stock, each two instances; nobody recorded a failure on either edge.
ModelSpec recorded_model() {
  ModelSpec model;
  add_service(model, "ads", {work(constant(0.001))}).instances = 2;
  add_service(model, "stock", {work(constant(0.001))}).instances = 2;
  add_service(model, "page", {call("ads"), call("stock")});
  model.evidence["services.page.calls.ads.on_error"] = {Basis::assumed, 120, ""};
  model.evidence["services.page.calls.stock.on_error"] = {Basis::assumed, 1, ""};
  add_poisson(model, 20, "page");
  return model;
}

FaultSpec fault(const FaultKind& kind, const std::string& service) {
  FaultSpec made;
  made.name = "it";
  made.kind = kind;
  made.target.service = service;
  made.at = Duration::seconds(2);
  made.duration = Duration::seconds(2);
  return made;
}

ExperimentSpec with(const FaultSpec& fault) {
  ExperimentSpec experiment = quiet(6);
  experiment.faults = {fault};
  return experiment;
}

std::vector<std::string> untried_after(const ModelSpec& model, const ExperimentSpec& experiment) {
  const System system(model, experiment);
  const std::vector<ObjectiveSpec> none;
  ArmRecord arm(system.layout());
  ArmRecorder recorder(arm, none);
  for (std::uint64_t i = 0; i < 3; ++i) {
    recorder.add(run_replication(system, {.study = 8, .replication = i}));
  }
  std::vector<std::string> edges;
  for (const auto& one : failures_never_recorded(model, experiment, arm)) {
    edges.push_back(text_of(one));
  }
  return edges;
}

using Edges = std::vector<std::string>;
const Edges ads = {"page -> ads (120 good calls)"};

StepSequence& steps_of_page(ModelSpec& model) {
  return model.services["page"].endpoints.begin()->second.behaviours[0].steps;
}

}  // namespace

TEST_CASE("what kills, silences or aborts a callee meets edges on which nobody saw a failure",
          "[studies]") {
  ModelSpec model = recorded_model();
  model.services["ads"].placement.zones = {"a", "b"};
  FaultSpec zone = fault(ZoneDown{}, "");
  zone.target.zone = "b";

  CHECK(untried_after(model, with(fault(InstanceKill{}, "ads"))) == ads);
  CHECK(untried_after(model, with(fault(AbortFault{}, "ads"))) == ads);
  CHECK(untried_after(model, with(zone)) == ads);
  FaultSpec lost = fault(PacketLoss{}, "ads");
  lost.target.caller = "page";
  model.services["page"].calls["ads"].timeout = Duration::milliseconds(500);
  CHECK(untried_after(model, with(lost)) == ads);
  CHECK(untried_after(model, with(fault(AbortFault{}, "stock"))) ==
        Edges{"page -> stock (1 good call)"});
}

TEST_CASE("without failures there is nothing to say of them", "[studies]") {
  FaultSpec slow = fault(SlowDown{3}, "ads");

  CHECK(untried_after(recorded_model(), quiet(6)).empty());
  CHECK(untried_after(recorded_model(), with(slow)).empty());
  CHECK(untried_after(recorded_model(), with(fault(AbortFault{}, "page"))).empty());
}

TEST_CASE("failures of a callee are measured, whatever they come from", "[studies]") {
  ModelSpec model = recorded_model();
  SECTION("errors of its own") {
    model.services["ads"].endpoints.begin()->second.errors.percent = 5;
    CHECK(untried_after(model, quiet(6)) == ads);
  }
  SECTION("refusals, in an overload") {
    model.services["ads"].workers = 1;
    model.services["ads"].queue.capacity = 0;
    model.services["ads"].endpoints.begin()->second.behaviours[0].steps = {work(constant(0.2))};
    CHECK(untried_after(model, quiet(6)) == ads);
  }
  SECTION("answers that the caller does not wait for") {
    model.services["page"].calls["ads"].timeout = Duration::milliseconds(2);
    CHECK(untried_after(model, with(fault(SlowDown{1}, "ads"))).empty());
    CHECK(untried_after(model, with(fault(SlowDown{30}, "ads"))) == ads);
  }
  SECTION("failures that it passes on: both edges are guesses") {
    add_service(model, "front", {call("page")});
    model.evidence["services.front.calls.page.on_error"] = {Basis::assumed, 7, ""};
    model.evidence.erase("services.page.calls.stock.on_error");
    add_poisson(model, 20, "front");
    CHECK(untried_after(model, with(fault(InstanceKill{}, "ads"))) ==
          Edges{"front -> page (7 good calls)", "page -> ads (120 good calls)"});
  }
}

TEST_CASE("a person who says what callers do is believed", "[studies]") {
  ModelSpec model = recorded_model();
  const ExperimentSpec experiment = with(fault(InstanceKill{}, "ads"));
  SECTION("by the basis of the evidence") {
    model.evidence["services.page.calls.ads.on_error"].basis = Basis::given;
  }
  SECTION("by a call that ignores failures") {
    std::get<CallSpec>(steps_of_page(model)[0].action).on_error = OnError::ignore;
  }
  SECTION("and a caller that nobody asks says nothing") {
    add_service(model, "idle", {call("ads")});
    model.evidence["services.idle.calls.ads.on_error"] = {Basis::assumed, 3, ""};
    model.evidence.erase("services.page.calls.ads.on_error");
  }

  CHECK(untried_after(model, experiment).empty());
}

TEST_CASE("a call inside of branches and rounds is an edge too", "[studies]") {
  ModelSpec model = recorded_model();
  steps_of_page(model) = {testing::parallel({{work(constant(0.001))}, {call("ads")}})};

  CHECK(untried_after(model, with(fault(AbortFault{}, "ads"))) == ads);
}

}  // namespace rehearse
