#pragma once

#include <string>
#include <vector>

#include "cli/command_line.hpp"

namespace rehearse {

/// What ran, as far as verbs record it.
struct Invocation {
  Arguments arguments;
  std::string command;  // as typed
};

/// One thing that rehearse does: `rehearse NAME ...`.
struct Verb {
  std::string name;
  std::string usage;    // what follows the name
  std::string summary;  // one sentence
  std::string example;  // a command line
  std::vector<Option> options;
  int (*run)(const Invocation& invocation) = nullptr;  // returns the exit code
};

/// Each verb has a source file of its own.
Verb audit_verb();
Verb calibrate_verb();
Verb backtest_verb();
Verb run_verb();
Verb preflight_verb();
Verb explain_verb();
Verb schema_verb();
Verb inspect_verb();

/// All of them, in the order of help.
std::vector<Verb> all_verbs();

/// What `rehearse --help` and `rehearse VERB --help` print.
std::string help_text();
std::string help_text(const Verb& verb);

/// Runs what the words after the program's name ask for. Returns the exit code.
int run_program(const std::vector<std::string>& words);

/// The only argument of a verb. Throws InvalidInput unless there is exactly one.
std::string only_argument(const Invocation& invocation, const std::string& verb,
                          const std::string& what);

/// Whether `path` is "-", or a name (/dev/stdout) of what standard output goes to, and would be
/// lost in it or replace it.
bool is_standard_output(const std::string& path);

/// Before the work: refuses outputs of which one would take the place of another, of an input, or
/// of standard error, and those that cannot be written. Files are compared, not names; an input may
/// be empty (none) or "-". Throws InvalidInput, or InputOutputError.
void check_outputs(const std::vector<std::string>& outputs, const std::vector<std::string>& inputs,
                   const std::string& verb);

/// Writes to standard output, what a terminal would obey made visible; nothing else of the program
/// does. Throws InputOutputError when it cannot.
void print(const std::string& text);

/// Likewise, as it is: marks of our own that a build server obeys, foreign text in them visible.
void print_marks(const std::string& text);

/// Likewise to standard error; what cannot be said there cannot be said at all.
void print_aside(const std::string& text);

/// In place of the last line on the terminal of standard error.
void print_over_line(const std::string& text);

}  // namespace rehearse
