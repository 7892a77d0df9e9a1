#include "studies/measured_arrivals.hpp"

#include <catch2/catch.hpp>

#include "models/checks/mistakes.hpp"
#include "tests/support/small_models.hpp"

namespace rehearse {
namespace {

using testing::add_poisson;
using testing::add_service;
using testing::constant;
using testing::station;

RecordedTraffic measured(const std::vector<std::pair<std::string, double>>& rates) {
  RecordedTraffic traffic;
  for (const auto& [service, rate] : rates) {
    traffic.entrances.push_back({{service, "serve"}, rate, {}});
    traffic.per_second += rate;
  }
  return traffic;
}

double rate_of(const ModelSpec& model, const std::string& workload) {
  return std::get<PoissonSpec>(model.workloads.at(workload).arrivals).rate.per_second;
}

/// Web and app share the station; the app alone asks for the shelf.
ModelSpec shared() {
  ModelSpec model = station(constant(0.01));
  add_service(model, "shelf", {testing::work(constant(0.01))});
  add_poisson(model, 30, "station", "web");
  WorkloadSpec& app = add_poisson(model, 40, "station", "app");
  app.mix[{"shelf", "serve"}] = 3;
  return model;
}

}  // namespace

TEST_CASE("workloads send what was measured, shared as before", "[studies][backtest]") {
  const ModelSpec model = shared();

  const ModelSpec scaled =
      under_traffic(model, measured({{"shelf", 12}, {"station", 80}, {"unknown", 500}}));

  CHECK(own_rate(model) == Approx(70));
  // The app sent 10 a second of 40 to the station, the web 30.
  CHECK(rate_of(scaled, "web") == Approx(60));
  CHECK(rate_of(scaled, "app") == Approx(32));
  CHECK(scaled.workloads.at("app").mix.at({"shelf", "serve"}) == Approx(12));
  CHECK(scaled.workloads.at("app").mix.at({"station", "serve"}) == Approx(20));
  CHECK(find_mistakes(scaled).empty());
  CHECK(notes_on_arrivals(model).empty());
}

TEST_CASE("who asks for nothing that was recorded is gone", "[studies][backtest]") {
  const ModelSpec scaled = under_traffic(shared(), measured({{"shelf", 12}}));

  CHECK(scaled.workloads.size() == 1);
  CHECK(scaled.workloads.at("app").mix.size() == 1);
  CHECK(rate_of(scaled, "app") == Approx(12));
}

TEST_CASE("what only services asked for comes from the first workload", "[studies][backtest]") {
  ModelSpec model = shared();
  add_service(model, "inner", {testing::work(constant(0.01))});

  const ModelSpec scaled = under_traffic(model, measured({{"inner", 5}, {"station", 40}}));

  CHECK(scaled.workloads.at("app").mix.at({"inner", "serve"}) == Approx(5));
  CHECK(rate_of(scaled, "app") == Approx(15));
}

TEST_CASE("batches keep their sizes, users stay as many, the rest becomes Poisson",
          "[studies][backtest]") {
  ModelSpec model = station(constant(0.01));
  CountLawSpec size;
  size.kind = CountLawSpec::Kind::empirical;
  size.weights = {0, 1, 0, 1};  // one or three
  add_poisson(model, 1).arrivals = BatchSpec{Rate{5}, size};
  const auto scaled = [&] { return under_traffic(model, measured({{"station", 40}})); };
  const auto arrivals = [&] { return scaled().workloads.at("load").arrivals; };

  CHECK(own_rate(model) == Approx(10));
  CHECK(std::get<BatchSpec>(arrivals()).rate.per_second == Approx(20));
  CHECK(std::get<BatchSpec>(arrivals()).size == size);
  CHECK(notes_on_arrivals(model).empty());

  StagesSpec stages;
  stages.stages = {{Duration::seconds(5), Rate{7}}};
  model.workloads["load"].arrivals = stages;
  CHECK_FALSE(own_rate(model).has_value());
  CHECK(rate_of(scaled(), "load") == Approx(40));
  CHECK_THAT(notes_on_arrivals(model).at(0), Catch::Contains("not its stages"));

  testing::add_replay(model, {0.5, 1});
  CHECK(rate_of(scaled(), "load") == Approx(40));
  CHECK_THAT(notes_on_arrivals(model).at(0), Catch::Contains("not its recorded arrivals"));

  ClosedLoopSpec users;
  users.users = 17;
  users.think_time = constant(1);
  model.workloads["load"].arrivals = users;
  CHECK(std::get<ClosedLoopSpec>(arrivals()) == users);
  CHECK_THAT(notes_on_arrivals(model).at(0), Catch::Contains("keeps its users"));
}

}  // namespace rehearse
