#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "models/outcomes/exit_code.hpp"
#include "studies/study.hpp"

namespace rehearse {

/// What becomes of one thing that a gate checks. waived: it would fail, but for a reason that
/// somebody wrote down.
enum class CheckState { passed, waived, failed, inconclusive, error };
const char* word(CheckState state);

/// Where a file says it; line 0: the file as a whole.
struct SourceLine {
  std::string file;
  int line = 0;
};

/// One thing that a gate checks: an objective, a safety net, or that there is anything to check.
/// Names and sentences may hold anything that files hold; who writes them down makes them visible.
struct GateCheck {
  CheckState state = CheckState::error;
  std::string name;  // "stays fast"; "net: all-targets"
  SourceLine at;
  std::string measured;     // "median 122ms"; of objectives only, like the four below
  std::string wanted;       // "< 50ms"
  std::string expectation;  // as it was written, and when
  std::string risk;         // with its limits
  std::string accepted;
  std::string reason;     // a sentence: what decides, what to give or record; may be empty
  std::string paragraph;  // all that is known, in lines; may be empty
};

/// A scenario at a gate.
struct GatedScenario {
  std::string name;  // empty where it could not be read
  std::string path;
  ExitCode code = ExitCode::done;
  double seconds = 0;
  std::vector<GateCheck> checks;
  std::string notes;  // lines: warnings, and whom else the experiment meets
};

/// How many checks are in each state.
struct GateCounts {
  std::size_t passed = 0;
  std::size_t waived = 0;
  std::size_t failed = 0;
  std::size_t inconclusive = 0;
  std::size_t errors = 0;
};
GateCounts counts_of(const std::vector<GatedScenario>& scenarios);

/// The worst of all scenarios.
ExitCode exit_code(const std::vector<GatedScenario>& scenarios);

/// What an objective came to.
GateCheck check_of(const ObjectiveResult& result, const SourceLine& at);

/// "Also hit": whom else the experiment meets, in lines.
std::string also_hit_text(const Study& study, const Findings& findings);

/// One line: state, place, name, measured beside wanted, risk with limits, reason.
std::string check_line(const GateCheck& check);

/// The same without state and place.
std::string essentials(const GateCheck& check);

/// "2 scenarios: 3 passed, 1 failed, 0 inconclusive, 0 errors: exit code 99".
std::string counts_line(const std::vector<GatedScenario>& scenarios);

/// A failed check of a scenario as a whole.
GateCheck problem(CheckState state, const std::string& name, const std::string& file,
                  const std::string& reason);

}  // namespace rehearse
