#include "scenarios/scenario.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "language/diagnostics.hpp"
#include "language/spec_path.hpp"
#include "language/text_file.hpp"
#include "language/toml_reader.hpp"
#include "models/checks/doubts.hpp"
#include "models/checks/mistakes.hpp"
#include "scenarios/documents.hpp"
#include "scenarios/given_values.hpp"
#include "scenarios/located_mistakes.hpp"
#include "scenarios/named_laws.hpp"
#include "scenarios/set_paths.hpp"
#include "sim/error.hpp"

namespace rehearse {
namespace {

/// A file that was asked for by name: without it there is nothing to do.
std::string required_text(const std::string& path) {
  TextFile file = read_text_file(path);
  if (!file.text)
    throw InvalidInput(fmt::format("{}: error: {}\n", printable(path), file.complaint));
  return *std::move(file.text);
}

void collect_origins(const Node& node, const std::string& path, int model_source,
                     const Diagnostics& diagnostics, bool in_model, Origins& origins) {
  if (!path.empty() && node.position.file >= 0) {
    origins[path] = Origin{diagnostics.source_name(node.position.file), node.position.line,
                           in_model && node.position.file != model_source};
  }
  for (const Entry& entry : node.entries) {
    collect_origins(entry.node, extended_path(path, entry.key), model_source, diagnostics, in_model,
                    origins);
  }
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    collect_origins(node.items[i], indexed_path(path, i), model_source, diagnostics, in_model,
                    origins);
  }
}

/// The model file that a scenario names, with the overrides applied.
struct ModelFile {
  int source = -1;
  Node root = Node::of_table();
  bool usable = false;
};

ModelFile open_model(const Node& scenario_root, Scenario& scenario, Diagnostics& diagnostics) {
  ModelFile file;
  const Node* head = scenario_root.find("scenario");
  const Node* name = head ? head->find("model") : nullptr;
  if (name == nullptr || name->type != Node::Type::text || name->text.empty()) return file;
  scenario.model_path = joined_path(folder_of(scenario.path), name->text);
  TextFile text = read_text_file(scenario.model_path);
  if (!text.text) {
    diagnostics.add(name->position,
                    fmt::format("the model '{}': {}", scenario.model_path, text.complaint));
    return file;
  }
  scenario.model_text = *std::move(text.text);
  file.source = diagnostics.add_source(scenario.model_path, scenario.model_text);
  file.root = read_toml(file.source, diagnostics);
  file.usable = is_kind(file.root, "rehearse_model", "rehearse",
                        "[scenario] model = ... names a model file", diagnostics) &&
                !file.root.entries.empty();
  return file;
}

}  // namespace

Scenario load_scenario(const std::string& path) {
  Scenario scenario;
  scenario.path = path;
  scenario.text = required_text(path);
  Diagnostics diagnostics;
  const int source = diagnostics.add_source(path, scenario.text);
  const Node root = read_toml(source, diagnostics);
  diagnostics.throw_if_any();
  if (!is_kind(root, "rehearse", "rehearse_model",
               "a model is not run by itself: write a scenario that names it", diagnostics)) {
    diagnostics.throw_if_any();
  }

  Reader scenario_reader(diagnostics, folder_of(path));
  read_experiment(scenario_reader, root, scenario);
  ModelFile model = open_model(root, scenario, diagnostics);
  if (!model.usable) {
    if (diagnostics.empty()) diagnostics.add(Position{model.source, 1, 1}, "the model is empty");
    diagnostics.throw_if_any();
  }

  Reader model_reader(diagnostics, folder_of(scenario.model_path));
  const Node* set = root.find("set");
  NamedLaws laws(model_reader, model.root);
  laws.resolve(model.root);
  if (set != nullptr) {
    apply_overrides(model_reader, *set, model.root);
    laws.resolve(model.root);
  }
  scenario.model = read_model(model_reader, model.root);
  if (set != nullptr) mark_given(*set, scenario.model);
  ReadDocument of_model{NodeFinder(model.root), model_reader};
  ReadDocument of_scenario{NodeFinder(root), scenario_reader};
  add_mistakes(find_mistakes(scenario.model, scenario.experiment), of_model, &of_scenario,
               diagnostics);
  diagnostics.throw_if_any();

  scenario.contradicted = contradicted_values(scenario.model);
  scenario.doubts = scenario.contradicted;
  for (std::string& doubt : find_doubts(scenario.model, scenario.experiment)) {
    scenario.doubts.push_back(std::move(doubt));
  }
  for (std::string& doubt : laws.doubts()) scenario.doubts.push_back(std::move(doubt));
  collect_origins(root, "", model.source, diagnostics, false, scenario.origins);
  collect_origins(model.root, "", model.source, diagnostics, true, scenario.origins);
  return scenario;
}

namespace {

ModelSpec parse_checked(const std::string& text, const std::string& name) {
  Diagnostics diagnostics;
  const int source = diagnostics.add_source(name, text);
  Node root = read_toml(source, diagnostics);
  diagnostics.throw_if_any();
  if (!is_kind(root, "rehearse_model", "rehearse", "this is a scenario; it names its model",
               diagnostics)) {
    diagnostics.throw_if_any();
  }
  Reader reader(diagnostics, folder_of(name));
  NamedLaws(reader, root).resolve(root);
  ModelSpec model = read_model(reader, root);
  ReadDocument reading{NodeFinder(root), reader};
  add_mistakes(find_mistakes(model), reading, nullptr, diagnostics);
  diagnostics.throw_if_any();
  return model;
}

}  // namespace

Model load_model(const std::string& path) {
  Model model;
  model.path = path;
  model.text = required_text(path);
  model.spec = parse_checked(model.text, path);
  return model;
}

ModelSpec parse_model(const std::string& text, const std::string& name) {
  return parse_checked(text, name);
}

}  // namespace rehearse
