#include <catch2/catch.hpp>

#include "models/run/measure.hpp"
#include "tests/support/small_models.hpp"

using namespace rehearse;
using namespace rehearse::testing;

namespace {

ObjectiveSpec p99_below(double seconds, const MetricLabels& labels) {
  ObjectiveSpec objective;
  objective.expect.aggregate = Aggregate::quantile;
  objective.expect.level = 0.99;
  objective.expect.metric = Metric::latency;
  objective.expect.labels = labels;
  objective.expect.comparison = Comparison::less;
  objective.expect.threshold = seconds;
  return objective;
}

/// A station that answers in 10 ms, and whose only instance is dead from the first second on.
Judgement judged_when_dead(const MetricLabels& labels, double share_of_run) {
  ModelSpec model = station(constant(0.010), std::nullopt);
  add_poisson(model, 100);
  ExperimentSpec experiment = quiet(10);
  FaultSpec kill;
  kill.name = "kill";
  kill.kind = InstanceKill{};
  kill.target.service = "station";
  kill.at = Duration::seconds(1);
  kill.duration = Duration::rounded_seconds(9 * share_of_run);
  experiment.faults = {kill};
  experiment.objectives = {p99_below(0.4, labels)};
  const System system(model, experiment);
  const Outcome outcome = run_replication(system, {.study = 1, .replication = 0});
  return judge(experiment.objectives[0], outcome, system.layout(), 0);
}

}  // namespace

TEST_CASE("failing fast meets no latency objective", "[models]") {
  const MetricLabels users{"load", "", "", ""};
  const MetricLabels service{"", "station", "", ""};
  for (const MetricLabels& labels : {users, service}) {
    CHECK(judged_when_dead(labels, 1.0) == Judgement::missed);
    CHECK(judged_when_dead(labels, 0.2) == Judgement::missed);
    CHECK(judged_when_dead(labels, 0.001) == Judgement::met);
  }
}
