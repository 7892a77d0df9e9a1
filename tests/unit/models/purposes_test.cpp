// Decisions that can meet at one path are independent: each has a purpose of its own.

#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <set>

#include "models/plan/plan.hpp"
#include "sim/hash.hpp"
#include "sim/random/random_stream.hpp"
#include "tests/support/random_models.hpp"
#include "tests/support/small_models.hpp"

using namespace rehearse;
using namespace rehearse::testing;

namespace {

using Purposes = std::map<std::string, std::uint64_t>;

Purposes purposes_of(const Plan& plan) {
  Purposes all;
  const auto name = [](const char* what, std::size_t i) { return what + std::to_string(i); };
  for (std::size_t i = 0; i < plan.edges.size(); ++i) {
    all[name("latency of edge ", i)] = plan.edges[i].latency_purpose;
    all[name("instance of edge ", i)] = plan.edges[i].balancing_purpose;
    all[name("version of edge ", i)] = plan.edges[i].version_purpose;
    all[name("back-off of edge ", i)] = plan.edges[i].backoff_purpose;
  }
  for (std::size_t i = 0; i < plan.endpoints.size(); ++i) {
    all[name("behaviour of endpoint ", i)] = plan.endpoints[i].purpose;
    all[name("error of endpoint ", i)] = plan.endpoints[i].error_purpose;
  }
  for (std::size_t i = 0; i < plan.steps.size(); ++i) all[name("step ", i)] = plan.steps[i].purpose;
  for (std::size_t i = 0; i < plan.services.size(); ++i) {
    all[name("shared at service ", i)] = plan.services[i].shared_purpose;
  }
  all["size of a request"] = plan.size_purpose;
  for (std::size_t i = 0; i < plan.faults.size(); ++i) {
    all[name("fault ", i)] = plan.faults[i].purpose;
  }
  for (std::size_t i = 0; i < plan.workloads.size(); ++i) {
    all[name("mix of workload ", i)] = plan.workloads[i].purpose;
  }
  for (std::size_t i = 0; i < plan.sources.size(); ++i) {
    all[name("arrivals of source ", i)] = plan.sources[i].purpose;
  }
  for (std::size_t i = 0; i < plan.instances.size(); ++i) {
    all[name("instance ", i)] = plan.instances[i].purpose;
  }
  return all;
}

/// Correlation of what two purposes draw at the same paths, in standard errors.
double correlation(std::uint64_t a, std::uint64_t b) {
  constexpr int paths = 1000;
  double sum = 0;
  for (int i = 0; i < paths; ++i) {
    const std::uint64_t path = mixed(static_cast<std::uint64_t>(i));
    sum += (RandomStream(7, a, path).uniform() - 0.5) * (RandomStream(7, b, path).uniform() - 0.5);
  }
  return 12 * sum / std::sqrt(static_cast<double>(paths));
}

}  // namespace

TEST_CASE("no two decisions of a plan share a purpose", "[models]") {
  for (std::uint64_t number = 0; number < 60; ++number) {
    const RandomScenario scenario = random_scenario(number);
    const Purposes purposes = purposes_of(System(scenario.model, scenario.experiment).plan());
    std::map<std::uint64_t, std::string> seen;
    for (const auto& [name, purpose] : purposes) {
      INFO("scenario " << number << ": " << name << " and " << seen[purpose]);
      CHECK(seen[purpose].empty());
      seen[purpose] = name;
    }
  }
}

TEST_CASE("what two purposes choose at one path is independent", "[models]") {
  // A false alarm in 150,000 pairs; a shared purpose is 30 standard errors off.
  const RandomScenario scenario = random_scenario(4);
  const Purposes purposes = purposes_of(System(scenario.model, scenario.experiment).plan());
  REQUIRE(purposes.size() > 10);
  for (auto one = purposes.begin(); one != purposes.end(); ++one) {
    CHECK(correlation(one->second, one->second) > 20);  // the twin that must be rejected
    for (auto other = std::next(one); other != purposes.end(); ++other) {
      INFO(one->first << " and " << other->first);
      CHECK(std::abs(correlation(one->second, other->second)) < 5);
    }
  }
}
