#include "scenarios/documents.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "language/table.hpp"
#include "language/value_kinds.hpp"
#include "models/specs/experiment_spec.hpp"
#include "models/specs/model_spec.hpp"
#include "models/specs/preflight_spec.hpp"
#include "scenarios/arrivals_file.hpp"

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

/// The files that workloads replay.
void read_recorded_arrivals(Reader& reader, const Node& root, ModelSpec& model) {
  for (auto& [name, workload] : model.workloads) {
    auto* replay = std::get_if<ReplaySpec>(&workload.arrivals);
    const Node* node = root.find("workloads");
    const Reader::Within workloads(reader, "workloads");
    const Reader::Within named(reader, name);
    const Reader::Within arrivals(reader, "arrivals");
    const Reader::Within replayed(reader, "replay");
    for (const std::string_view key : {std::string_view(name), {"arrivals"}, {"replay"}}) {
      if (node != nullptr) node = node->find(key);
    }
    if (replay != nullptr && node != nullptr) read_arrivals(reader, *node, *replay);
  }
}

}  // namespace

ModelSpec read_model(Reader& reader, const Node& root) {
  ModelDocument document;
  read(reader, root, document, Table{});
  read_recorded_arrivals(reader, root, document.model);
  return std::move(document.model);
}

Node written_model(const ModelSpec& model) {
  return written(ModelDocument{1, model, {}}, Table{});
}

SchemaNode schema_of_models() {
  SchemaNode root = schema(ModelDocument{}, Table{});
  root.description = "A model of rehearse: what the system is.";
  root.definitions = law_definitions();
  SchemaNode name;
  name.type = SchemaNode::Type::text;
  name.unit = "name of one of the laws";
  name.pattern = "^[^0-9+\\-. ]";
  SchemaNode& law = root.definitions.front().node;
  law.alternatives.insert(law.alternatives.begin() + 1, std::move(name));
  for (auto& definition : step_definitions()) root.definitions.push_back(std::move(definition));
  return root;
}

/// The [scenario] table.
struct ScenarioHead {
  std::string name;
  std::string model;
  Duration duration;
  Duration warm_up;
  std::uint64_t seed = 1;
  std::uint64_t replications = 200;
  std::optional<Duration> window;
  std::optional<int> threads_per_replication;
  std::optional<Parameters> parameters;
  ReadingsWanted readings = ReadingsWanted::search;
};

constexpr Choice<Parameters> parameters_words{{Parameters::posterior, "posterior"},
                                              {Parameters::point, "point"}};
constexpr Choice<ReadingsWanted> readings_words{{ReadingsWanted::search, "search"},
                                                {ReadingsWanted::off, "off"}};

template <class Visitor, SpecOf<ScenarioHead> Spec>
void describe(Visitor& visitor, Spec& spec) {
  visitor.key({"name", "What the scenario is called.", Need::required}, spec.name, Text{"a name"});
  visitor.key({"model", "The model file, relative to this file.", Need::required}, spec.model,
              Text{"the name of a file"});
  visitor.key({"duration", "Of a run, the warm-up included.", Need::required}, spec.duration,
              positive_span);
  visitor.key({"warm_up", "At the start, not measured."}, spec.warm_up, Extent{});
  visitor.key({"seed", "Another seed, other luck."}, spec.seed, Whole{});
  visitor.key({"replications", "How many runs."}, spec.replications, Whole{1, 100'000'000});
  visitor.key({"window",
               "Width of the windows of the time series; a sixtieth of the measured time, "
               "in whole seconds, when absent."},
              spec.window, Extent{Duration::milliseconds(1)});
  visitor.key({"threads_per_replication",
               "How many threads share one run; results do not depend on it. auto: one, unless "
               "there are fewer runs than threads, or one would take longer than a minute."},
              spec.threads_per_replication, WholeOrWord{1, 1'024, "auto"});
  visitor.key({"parameters",
               "posterior: each run has a draw of its own of the model's numbers, as the recording "
               "leaves them open; the draws stand beside the model, where calibrate writes them. "
               "point: all runs have the numbers as they were learned, and the answer is "
               "conditional on them. posterior where there are draws, when absent."},
              spec.parameters, parameters_words);
  visitor.key(
      {"readings",
       "What the recording of a calibrated model does not tell (limits of workers, what "
       "callers do when a call fails, timeouts) may be so or so. search: a verdict must hold "
       "under the best and the worst reading found. off: nothing passes beyond 1.2 times the "
       "recorded load, and the rest is taken as the model has it."},
      spec.readings, readings_words);
}

/// Kind of the [set] table: applied to the model before it is read.
struct SetTable {};
struct Overrides {};
void read(Reader& reader, const Node& node, Overrides& value, const SetTable& kind);
Node written(const Overrides& value, const SetTable& kind);
SchemaNode schema(const Overrides& value, const SetTable& kind);

struct ScenarioDocument {
  int language = 1;
  ScenarioHead head;
  Overrides set;
  std::vector<FaultSpec> faults;
  std::optional<RolloutSpec> rollout;
  std::vector<StopConditionSpec> stop_conditions;
  std::vector<ObjectiveSpec> objectives;
  std::optional<PreflightSpec> preflight;
};
template <class Visitor, SpecOf<ScenarioDocument> Spec>
void describe(Visitor& visitor, Spec& spec) {
  visitor.key({"rehearse", "Says that this file is a scenario, in version 1 of the language.",
               Need::required},
              spec.language, LanguageVersion{});
  visitor.key(
      {"scenario", "The frame of the experiment: name, model, duration, seed.", Need::required},
      spec.head, Table{});
  visitor.key(
      {"set",
       "What if: any path of the model, with another value; of a table, the keys that it says.",
       Need::conditional},
      spec.set, SetTable{});
  visitor.key({"faults", "What goes wrong."}, spec.faults, List<Table>{Table{}, 0, 1'000});
  visitor.key({"rollout", "A canary of one service."}, spec.rollout, Via<RolloutKeys>{});
  visitor.key({"stop_conditions",
               "The alarms that production has: they end the experiment, or call somebody."},
              spec.stop_conditions, List<Table>{Table{}, 0, 100});
  visitor.key({"objectives", "What must hold."}, spec.objectives, List<Table>{Table{}, 0, 1'000});
  visitor.key({"preflight", "What the gate of a pipeline is told; no run depends on it.",
               Need::conditional},
              spec.preflight, Table{});
}

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
  scenario.parameters = head.parameters;
  scenario.threads_per_replication = head.threads_per_replication;
  scenario.readings = head.readings;
  ExperimentSpec& experiment = scenario.experiment;
  experiment.duration = head.duration;
  experiment.warm_up = head.warm_up;
  experiment.window = head.window.value_or(usual_window(head.duration - head.warm_up));
  experiment.faults = std::move(document.faults);
  experiment.rollout = std::move(document.rollout);
  experiment.stop_conditions = std::move(document.stop_conditions);
  experiment.objectives = std::move(document.objectives);
  scenario.preflight = std::move(document.preflight);
}

Node written_experiment(const Scenario& scenario) {
  const ExperimentSpec& experiment = scenario.experiment;
  ScenarioDocument document;
  document.head = {scenario.name,       scenario.model_path,
                   experiment.duration, experiment.warm_up,
                   scenario.seed,       scenario.replications,
                   experiment.window,   scenario.threads_per_replication,
                   scenario.parameters, scenario.readings};
  document.faults = experiment.faults;
  document.rollout = experiment.rollout;
  document.stop_conditions = experiment.stop_conditions;
  document.objectives = experiment.objectives;
  document.preflight = scenario.preflight;
  return written(document, Table{});
}

SchemaNode schema_of_scenarios() {
  SchemaNode root = schema(ScenarioDocument{}, Table{});
  root.description = "A scenario of rehearse: what is done to a system, and what must hold.";
  root.definitions = law_definitions();
  return root;
}

}  // namespace rehearse
