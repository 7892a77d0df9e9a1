// What random scenarios are meant to hold occurs in them, and does something.

#include <catch2/catch.hpp>
#include <functional>
#include <map>

#include "models/replication.hpp"
#include "tests/support/random_models.hpp"

using namespace rehearse;
using namespace rehearse::testing;

namespace {

constexpr std::uint64_t scenarios = 150;

bool erased(ExperimentSpec& experiment, const std::function<bool(const FaultSpec&)>& which) {
  return std::erase_if(experiment.faults, which) > 0;
}

bool has_errands(const ModelSpec& model) {
  return model.services.rbegin()->second.endpoints.count("errand") > 0;
}

/// A spoiled twin: takes an ingredient away, and says whether it was there.
struct Ingredient {
  const char* name;
  std::function<bool(RandomScenario&)> take_away;
};

bool take_cpus(RandomScenario& scenario) {
  bool there = false;
  for (auto& [name, service] : scenario.model.services) {
    there = there || service.cpu;
    service.cpu.reset();
  }
  return there;
}

/// They are shorter than any errand of the service.
bool take_short_slow_downs(RandomScenario& scenario) {
  return has_errands(scenario.model) && erased(scenario.experiment, [](const FaultSpec& fault) {
           return fault.name == "short slow-down";
         });
}

bool take_second_spike(RandomScenario& scenario) {
  return erased(scenario.experiment, [](const FaultSpec& fault) { return fault.name == "spike1"; });
}

bool take_retries_of_errands(RandomScenario& scenario) {
  if (!has_errands(scenario.model)) return false;
  const std::string last = scenario.model.services.rbegin()->first;
  scenario.model.services.begin()->second.calls[last].retry->max_attempts = 1;
  return true;
}

/// Where errands are under way, so that their retries die with whoever spawned them.
bool take_deaths_of_spawners(RandomScenario& scenario) {
  const std::string first = scenario.model.services.begin()->first;
  return has_errands(scenario.model) && erased(scenario.experiment, [&](const FaultSpec& fault) {
           return std::holds_alternative<InstanceKill>(fault.kind) && fault.target.service == first;
         });
}

bool take_alarms(RandomScenario& scenario) {
  const bool there = !scenario.experiment.stop_conditions.empty();
  scenario.experiment.stop_conditions.clear();
  return there;
}

/// All callers of the canary turn from `policy` to taking turns.
bool take_policy_towards_canary(RandomScenario& scenario, BalancingPolicy policy) {
  if (!scenario.experiment.rollout) return false;
  bool there = false;
  const auto turn = [&](std::map<std::string, ClientSpec>& calls) {
    const auto client = calls.find(scenario.experiment.rollout->service);
    if (client == calls.end() || client->second.load_balancer.policy != policy) return;
    client->second.load_balancer.policy = BalancingPolicy::round_robin;
    there = true;
  };
  for (auto& [name, service] : scenario.model.services) turn(service.calls);
  for (auto& [name, workload] : scenario.model.workloads) turn(workload.calls);
  return there;
}

}  // namespace

TEST_CASE("what random scenarios are meant to hold acts in many of them", "[property]") {
  const std::vector<Ingredient> ingredients = {
      {"processor sharing", take_cpus},
      {"slow-downs in the middle of work", take_short_slow_downs},
      {"two load spikes at once", take_second_spike},
      {"retries of spawned calls", take_retries_of_errands},
      {"deaths of who spawned", take_deaths_of_spawners},
      {"alarms", take_alarms},
      {"a canary that is chosen at random",
       [](RandomScenario& s) { return take_policy_towards_canary(s, BalancingPolicy::random); }},
      {"a canary that is chosen by load",
       [](RandomScenario& s) {
         return take_policy_towards_canary(s, BalancingPolicy::least_request);
       }},
  };
  RunMemory memory;
  const auto run = [&](const RandomScenario& scenario) {
    const System system(scenario.model, scenario.experiment);
    return run_replication(system, {.study = 51, .replication = 0}, memory);
  };
  std::vector<int> acted(ingredients.size());
  for (std::uint64_t number = 0; number < scenarios; ++number) {
    const RandomScenario scenario = random_scenario(number);
    const std::uint64_t whole = run(scenario).trajectory;
    for (std::size_t i = 0; i < ingredients.size(); ++i) {
      RandomScenario without = scenario;
      if (ingredients[i].take_away(without)) acted[i] += run(without).trajectory != whole;
    }
  }

  for (std::size_t i = 0; i < ingredients.size(); ++i) {
    INFO(ingredients[i].name);
    CHECK(acted[i] >= 5);
  }
}
