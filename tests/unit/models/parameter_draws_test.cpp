#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>

#include "models/specs/parameter_draws.hpp"
#include "sim/expects.hpp"
#include "tests/support/small_models.hpp"

using namespace rehearse;

namespace {

LawSpec law_of(double low, double high) {
  LawSpec law;
  law.form = EmpiricalSpec{{{0, Duration::rounded_seconds(low)},
                            {0.5, Duration::rounded_seconds((low + high) / 2)},
                            {1, Duration::rounded_seconds(high)}}};
  return law;
}

/// One endpoint with two behaviours, and its users.
ModelSpec model_of(double rate, double often, double low, double high) {
  ModelSpec model;
  EndpointSpec endpoint;
  endpoint.errors.percent = 2;
  endpoint.behaviours = {{often, {StepSpec{WorkSpec{law_of(low, high)}}}}, {1, {}}};
  model.services["shop"].endpoints["GET /"] = endpoint;
  model.workloads["users"].arrivals = PoissonSpec{Rate{rate}};
  model.workloads["users"].mix[{"shop", "GET /"}] = 1;
  return model;
}

double rate_of(const ModelSpec& model) {
  return std::get<PoissonSpec>(model.workloads.at("users").arrivals).rate.per_second;
}

EmpiricalSpec work_of(const ModelSpec& model) {
  const auto& behaviours = model.services.at("shop").endpoints.at("GET /").behaviours;
  const auto& work = std::get<WorkSpec>(behaviours.front().steps.front().action);
  return std::get<EmpiricalSpec>(work.duration.form);
}

}  // namespace

TEST_CASE("the numbers of a model have the paths that files write", "[models]") {
  const ParameterDraws draws = without_draws(model_of(10, 3, 0.1, 0.3));

  const auto at = [&](const std::string& path) {
    const auto found = std::find(draws.paths.begin(), draws.paths.end(), path);
    REQUIRE(found != draws.paths.end());
    return draws.learned[static_cast<std::size_t>(found - draws.paths.begin())];
  };
  CHECK(at("workloads.users.arrivals.poisson.rate") == 10);
  CHECK(at("workloads.users.mix.\"shop/GET /\"") == 1);
  CHECK(at("services.shop.endpoints.\"GET /\".errors.percent") == 2);
  CHECK(at("services.shop.endpoints.\"GET /\".behaviours[0].weight") == 3);
  CHECK(at("services.shop.endpoints.\"GET /\".behaviours[0].steps[0].work[1]") ==
        Approx(0.2).margin(1e-12));
  CHECK(draws.draws() == 0);
}

TEST_CASE("a drawn model is the model with other numbers", "[models]") {
  const ModelSpec learned = model_of(10, 3, 0.1, 0.3);
  ParameterDraws draws = without_draws(learned);
  add_draw(draws, model_of(11, 2.5, 0.1, 0.4));
  add_draw(draws, model_of(9, 3.5, 0.1, 0.2));

  const DrawnModel drawn(learned, draws);

  REQUIRE(drawn.draws() == 2);
  CHECK(drawn.drawn() == 4);  // the rate, a weight and two points; the others say the same
  CHECK(drawn.changed() == 0);
  CHECK(rate_of(drawn.draw(0)) == Approx(11));
  CHECK(rate_of(drawn.draw(1)) == Approx(9));
  CHECK(work_of(drawn.draw(0)).points[1].value.in_seconds() == Approx(0.25));
  CHECK(work_of(drawn.draw(1)).points[2].value.in_seconds() == Approx(0.2));
  ModelSpec back = drawn.draw(1);
  back.workloads = learned.workloads;
  CHECK(back.services.at("shop").calls == learned.services.at("shop").calls);
  CHECK_THROWS_AS(drawn.draw(2), ContractViolation);
}

TEST_CASE("what a person changed is the same in every draw", "[models]") {
  ParameterDraws draws = without_draws(model_of(10, 3, 0.1, 0.3));
  add_draw(draws, model_of(11, 2.5, 0.1, 0.2));
  ModelSpec edited = model_of(40, 3, 0.1, 0.3);
  auto& behaviours = edited.services.at("shop").endpoints.at("GET /").behaviours;
  auto& work = std::get<WorkSpec>(behaviours.front().steps.front().action);
  std::get<EmpiricalSpec>(work.duration.form).points[1].value = Duration::milliseconds(250);

  const DrawnModel drawn(edited, draws);

  CHECK(drawn.changed() == 2);
  CHECK(rate_of(drawn.draw(0)) == 40);
  const EmpiricalSpec law = work_of(drawn.draw(0));
  CHECK(law.points[1].value == Duration::milliseconds(250));
  CHECK(law.points[2].value == Duration::milliseconds(250));  // drawn as 200 ms: laws never fall
}

TEST_CASE("draws are of one model", "[models]") {
  ParameterDraws draws = without_draws(model_of(10, 3, 0.1, 0.3));
  ModelSpec other = model_of(10, 3, 0.1, 0.3);
  other.services.at("shop").endpoints.at("GET /").behaviours.pop_back();

  CHECK_THROWS_AS(add_draw(draws, other), ContractViolation);
  CHECK_THROWS_AS(DrawnModel(other, without_draws(other)), ContractViolation);
}

TEST_CASE("a draw is a model that a file may hold", "[models]") {
  const ModelSpec learned = model_of(10, 3, 0.1, 0.3);
  ParameterDraws draws = without_draws(learned);
  draws.values.assign(draws.paths.size(), 0.0F);
  draws.values.insert(draws.values.end(), draws.paths.size(), 3e38F);
  const DrawnModel drawn(learned, draws);

  for (const std::size_t i : {0, 1}) {
    CAPTURE(i);
    const ModelSpec model = drawn.draw(i);
    const EndpointSpec& endpoint = model.services.at("shop").endpoints.at("GET /");
    CHECK(endpoint.errors.percent == (i == 0 ? 0 : 100));
    CHECK(endpoint.behaviours.front().weight > 0);
    CHECK(std::isfinite(endpoint.behaviours.front().weight));
    CHECK(rate_of(model) > 0);
    CHECK(work_of(model).points.back().value <= Duration::hours(720));
  }
}
