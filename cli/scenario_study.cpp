#include "cli/scenario_study.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <set>
#include <thread>

#include "cli/interruption.hpp"
#include "cli/parameter_draws.hpp"
#include "cli/study_run.hpp"
#include "cli/verb.hpp"
#include "language/diagnostics.hpp"
#include "language/text_file.hpp"
#include "models/checks/open_values.hpp"
#include "outputs/outcome_file/draws_file.hpp"
#include "sim/visible_text.hpp"
#include "studies/readings.hpp"

namespace rehearse {
namespace {

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

void add_readings(const Scenario& scenario, const StudySettings& settings, JudgedStudy& judged) {
  Study& study = judged.study;
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
  with_readings(scenario, settings, study, [&](const ReadingSettings& of_readings) {
    FoundReadings found = search_readings(study, of_readings);
    study.open = std::move(found.risks);
    judged.fearful = std::move(found.fearful);
  });
  study.information.wall_seconds +=
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

bool was_interrupted(const Study& study) {
  return !study.complete() || std::any_of(study.open.begin(), study.open.end(),
                                          [](const OpenRisk& one) { return !one.complete; });
}

}  // namespace

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

void print_doubts(const Scenario& scenario) {
  for (const std::string& doubt : scenario.doubts) {
    print_aside(fmt::format("warning: {}\n", printable(doubt)));
  }
}

std::optional<JudgedStudy> judge_scenario(const Scenario& scenario, const StudySettings& settings,
                                          const std::string& command) {
  JudgedStudy judged{run_study(scenario, settings, information_about(scenario, settings, command)),
                     {},
                     ExitCode::interrupted,
                     {}};
  Study& study = judged.study;
  study.information.created = now_text();
  if (study.experiment.replications() == 0) {
    print_aside("rehearse: interrupted before the first replication was finished\n");
    return std::nullopt;
  }
  study.unknown = unknown_capacities(scenario.model, study.experiment);
  study.untried = failures_never_recorded(scenario.model, scenario.experiment, study.experiment);
  if (scenario.readings == ReadingsWanted::search) add_readings(scenario, settings, judged);
  judged.findings = findings_of(study);
  if (!was_interrupted(study)) judged.code = exit_code(judged.findings.verdict);
  return judged;
}

void with_readings(const Scenario& scenario, const StudySettings& settings, const Study& study,
                   const std::function<void(const ReadingSettings&)>& use) {
  const ModelSpec recorded = parse_model(scenario.model_text, scenario.model_path);
  const auto threads = static_cast<int>(study.information.threads);
  const auto of_one = static_cast<int>(study.information.threads_per_replication);
  use({.model = scenario.model,
       .recorded = recorded,
       .experiment = scenario.experiment,
       .seed = settings.seed,
       .drawn = settings.drawn.get(),
       .at_once = std::max(1, threads / of_one),
       .threads_of_one = of_one,
       .cancelled = Interruption::requested});
}

}  // namespace rehearse
