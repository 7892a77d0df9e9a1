#include "cli/machine_memory.hpp"

#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "models/system.hpp"
#include "scenarios/scenario.hpp"
#include "tests/end_to_end/program.hpp"

namespace rehearse {
namespace {

using testing::Finished;
using testing::Workplace;

/// A study whose memory goes for one thing.
struct Greedy {
  std::string what;
  int endpoints = 1;
  int instances = 1;
  std::string policy = "round_robin";
  std::string window = "1s";
  std::uint64_t replications = 1;
};

std::string model_of(const Greedy& greedy) {
  std::string text = fmt::format(R"(rehearse_model = 1
[workloads.users]
arrivals = {{ poisson = {{ rate = "20/s" }} }}
mix = {{ "page/Get" = 1 }}
[services.page]
instances = {0}
[services.page.calls.stock]
load_balancer = {{ policy = "{1}" }}
[[services.page.endpoints.Get.behaviours]]
steps = [ {{ call = "stock/e0" }} ]
[services.stock]
instances = {0}
)",
                                 greedy.instances, greedy.policy);
  for (int i = 0; i < greedy.endpoints; ++i) {
    text += fmt::format(
        "[[services.stock.endpoints.e{}.behaviours]]\nsteps = [ {{ work = \"1ms\" }} ]\n", i);
  }
  return text;
}

std::string scenario_of(const Greedy& greedy) {
  return fmt::format(R"(rehearse = 1
[scenario]
name = "greedy"
model = "greedy.model.toml"
duration = "10s"
window = "{}"
replications = {}
[[faults]]
name = "slow"
kind = "latency"
target = {{ service = "stock" }}
at = "2s"
duration = "3s"
delay = "1ms"
percentage = 100
)",
                     greedy.window, greedy.replications);
}

}  // namespace

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST_CASE("a study takes about as much memory as is told beforehand", "[cli]") {
  const auto greedy = GENERATE(values<Greedy>({
      {.what = "windows", .endpoints = 20, .window = "1ms", .replications = 20},
      {.what = "instances", .instances = 100'000},
      {.what = "instances that callers know", .instances = 5'000, .policy = "least_request"},
      {.what = "endpoints", .endpoints = 5'000, .replications = 3},
      {.what = "replications", .window = "10s", .replications = 50'000},
  }));
  const Workplace place;
  place.write("greedy.model.toml", model_of(greedy));
  place.write("greedy.toml", scenario_of(greedy));
  const Scenario scenario = load_scenario(place.file("greedy.toml"));
  const System experiment(scenario.model, scenario.experiment);
  const System control(scenario.model, scenario.experiment.control());
  const StudyMemory expected = memory_of_study(experiment, &control, greedy.replications, 1);

  const double nothing = place.rehearse({"--version"}).peak_bytes;
  const Finished finished = place.rehearse({"run", "greedy.toml", "--threads", "1"});
  const double taken = finished.peak_bytes - nothing;
  const double told = expected.running + expected.kept;

  INFO(greedy.what << ": told " << told / 1e6 << " MB, taken " << taken / 1e6 << " MB");
  CHECK(finished.exit_code == 0);
  CHECK(taken < 1.2 * told + 30e6);
  // Most where endpoints are known and not called: their histograms stay empty.
  CHECK(told < 5 * taken);
}
#endif

TEST_CASE("a study for which there is not enough memory is refused", "[cli][errors]") {
  const Workplace place;
  Greedy greedy;
  place.write("greedy.model.toml", model_of(greedy));
  place.write("greedy.toml", scenario_of(greedy));

  const Finished refused = place.rehearse({"run", "greedy.toml", "-n", "1000000000"});

  CHECK(refused.exit_code == 104);
  CHECK(refused.errors.find("would take about") != std::string::npos);
  CHECK(refused.errors.find("fewer replications") != std::string::npos);
  CHECK(place.names() == std::vector<std::string>{"greedy.model.toml", "greedy.toml"});
}

}  // namespace rehearse
