#include <fmt/format.h>

#include "scenarios/documents.hpp"
#include "scenarios/scenario_table.hpp"
#include "scenarios/schema.hpp"

namespace rehearse {
namespace {

/// A sixtieth of what is measured, in whole seconds, at least one.
Duration usual_window(Duration measured) {
  const Duration second = Duration::seconds(1);
  const std::int64_t sixtieths = 60;
  const std::int64_t seconds =
      (measured + second * sixtieths - Duration::nanoseconds(1)) / (second * sixtieths);
  return second * (seconds < 1 ? 1 : seconds);
}

}  // namespace

void read(Reader& reader, const Node& node, Overrides&, const SetTable&) {
  reader.expect_table(node);
}

Node written(const Overrides&, const SetTable&) {
  return Node();
}

SchemaNode schema(const Overrides&, const SetTable&) {
  SchemaNode node;
  node.type = SchemaNode::Type::table;
  node.additional.emplace_back();
  node.additional_name = "PATH";
  return node;
}

void read_experiment(Reader& reader, const Node& root, Scenario& scenario) {
  ScenarioDocument document;
  read(reader, root, document, Table{});
  const ScenarioHead& head = document.head;
  scenario.name = head.name;
  scenario.seed = head.seed;
  scenario.replications = head.replications;
  scenario.threads_per_replication = head.threads_per_replication;
  ExperimentSpec& experiment = scenario.experiment;
  experiment.duration = head.duration;
  experiment.warm_up = head.warm_up;
  experiment.window = head.window.value_or(usual_window(head.duration - head.warm_up));
  experiment.faults = std::move(document.faults);
  experiment.rollout = std::move(document.rollout);
  experiment.stop_conditions = std::move(document.stop_conditions);
  experiment.objectives = std::move(document.objectives);
}

Node written_experiment(const Scenario& scenario) {
  const ExperimentSpec& experiment = scenario.experiment;
  ScenarioDocument document;
  document.head = {
      scenario.name, scenario.model_path,   experiment.duration, experiment.warm_up,
      scenario.seed, scenario.replications, experiment.window,   scenario.threads_per_replication};
  document.faults = experiment.faults;
  document.rollout = experiment.rollout;
  document.stop_conditions = experiment.stop_conditions;
  document.objectives = experiment.objectives;
  return written(document, Table{});
}

SchemaNode schema_of_scenarios() {
  SchemaNode root = schema(ScenarioDocument{}, Table{});
  root.description = "A scenario of rehearse: what is done to a system, and what must hold.";
  root.definitions = law_definitions();
  return root;
}

}  // namespace rehearse
