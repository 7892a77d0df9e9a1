// Integrals over many workers and much time.

#include <catch2/catch.hpp>

#include "models/run/measure.hpp"
#include "tests/support/small_models.hpp"

using namespace rehearse;
using namespace rehearse::testing;

TEST_CASE("the utilization of ten thousand workers over two hours does not wrap", "[models]") {
  ModelSpec model = station(constant(6'480), 1'000);
  model.services["station"].instances = 10;
  add_replay(model, std::vector<double>(10'000, 0));
  const System system(model, quiet(7'200));
  const Outcome outcome = run_replication(system, {.study = 1});

  MetricCondition utilization;
  utilization.metric = Metric::utilization;
  utilization.aggregate = Aggregate::mean;
  CHECK(*measured(utilization, outcome, system.layout(), 0) == Approx(0.9).epsilon(1e-12));
}
