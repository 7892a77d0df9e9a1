#include "cli/model_audit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <string_view>

#include "cli/interruption.hpp"
#include "cli/parameter_draws.hpp"
#include "cli/scenario_study.hpp"
#include "cli/trace_options.hpp"
#include "models/checks/open_values.hpp"
#include "scenarios/given_values.hpp"
#include "sim/error.hpp"
#include "sim/visible_text.hpp"
#include "studies/recordings_to_make.hpp"

namespace rehearse {
namespace {

bool begins_as_rehearse_file(std::string_view line) {
  static constexpr std::string_view keys[] = {"rehearse_model", "rehearse_facts", "rehearse"};
  for (const std::string_view key : keys) {
    if (!line.starts_with(key)) continue;
    const std::size_t next = line.find_first_not_of(" \t", key.size());
    if (next != std::string_view::npos && line[next] == '=') return true;
  }
  static constexpr std::string_view tables[] = {"[services.", "[[services.", "[workloads.",
                                                "[provenance]"};
  return std::any_of(std::begin(tables), std::end(tables),
                     [&](std::string_view table) { return line.starts_with(table); });
}

/// Something that meets every service in every way, so that whatever may be open is touched.
ExperimentSpec anything() {
  ExperimentSpec experiment;
  FaultSpec fault;
  fault.kind = InstanceKill{};
  experiment.faults.push_back(fault);
  return experiment;
}

Knowledge knowledge_of(Basis basis) {
  switch (basis) {
    case Basis::observed:
      return Knowledge::seen;
    case Basis::assumed:
      return Knowledge::assumed;
    case Basis::given:
      return Knowledge::given;
  }
  return Knowledge::assumed;
}

std::vector<KnownValue> known_values(const ModelSpec& model) {
  std::map<std::string, KnownValue> known;
  // Words that calls have in their steps stand at no path of their own: they have no value here.
  for (const auto& [path, evidence] : model.evidence) {
    known[path] = {knowledge_of(evidence.basis), path, "", evidence.note, evidence.n};
  }
  for (const BelievedValue& believed : believed_values(model)) {
    KnownValue& value = known.at(believed.path);
    value.value = believed.value;
    if (!believed.contradicted) continue;
    value.knowledge = Knowledge::contradicted;
    value.why = *model.evidence.at(believed.path).contradicted;
  }
  for (const OpenValue& open : open_values(model, anything())) {
    known[open.path()] = {Knowledge::open, open.path(), range_text(open, model), "", 0};
  }
  std::vector<KnownValue> values;
  for (auto& [path, value] : known) values.push_back(std::move(value));
  std::stable_sort(values.begin(), values.end(), [](const KnownValue& a, const KnownValue& b) {
    return a.knowledge < b.knowledge;
  });
  return values;
}

std::optional<ScenarioAudit> audit_scenario(const std::string& path, const Model& model,
                                            const Invocation& invocation) {
  constexpr double worth_announcing_seconds = 5;
  Scenario scenario = load_scenario(path);
  scenario.readings = ReadingsWanted::search;  // worth is asked beside the fearful one
  if (scenario.model_text != model.text) {
    throw InvalidInput(
        fmt::format("{}: its model is {}, which is not {}\nhint: rehearse audit {} {}",
                    visible_line(path), visible_line(scenario.model_path), visible_line(model.path),
                    visible_line(scenario.model_path), visible_line(path)));
  }
  const auto json = invocation.arguments.text("json");
  if (json && !is_standard_output(*json)) check_outputs({*json}, inputs_of(scenario), "audit");
  print_doubts(scenario);
  const StudySettings settings = settings_for(scenario, invocation.arguments);
  const auto judged = judge_scenario(scenario, settings, invocation.command);
  if (!judged) return std::nullopt;
  const Study& study = judged->study;
  ScenarioAudit audit;
  audit.scenario = path;
  audit.replications = study.experiment.replications();
  audit.verdict = word(judged->findings.verdict);
  audit.beyond = beyond_recording(model.spec, study);
  if (study.objectives.empty() || !study.complete()) return audit;
  if (study.information.wall_seconds > worth_announcing_seconds) {
    print_aside("Trying what it is worth to know each value (Ctrl-C keeps what is finished)\n");
  }
  with_readings(scenario, settings, study, [&](const ReadingSettings& of_readings) {
    audit.worth = worth_of_knowing(study, judged->fearful, audit.beyond, of_readings);
  });
  return audit;
}

void refuse_options_of_traces(const Arguments& arguments) {
  for (const Option& option : options_of_reading()) {
    if (!arguments.has(option.name)) continue;
    throw InvalidInput(
        fmt::format("rehearse audit: --{} is of traces, and this is a model", option.name));
  }
}

}  // namespace

bool is_rehearse_file(const std::string& path) {
  constexpr std::size_t most_lines = 200;
  constexpr std::size_t most_letters = 65536;
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return false;
  std::ifstream file(path, std::ios::binary);
  std::string begin(most_letters, '\0');
  file.read(begin.data(), static_cast<std::streamsize>(begin.size()));
  begin.resize(static_cast<std::size_t>(file.gcount()));
  std::string_view rest = begin;
  for (std::size_t i = 0; i < most_lines && !rest.empty(); ++i) {
    const std::size_t end = std::min(rest.find('\n'), rest.size() - 1);
    if (begins_as_rehearse_file(rest.substr(0, end + 1))) return true;
    rest.remove_prefix(end + 1);
  }
  return false;
}

std::optional<ModelAudit> audit_model(const Invocation& invocation) {
  const std::vector<std::string>& paths = invocation.arguments.positional();
  refuse_options_of_traces(invocation.arguments);
  if (paths.size() > 2) {
    throw InvalidInput(
        "rehearse audit: of a model it takes one scenario at most\nhint: rehearse audit --help");
  }
  const Model model = load_model(paths.front());
  const auto drawn = drawn_model(model.spec, model.path, "remove it");
  ModelAudit audit;
  audit.model = model.path;
  audit.provenance = model.spec.provenance;
  audit.draws = drawn ? drawn->draws() : 0;
  audit.values = known_values(model.spec);
  audit.identified = identified_values(model.spec, drawn.get());
  if (paths.size() == 1) return audit;
  audit.scenario = audit_scenario(paths[1], model, invocation);
  if (!audit.scenario) return std::nullopt;
  return audit;
}

}  // namespace rehearse
