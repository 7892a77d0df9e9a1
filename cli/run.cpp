#include <fmt/format.h>

#include <filesystem>

#include "cli/delivery.hpp"
#include "cli/interruption.hpp"
#include "cli/scenario_study.hpp"
#include "cli/traces.hpp"
#include "cli/verb.hpp"
#include "models/outcomes/exit_code.hpp"
#include "outputs/atomic_file.hpp"
#include "outputs/outcome_file/outcome_file.hpp"
#include "outputs/text/report_json.hpp"
#include "outputs/text/summary.hpp"
#include "scenarios/scenario.hpp"
#include "sim/error.hpp"

namespace rehearse {
namespace {

namespace fs = std::filesystem;

/// Where results go. Empty in `json`: no such file.
struct Destinations {
  std::string outcomes;
  std::string json;
  bool json_to_output = false;
  std::optional<TracesWanted> traces;

  bool traces_to_output() const { return traces && traces->file.empty(); }
};

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
  print_doubts(scenario);
  const StudySettings settings = settings_for(scenario, invocation.arguments);
  const Destinations to = destinations_for(scenario, settings, invocation.arguments);
  const Interruption interruption;
  const auto judged = judge_scenario(scenario, settings, invocation.command);
  if (!judged) return number_of(ExitCode::interrupted);
  return deliver(scenario, settings, judged->study, judged->findings, to, number_of(judged->code));
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
