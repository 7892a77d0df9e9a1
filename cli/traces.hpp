#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cli/command_line.hpp"
#include "models/run/tracing.hpp"
#include "scenarios/scenario.hpp"
#include "studies/study_run.hpp"

namespace rehearse {

/// Whose traces are wanted, and where they go.
struct TracesWanted {
  std::string file;  // empty: standard output
  double percent = 100;
  std::uint64_t replication = 0;
};

/// What --traces and the options that belong to it say. Throws InvalidInput.
std::optional<TracesWanted> traces_wanted(const Arguments& arguments,
                                          const StudySettings& settings);

/// Runs one replication of the experiment again, and writes its requests as they end. Nothing when
/// it was interrupted: no file then, and what went to a pipe is not whole. Throws InputOutputError.
std::optional<TraceCounts> write_traces(const Scenario& scenario, const StudySettings& settings,
                                        const TracesWanted& wanted);

/// The lines of the summary that say what was written.
std::string traces_lines(const TraceCounts& counts, const TracesWanted& wanted);

}  // namespace rehearse
