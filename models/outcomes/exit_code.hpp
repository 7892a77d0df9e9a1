#pragma once

#include <algorithm>
#include <array>

namespace rehearse {

/// How the program ends: what a pipeline acts on.
enum class ExitCode : int {
  done = 0,
  failure = 1,
  inconclusive = 2,
  missed = 99,
  invalid_input = 104,
  interrupted = 105,
};

constexpr int number_of(ExitCode code) {
  return static_cast<int>(code);
}

/// A code, in few words for `--help` and in a sentence for the pages.
struct ExitCodeRow {
  ExitCode code;
  const char* word;
  const char* meaning;
};

inline constexpr std::array<ExitCodeRow, 6> exit_codes = {{
    {ExitCode::done, "pass or done",
     "every objective is met as surely as required; or done, with nothing to judge"},
    {ExitCode::failure, "bug or failure of the machine",
     "a bug, or the machine refused to read or write"},
    {ExitCode::inconclusive, "inconclusive",
     "inconclusive: too few replications, no data, capacity that nobody knows, or the system "
     "misses the objective anyway"},
    {ExitCode::missed, "an objective is missed, or a model is unlike",
     "an objective is missed more often than accepted; a model is unlike what it is tested "
     "against; "
     "or a gate is frozen, or falls into a safety net"},
    {ExitCode::invalid_input, "invalid input",
     "invalid input; all mistakes are listed with file, line and column"},
    {ExitCode::interrupted, "interrupted (what was finished is saved)",
     "interrupted; what was finished is saved"},
}};
static_assert(std::adjacent_find(exit_codes.begin(), exit_codes.end(),
                                 [](const ExitCodeRow& a, const ExitCodeRow& b) {
                                   return number_of(a.code) >= number_of(b.code);
                                 }) == exit_codes.end(),
              "codes rise, so no two ends of the program look alike");
static_assert(number_of(exit_codes.back().code) <= 125,
              "a shell says by higher codes that a program was not found or was killed");

/// Of several ends the one that a pipeline must hear of: a failure of the machine, then
/// interrupted, invalid input, missed, inconclusive, done.
constexpr ExitCode worse_of(ExitCode one, ExitCode other) {
  constexpr std::array from_the_worst = {ExitCode::failure,       ExitCode::interrupted,
                                         ExitCode::invalid_input, ExitCode::missed,
                                         ExitCode::inconclusive,  ExitCode::done};
  static_assert(from_the_worst.size() == exit_codes.size(), "every code has its place");
  for (const ExitCode code : from_the_worst) {
    if (one == code || other == code) return code;
  }
  return ExitCode::failure;
}

}  // namespace rehearse
