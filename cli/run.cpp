#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <set>
#include <thread>

#include "cli/delivery.hpp"
#include "cli/interruption.hpp"
#include "cli/parameter_draws.hpp"
#include "cli/study_run.hpp"
#include "cli/traces.hpp"
#include "cli/verb.hpp"
#include "language/diagnostics.hpp"
#include "language/text_file.hpp"
#include "models/checks/open_values.hpp"
#include "models/outcomes/exit_code.hpp"
#include "outputs/atomic_file.hpp"
#include "outputs/outcome_file/draws_file.hpp"
#include "outputs/outcome_file/outcome_file.hpp"
#include "outputs/text/report_json.hpp"
#include "outputs/text/summary.hpp"
#include "scenarios/scenario.hpp"
#include "sim/error.hpp"
#include "sim/visible_text.hpp"
#include "studies/readings.hpp"

namespace rehearse {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t most_replications = 1'000'000'000;
constexpr std::uint64_t most_threads = 1024;

std::string now_text() {
  const auto now = std::chrono::system_clock::now();
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(now)));
}

std::optional<double> first_disturbance(const ExperimentSpec& experiment) {
  std::optional<double> first;
  const auto consider = [&](Duration at) {
    first = std::min(first.value_or(at.in_seconds()), at.in_seconds());
  };
  for (const FaultSpec& fault : experiment.faults) consider(fault.at);
  if (experiment.rollout) consider(experiment.rollout->at);
  return first;
}

std::vector<std::string> asked_for(const ModelSpec& model) {
  std::set<std::string> endpoints;
  for (const auto& [name, workload] : model.workloads) {
    for (const auto& [endpoint, weight] : workload.mix) endpoints.insert(endpoint.text());
  }
  return {endpoints.begin(), endpoints.end()};
}

StudyInformation information_about(const Scenario& scenario, const StudySettings& settings,
                                   const std::string& command) {
  StudyInformation information;
  information.version = REHEARSE_VERSION;
  information.command = command;
  information.name = scenario.name;
  information.scenario_path = scenario.path;
  information.model_path = scenario.model_path;
  information.scenario_text = scenario.text;
  information.model_text = scenario.model_text;
  information.provenance = scenario.model.provenance;
  information.user_endpoints = asked_for(scenario.model);
  information.disturbance_at_seconds = first_disturbance(scenario.experiment);
  information.doubts = scenario.doubts;
  information.contradicted = scenario.contradicted;
  information.seed = settings.seed;
  information.replications_planned = settings.replications;
  return information;
}

std::optional<int> threads_per_replication(const Scenario& scenario, const Arguments& arguments) {
  const auto word = arguments.text("threads-per-replication");
  if (!word) return scenario.threads_per_replication;
  if (*word == "auto") return std::nullopt;
  return static_cast<int>(*arguments.whole_number("threads-per-replication", 1, most_threads));
}

StudySettings settings_for(const Scenario& scenario, const Arguments& arguments) {
  const std::uint64_t cores = std::max(1U, std::thread::hardware_concurrency());
  StudySettings settings;
  settings.replications =
      arguments.whole_number("replications", 1, most_replications).value_or(scenario.replications);
  settings.seed = arguments.whole_number("seed", 0, std::numeric_limits<std::uint64_t>::max())
                      .value_or(scenario.seed);
  const std::uint64_t threads = arguments.whole_number("threads", 1, most_threads).value_or(cores);
  settings.threads = static_cast<int>(threads);
  settings.threads_per_replication = threads_per_replication(scenario, arguments);
  settings.drawn = drawn_model(scenario);
  return settings;
}

/// Where results go. Empty in `json`: no such file.
struct Destinations {
  std::string outcomes;
  std::string json;
  bool json_to_output = false;
  std::optional<TracesWanted> traces;

  bool traces_to_output() const { return traces && traces->file.empty(); }
};

/// All files that a scenario was read from.
std::vector<std::string> inputs_of(const Scenario& scenario) {
  std::vector<std::string> inputs = {scenario.path, scenario.model_path,
                                     draws_path(scenario.model_path)};
  for (const auto& [name, workload] : scenario.model.workloads) {
    const auto* replay = std::get_if<ReplaySpec>(&workload.arrivals);
    if (replay == nullptr || replay->file.empty()) continue;
    inputs.push_back(joined_path(folder_of(scenario.model_path), replay->file));
  }
  return inputs;
}

Destinations destinations_for(const Scenario& scenario, const StudySettings& settings,
                              const Arguments& arguments) {
  Destinations to;
  to.outcomes = arguments.text("output").value_or(fs::path(scenario.path).stem().string() + ".h5");
  if (is_standard_output(to.outcomes)) {
    throw InvalidInput(
        "rehearse run: an outcome file is not for standard output\nhint: --json - prints the "
        "numbers");
  }
  const std::string json = arguments.text("json").value_or("");
  to.json_to_output = is_standard_output(json);
  if (!to.json_to_output) to.json = json;
  std::vector<std::string> outputs = {to.outcomes};
  if (!to.json.empty()) outputs.push_back(to.json);
  to.traces = traces_wanted(arguments, settings);
  if (to.json_to_output && to.traces_to_output()) {
    throw InvalidInput("rehearse run: --json and --traces cannot both go to standard output");
  }
  if (to.traces && !to.traces->file.empty()) outputs.push_back(to.traces->file);
  check_outputs(outputs, inputs_of(scenario), "run");
  return to;
}

/// Returns what the summary says of them; nothing, when it was interrupted.
std::optional<std::string> traces_of(const Scenario& scenario, const StudySettings& settings,
                                     const TracesWanted& wanted) {
  const auto counts = write_traces(scenario, settings, wanted);
  if (counts) return traces_lines(*counts, wanted);
  print_aside("rehearse: interrupted before all traces were written\n");
  return std::nullopt;
}

/// Under the luck of the study, with as many threads.
void add_readings(const Scenario& scenario, const StudySettings& settings, Study& study) {
  constexpr double worth_announcing_seconds = 5;
  if (open_values(scenario.model, scenario.experiment).empty()) return;
  if (!study.complete()) {
    OpenRisk none_run;
    none_run.complete = false;
    study.open.assign(study.objectives.size(), none_run);
    return;
  }
  if (study.information.wall_seconds > worth_announcing_seconds) {
    print_aside("Trying other readings of what nobody knows (Ctrl-C saves what is finished)\n");
  }
  const auto start = std::chrono::steady_clock::now();
  const ModelSpec recorded = parse_model(scenario.model_text, scenario.model_path);
  const auto threads = static_cast<int>(study.information.threads);
  const auto of_one = static_cast<int>(study.information.threads_per_replication);
  study.open = search_readings(study, {.model = scenario.model,
                                       .recorded = recorded,
                                       .experiment = scenario.experiment,
                                       .seed = settings.seed,
                                       .drawn = settings.drawn.get(),
                                       .at_once = std::max(1, threads / of_one),
                                       .threads_of_one = of_one,
                                       .cancelled = Interruption::requested});
  study.information.wall_seconds +=
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

bool was_interrupted(const Study& study) {
  return !study.complete() || std::any_of(study.open.begin(), study.open.end(),
                                          [](const OpenRisk& one) { return !one.complete; });
}

/// What cannot be delivered is named at the end, and does not keep the rest back. Returns the exit
/// code of the program.
int deliver(const Scenario& scenario, const StudySettings& settings, const Study& study,
            const Findings& findings, const Destinations& to, int code) {
  Delivery delivery;
  const bool saved = delivery.attempt([&] { write_outcome_file(to.outcomes, study, findings); });
  std::optional<std::string> traces = "";
  if (to.traces) delivery.attempt([&] { traces = traces_of(scenario, settings, *to.traces); });
  if (!traces) code = number_of(ExitCode::interrupted);
  const std::string file = saved ? to.outcomes : "";
  const auto report = [&] {
    return json_report(study, findings, file,
                       delivery.complete() ? code : number_of(ExitCode::failure));
  };
  if (to.json_to_output) delivery.attempt([&] { print(report()); });
  if (!to.json.empty()) delivery.attempt([&] { write_atomically(to.json, report()); });
  const bool files_complete = delivery.complete();
  delivery.attempt([&] {
    const std::string summary =
        summary_of(study, findings) + (saved ? outcome_file_line(file) : "") + traces.value_or("");
    to.json_to_output || to.traces_to_output() ? print_aside(summary) : print(summary);
  });
  // Nobody reads what is printed for a terminal that was closed.
  if (files_complete && Interruption::hung_up()) return code;
  delivery.must_be_complete(fmt::format(
      "rehearse: everything else was delivered; without this the exit code would be {}", code));
  return code;
}

int run(const Invocation& invocation) {
  const PatienceWithPipes patience;
  const std::string path = only_argument(invocation, "run", "one scenario file");
  const Scenario scenario = load_scenario(path);
  for (const std::string& doubt : scenario.doubts) {
    print_aside(fmt::format("warning: {}\n", printable(doubt)));
  }
  const StudySettings settings = settings_for(scenario, invocation.arguments);
  const Destinations to = destinations_for(scenario, settings, invocation.arguments);
  const Interruption interruption;
  Study study =
      run_study(scenario, settings, information_about(scenario, settings, invocation.command));
  study.information.created = now_text();
  if (study.experiment.replications() == 0) {
    print_aside("rehearse: interrupted before the first replication was finished\n");
    return number_of(ExitCode::interrupted);
  }
  study.unknown = unknown_capacities(scenario.model, study.experiment);
  study.untried = failures_never_recorded(scenario.model, scenario.experiment, study.experiment);
  if (scenario.readings == ReadingsWanted::search) add_readings(scenario, settings, study);
  const Findings findings = findings_of(study);
  const int code =
      number_of(was_interrupted(study) ? ExitCode::interrupted : exit_code(findings.verdict));
  return deliver(scenario, settings, study, findings, to, code);
}

}  // namespace

Verb run_verb() {
  Verb verb;
  verb.name = "run";
  verb.usage = "SCENARIO.toml [options]";
  verb.summary = "Runs a scenario many times and says how likely its objectives are missed.";
  verb.example = "rehearse run slow_payments.toml -o slow_payments.h5 --replications 500";
  verb.options = {
      {"output", 'o', "OUT.h5", "the outcome file (default: the scenario's name, .h5, here)"},
      {"replications", 'n', "N", "so many replications (default: what the scenario says)"},
      {"seed", 's', "S", "the luck of the study (default: what the scenario says)"},
      {"threads", 't', "T", "so many threads (default: all cores); results do not depend on it"},
      {"threads-per-replication", 0, "N|auto",
       "so many of them share one replication (default: what the scenario says)"},
      {"json", 0, "FILE|-", "the numbers for programs; -: to standard output"},
      {"traces", 0, "FILE|-",
       "requests of one replication of the experiment, as OTLP in JSON; -: to standard output"},
      {"trace-percent", 0, "P", "so many percent of them, whole, chosen by hash (default: all)"},
      {"trace-replication", 0, "N", "which one, counted from 0 (default: the first)"},
  };
  verb.run = run;
  return verb;
}

}  // namespace rehearse
