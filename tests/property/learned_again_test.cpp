// What is learned from the traces of a model is that model: as far as traces can tell, and no less.

#include <catch2/catch.hpp>

#include "calibrate/calibrate.hpp"
#include "tests/property/model_likeness.hpp"
#include "tests/property/recorded_simulation.hpp"

using namespace rehearse;
using namespace rehearse::testing;

namespace {

constexpr std::uint64_t models = 50;
constexpr std::uint64_t models_at_once = 12;

/// Also those between the recording and the learned model.
std::vector<std::string> differences_when_learned(std::uint64_t number) {
  const LearnableScenario scenario = learnable_scenario(number);
  SpanSet spans = recorded(scenario, number);
  const Seen seen = seen_in(spans, scenario.model);
  CalibrateOptions options;
  options.self_check = true;
  const Calibration learned = calibrate(std::move(spans), options);
  std::vector<std::string> found = differences(scenario.model, learned.model, seen);
  for (const SelfCheckRow& row : learned.account.self_check.value().rows) {
    for (const std::size_t level : {0, 1}) {
      const auto& quantile = row.quantiles[level];
      if (!quantile || quantile->alike) continue;
      found.push_back(row.endpoint + ", quantile " + std::to_string(self_check_levels[level]) +
                      ": " + std::to_string(quantile->recorded) + " -> " +
                      std::to_string(quantile->model));
    }
    if (!row.errors.alike) {
      found.push_back(row.endpoint + ", errors: " + std::to_string(row.errors.recorded) + " -> " +
                      std::to_string(row.errors.model));
    }
  }
  return found;
}

void check_models(std::uint64_t first, std::uint64_t last) {
  for (std::uint64_t number = first; number < last; ++number) {
    CAPTURE(number);
    std::string lines;
    for (const std::string& difference : differences_when_learned(number)) {
      lines += difference + "\n";
    }
    CHECK(lines == "");
  }
}

}  // namespace

TEST_CASE("a model is learned again from its own traces", "[property]") {
  check_models(0, models_at_once);
}

TEST_CASE("many models are learned again from their own traces", "[property][.slow]") {
  check_models(models_at_once, models);
}
