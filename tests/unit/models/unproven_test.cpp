// An objective that holds in what was measured is not met when that was not what was asked for.

#include <catch2/catch.hpp>

#include "models/run/measure.hpp"
#include "tests/support/small_models.hpp"

using namespace rehearse;
using namespace rehearse::testing;

namespace {

ObjectiveSpec errors_below(double threshold) {
  ObjectiveSpec objective;
  objective.expect.metric = Metric::error_ratio;
  objective.expect.comparison = Comparison::less;
  objective.expect.threshold = threshold;
  return objective;
}

}  // namespace

TEST_CASE("neither a capped run nor a fault without target meets an objective", "[models]") {
  ModelSpec model = station(constant(0));
  add_replay(model, {0.5});
  const System system(model, quiet(1));
  Outcome outcome = run_replication(system, {.study = 1, .replication = 0});
  const auto judged = [&](double threshold) {
    return judge(errors_below(threshold), outcome, system.layout(), 0);
  };
  REQUIRE(judged(0.5) == Judgement::met);
  REQUIRE(judged(0) == Judgement::missed);

  outcome.capped = true;
  CHECK(judged(0.5) == Judgement::no_data);
  CHECK(judged(0) == Judgement::missed);

  outcome.capped = false;
  outcome.faults_without_target = 1;
  CHECK(judged(0.5) == Judgement::no_data);
  CHECK(judged(0) == Judgement::missed);
}
