#include "models/checks/open_values.hpp"

#include <catch2/catch.hpp>

#include "models/checks/mistakes.hpp"
#include "tests/support/small_models.hpp"

namespace rehearse {
namespace {

using testing::add_poisson;
using testing::add_service;
using testing::call;
using testing::constant;
using testing::quiet;
using testing::work;

/// Learned: page calls ads, and a job that nobody asks for calls ads, too. No failure was seen.
ModelSpec learned_model() {
  ModelSpec model;
  model.provenance.calibrated_by = "rehearse 0.2.0";
  add_service(model, "ads", {work(constant(0.001))}).highest_recorded = {0.2, 2.3, 99, {}};
  add_service(model, "page", {call("ads"), testing::parallel({{call("ads")}, {call("ads")}})});
  add_service(model, "idle", {call("ads")});
  for (const char* name : {"ads", "page", "idle"}) {
    model.evidence[std::string("services.") + name + ".workers"] = {Basis::assumed, 0, ""};
  }
  model.evidence["services.page.calls.ads.on_error"] = {Basis::assumed, 120, ""};
  model.evidence["services.idle.calls.ads.on_error"] = {Basis::assumed, 7, ""};
  add_poisson(model, 20, "page");
  return model;
}

std::vector<std::string> open_paths(const ModelSpec& model,
                                    const ExperimentSpec& experiment = quiet(6)) {
  std::vector<std::string> paths;
  for (const OpenValue& value : open_values(model, experiment)) paths.push_back(value.path());
  return paths;
}

ExperimentSpec with_fault(const FaultKind& kind, const std::string& service) {
  ExperimentSpec experiment = quiet(6);
  experiment.faults = {testing::fault_at_station("it", kind, 2, 2)};
  experiment.faults[0].target.service = service;
  return experiment;
}

using Paths = std::vector<std::string>;

/// A person who gives the limits of both.
ModelSpec with_given_limits() {
  ModelSpec model = learned_model();
  model.evidence["services.ads.workers"].basis = Basis::given;
  model.evidence["services.page.workers"].basis = Basis::given;
  return model;
}

}  // namespace

TEST_CASE("limits, failures and timeouts that nobody saw are open where requests come",
          "[models]") {
  CHECK(open_paths(learned_model()) == Paths{"services.ads.workers", "services.page.workers",
                                             "services.page.calls.ads.on_error",
                                             "services.page.calls.ads.timeout"});
  const std::vector<OpenValue> open = open_values(learned_model(), quiet(6));
  CHECK(open[0].least_workers == 3);  // 2.3 were seen inside
  CHECK(open[1].least_workers == 1);  // nothing was recorded
}

TEST_CASE("what no program learned has no open values, whatever its evidence", "[models]") {
  ModelSpec model = learned_model();
  model.provenance.calibrated_by.clear();

  CHECK(open_paths(model).empty());
}

TEST_CASE("what the evidence knows is not open", "[models]") {
  ModelSpec model = with_given_limits();
  // Nothing queues, so nothing is late, and nothing fails.
  CHECK(open_paths(model).empty());

  model = learned_model();
  model.evidence["services.ads.workers"].basis = Basis::observed;
  model.evidence["services.page.calls.ads.on_error"].basis = Basis::given;
  model.evidence["services.page.calls.ads.timeout"].basis = Basis::given;
  CHECK(open_paths(model) == Paths{"services.page.workers"});
}

TEST_CASE("a timeout is open where something may be late, and none is known", "[models]") {
  const Paths both = {"services.page.calls.ads.on_error", "services.page.calls.ads.timeout"};
  CHECK(open_paths(with_given_limits(), with_fault(SlowDown{3}, "ads")) == both);
  // A page that is slow itself keeps nobody waiting for ads.
  CHECK(open_paths(with_given_limits(), with_fault(SlowDown{3}, "page")).empty());

  ModelSpec limited = with_given_limits();
  limited.services["ads"].workers = 2;
  CHECK(open_paths(limited) == both);
  limited.services["page"].calls["ads"].timeout = Duration::seconds(2);
  CHECK(open_paths(limited) == Paths{"services.page.calls.ads.on_error"});
}

TEST_CASE("what callers do about failures is open where some may arise, there or below",
          "[models]") {
  const Paths on_error = {"services.page.calls.ads.on_error"};
  CHECK(open_paths(with_given_limits(), with_fault(AbortFault{}, "ads")) == on_error);
  CHECK(open_paths(with_given_limits(), with_fault(AbortFault{}, "page")).empty());

  ModelSpec below = with_given_limits();
  add_service(below, "stock", {work(constant(0.001))}).endpoints.begin()->second.errors.percent = 1;
  below.services["ads"].endpoints.begin()->second.behaviours[0].steps.push_back(call("stock"));
  below.evidence["services.stock.workers"].basis = Basis::given;
  CHECK(open_paths(below) == on_error);
}

TEST_CASE("a reading makes another model of the same, without mistakes", "[models]") {
  const ModelSpec model = learned_model();
  Reading reading;
  reading.limits["ads"] = {Limit::Of::workers, 3};
  reading.survived.insert({"page", "ads"});
  reading.timeouts[{"page", "ads"}] = Duration::seconds(2);

  const ModelSpec made = applied(model, reading);

  CHECK(made.services.at("ads").workers == 3);
  CHECK_FALSE(made.services.at("page").workers);
  CHECK(made.services.at("page").calls.at("ads").timeout == Duration::seconds(2));
  std::size_t ignored = 0;
  for_each_step(made.services.at("page").endpoints.begin()->second.behaviours[0].steps,
                [&](const StepSpec& step) {
                  const auto* one = std::get_if<CallSpec>(&step.action);
                  ignored += one != nullptr && one->on_error == OnError::ignore;
                });
  CHECK(ignored == 3);  // those in branches, too
  CHECK(made.services.at("idle") == model.services.at("idle"));
  CHECK(find_mistakes(made, quiet(6)).empty());
  CHECK(applied(model, {}) == model);
}

TEST_CASE("readings are mixed value by value", "[models]") {
  Reading one;
  one.limits = {{"ads", {Limit::Of::workers, 3}}, {"page", {Limit::Of::cores, 4}}};
  Reading other;
  other.limits = {{"ads", {Limit::Of::workers, 5}}};
  other.survived.insert({"page", "ads"});
  Reading mixed = one;
  for (const OpenValue& value : open_values(learned_model(), quiet(6))) {
    CHECK(mixed.agrees(value, other) == (value.kind == OpenValue::Kind::timeout));
    mixed.take(value, other);
    CHECK(mixed.agrees(value, other));
  }

  CHECK(mixed == other);
}

}  // namespace rehearse
