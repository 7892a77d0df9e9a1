#include "models/plan/expected_load.hpp"

#include <catch2/catch.hpp>

#include "models/system.hpp"

using namespace rehearse;

namespace {

/// One request a second asks for "a/x", which does these steps; a run of a hundred seconds.
System system_of(StepSequence steps, ArrivalsSpec arrivals = PoissonSpec{{1}}) {
  ModelSpec model;
  model.services["a"].endpoints["x"].behaviours = {BehaviourSpec{1, std::move(steps)}};
  model.workloads["users"] = {std::move(arrivals), {{{"a", "x"}, 1}}, {}};
  ExperimentSpec experiment;
  experiment.duration = Duration::seconds(100);
  experiment.window = Duration::seconds(10);
  return System(model, experiment);
}

double visits(const System& system) {
  return expected_load(system.plan()).visits_per_second.front();
}

}  // namespace

TEST_CASE("feedback that dies out slowly was once counted for a thousand rounds only", "[models]") {
  for (const double probability : {0.5, 0.999, 0.99999999}) {
    CAPTURE(probability);
    const System system = system_of({StepSpec{SpawnSpec{{"a", "x"}, probability}}});
    CHECK(visits(system) == Approx(1 / (1 - probability)).epsilon(1e-5));
  }
}

TEST_CASE("the first stage rises from nothing when it is a ramp", "[models]") {
  const auto stage = [](std::int64_t seconds, double rate, StagesSpec::Shape shape) {
    return StagesSpec::Stage{Duration::seconds(seconds), {rate}, shape};
  };
  using Shape = StagesSpec::Shape;

  // In a hundred seconds: 500 in the ramp, as k6 and Locust send, and 9,000 after it.
  CHECK(visits(system_of({}, StagesSpec{{stage(10, 100, Shape::ramp)}})) == Approx(95));
  CHECK(visits(system_of({}, StagesSpec{{stage(10, 100, Shape::step)}})) == Approx(100));
  CHECK(visits(system_of({}, StagesSpec{{stage(50, 10, Shape::step),
                                         stage(50, 30, Shape::ramp)}})) == Approx(15));
}
