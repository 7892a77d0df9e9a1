#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/command_line.hpp"
#include "outputs/report/gate_record.hpp"
#include "scenarios/scenario.hpp"

namespace rehearse {

/// A scenario that was read, or why it was not.
struct AtGate {
  std::string path;
  std::optional<Scenario> scenario;
  std::string refusal;
  ExitCode code = ExitCode::done;
};

/// Reads it; what is wrong with it is kept, and said aside.
AtGate read_at_gate(const std::string& path);

/// Runs what was read, as `run` does, and says what became of it. What is wrong with one scenario
/// is its own affair: it is in the record, and is thrown only where it is a bug. An Interruption
/// must be there; once it was requested nothing is run.
GatedScenario gate(const AtGate& one, const Arguments& arguments, const std::string& command);

/// What every scenario is told while gates are frozen.
GatedScenario frozen(const std::string& path, const std::string& reason);

}  // namespace rehearse
