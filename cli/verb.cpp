#include "cli/verb.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "language/suggestions.hpp"
#include "models/outcomes/exit_code.hpp"
#include "outputs/atomic_file.hpp"
#include "sim/error.hpp"
#include "sim/visible_text.hpp"

namespace rehearse {
namespace {

bool asks_for_help(const std::string& word) {
  return word == "--help" || word == "-h";
}

/// As a shell would have to be told it.
std::string quoted(const std::string& word) {
  constexpr const char* plain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=:,%+@";
  if (!word.empty() && word.find_first_not_of(plain) == std::string::npos) return word;
  std::string text = "'";
  for (const char letter : word) {
    if (letter == '\'') {
      text += "'\\''";
    } else {
      text += letter;
    }
  }
  return text + "'";
}

std::string command_of(const std::vector<std::string>& words) {
  std::string command = "rehearse";
  for (const std::string& word : words) command += " " + quoted(word);
  return command;
}

const Verb* find_verb(const std::vector<Verb>& verbs, const std::string& name) {
  const auto found =
      std::find_if(verbs.begin(), verbs.end(), [&](const Verb& verb) { return verb.name == name; });
  return found == verbs.end() ? nullptr : &*found;
}

[[noreturn]] void refuse_unknown(const std::vector<Verb>& verbs, const std::string& word) {
  std::vector<std::string> names;
  for (const Verb& verb : verbs) names.push_back(verb.name);
  throw InvalidInput(fmt::format("rehearse: there is no verb '{}'\nhint: {}", visible_name(word),
                                 did_you_mean(word, names, "rehearse --help lists them")));
}

std::string option_line(const Option& option) {
  const std::string letter = option.letter == 0 ? "    " : fmt::format("-{}, ", option.letter);
  const std::string name =
      option.argument.empty() ? "--" + option.name : "--" + option.name + " " + option.argument;
  return fmt::format("  {}{:<25} {}\n", letter, name, option.meaning);
}

/// A device that keeps nothing, /dev/null for one, may be many things at once; a terminal may not.
bool is_stream(const std::string& path, int descriptor) {
  struct stat named {};
  struct stat stream {};
  if (::stat(path.c_str(), &named) != 0 || ::fstat(descriptor, &stream) != 0) return false;
  if (S_ISCHR(named.st_mode) && ::isatty(descriptor) == 0) return false;
  return named.st_dev == stream.st_dev && named.st_ino == stream.st_ino;
}

void refuse_same(const std::string& one, const std::string& other, const std::string& verb) {
  if (!same_file(one, other)) return;
  throw InvalidInput(
      fmt::format("rehearse {}: {} and {} name the same file; one output would replace the other",
                  verb, visible_line(one), visible_line(other)));
}

void refuse_overwriting(const std::string& output, const std::string& input,
                        const std::string& verb) {
  const std::string file = input == "-" ? "/dev/stdin" : input;
  if (file.empty() || !same_file(output, file)) return;
  throw InvalidInput(fmt::format("rehearse {}: {} is an input, it cannot be written to", verb,
                                 visible_line(output)));
}

void write_aside(const std::string& bytes) {
  std::fwrite(bytes.data(), 1, bytes.size(), stderr);
  std::fflush(stderr);
}

std::string exit_code_lines() {
  std::string text;
  for (const ExitCodeRow& row : exit_codes) {
    text += fmt::format("  {:<10} {}\n", number_of(row.code), row.word);
  }
  return text;
}

}  // namespace

std::vector<Verb> all_verbs() {
  return {audit_verb(),     calibrate_verb(), backtest_verb(), run_verb(),
          preflight_verb(), explain_verb(),   schema_verb(),   inspect_verb()};
}

std::string help_text() {
  std::string text =
      "rehearse answers, before anyone touches production: if we run this experiment, what can\n"
      "happen, and how likely is harm?\n\n"
      "usage: rehearse VERB ...\n";
  for (const Verb& verb : all_verbs()) {
    text += fmt::format("\n  {:<10} {}\n             {}\n", verb.name, verb.summary, verb.example);
  }
  return text +
         "\n`rehearse VERB --help` lists the options of a verb; `rehearse --version` says which\n"
         "rehearse this is.\n\n"
         "Exit codes:\n" +
         exit_code_lines();
}

std::string help_text(const Verb& verb) {
  std::string text =
      fmt::format("{}\n\nusage: rehearse {} {}\n", verb.summary, verb.name, verb.usage);
  if (!verb.options.empty()) text += "\n";
  for (const Option& option : verb.options) text += option_line(option);
  return text + fmt::format("\nexample: {}\n", verb.example);
}

int run_program(const std::vector<std::string>& words) {
  if (words.empty()) {
    throw InvalidInput("rehearse: say what to do\n\n" + help_text());
  }
  const std::vector<Verb> verbs = all_verbs();
  const std::string& first = words.front();
  const bool help_verb = first == "help";
  if (asks_for_help(first) || (help_verb && words.size() == 1)) {
    print(help_text());
    return 0;
  }
  if (first == "--version") {
    print("rehearse " REHEARSE_VERSION "\n");
    return 0;
  }
  const Verb* verb = find_verb(verbs, help_verb ? words[1] : first);
  if (verb == nullptr) refuse_unknown(verbs, help_verb ? words[1] : first);
  if (help_verb || std::any_of(words.begin() + 1, words.end(), asks_for_help)) {
    print(help_text(*verb));
    return 0;
  }
  const std::vector<std::string> rest(words.begin() + 1, words.end());
  const Invocation invocation{parse_arguments(verb->name, verb->options, rest), command_of(words)};
  return verb->run(invocation);
}

std::string only_argument(const Invocation& invocation, const std::string& verb,
                          const std::string& what) {
  const auto& given = invocation.arguments.positional();
  if (given.size() == 1) return given.front();
  throw InvalidInput(
      fmt::format("rehearse {}: expected {}, found {} arguments\nhint: rehearse {} "
                  "--help",
                  verb, what, given.size(), verb));
}

bool is_standard_output(const std::string& path) {
  return path == "-" || is_stream(path, STDOUT_FILENO);
}

void check_outputs(const std::vector<std::string>& outputs, const std::vector<std::string>& inputs,
                   const std::string& verb) {
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    for (std::size_t k = 0; k < i; ++k) refuse_same(outputs[k], outputs[i], verb);
    for (const std::string& input : inputs) refuse_overwriting(outputs[i], input, verb);
    if (is_stream(outputs[i], STDERR_FILENO)) {
      throw InvalidInput(
          fmt::format("rehearse {}: {} is standard error already", verb, visible_line(outputs[i])));
    }
  }
  for (const std::string& output : outputs) check_writable(output);
}

void print(const std::string& text) {
  print_marks(visible_text(text));
}

void print_marks(const std::string& text) {
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  if (!written || std::fflush(stdout) != 0) {
    throw InputOutputError(
        fmt::format("cannot write to standard output: {}", std::strerror(errno)));
  }
}

void print_aside(const std::string& text) {
  write_aside(visible_text(text));
}

void print_over_line(const std::string& text) {
  write_aside("\r\033[K" + visible_line(text));
}

}  // namespace rehearse
