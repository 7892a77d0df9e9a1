#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cli/command_line.hpp"
#include "models/outcomes/exit_code.hpp"
#include "scenarios/scenario.hpp"
#include "studies/reading_runs.hpp"
#include "studies/study.hpp"
#include "studies/study_run.hpp"

/// What a verb does with a scenario before it tells anybody: the same study and the same verdict,
/// whoever asks.
namespace rehearse {

/// What the scenario says and the options --replications, --seed, --threads and
/// --threads-per-replication change, where the verb has them. Throws InvalidInput.
StudySettings settings_for(const Scenario& scenario, const Arguments& arguments);

/// All files that a scenario was read from.
std::vector<std::string> inputs_of(const Scenario& scenario);

/// Says aside what is allowed and probably not meant.
void print_doubts(const Scenario& scenario);

/// A study, with what it means.
struct JudgedStudy {
  Study study;
  Findings findings;
  ExitCode code = ExitCode::interrupted;
  std::vector<Reading> fearful;  // [objective]; empty: no readings were run
};

/// Runs the study, tries other readings of what nobody knows under the same luck, and judges.
/// Nothing, said aside, when it was interrupted before the first replication was finished; an
/// Interruption must be there. `command`: as typed.
std::optional<JudgedStudy> judge_scenario(const Scenario& scenario, const StudySettings& settings,
                                          const std::string& command);

/// Hands `use` what readings of the scenario are run with, under the luck of its study and with as
/// many threads.
void with_readings(const Scenario& scenario, const StudySettings& settings, const Study& study,
                   const std::function<void(const ReadingSettings&)>& use);

}  // namespace rehearse
