#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <filesystem>

#include "cli/delivery.hpp"
#include "cli/gate.hpp"
#include "cli/interruption.hpp"
#include "cli/scenario_study.hpp"
#include "cli/verb.hpp"
#include "language/suggestions.hpp"
#include "outputs/appended_file.hpp"
#include "outputs/atomic_file.hpp"
#include "outputs/report/annotations.hpp"
#include "outputs/report/gate_markdown.hpp"
#include "outputs/report/junit.hpp"
#include "sim/error.hpp"
#include "sim/visible_text.hpp"

namespace rehearse {
namespace {

namespace fs = std::filesystem;

enum class Format { plain, github, gitlab };

/// Empty where it is not set: pipelines hand over variables that nobody filled.
std::string from_environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

Format format_wanted(const Arguments& arguments) {
  const std::vector<std::string> words = {"plain", "github", "gitlab"};
  const auto said = arguments.text("format");
  if (!said) {
    if (from_environment("GITHUB_ACTIONS") == "true") return Format::github;
    return from_environment("GITLAB_CI") == "true" ? Format::gitlab : Format::plain;
  }
  const auto found = std::find(words.begin(), words.end(), *said);
  if (found == words.end()) {
    throw InvalidInput(fmt::format("rehearse preflight: there is no format '{}'\nhint: {}",
                                   visible_name(*said),
                                   did_you_mean(*said, words, "plain, github or gitlab")));
  }
  return static_cast<Format>(found - words.begin());
}

/// Where results go, beside standard output. Empty: no such file.
struct GateFiles {
  std::string junit;
  std::string summary;  // what is there stays, and this goes behind it

  std::vector<std::string> files() const {
    std::vector<std::string> all;
    for (const std::string& file : {junit, summary}) {
      if (!file.empty()) all.push_back(file);
    }
    return all;
  }
};

GateFiles files_for(const Arguments& arguments) {
  GateFiles to;
  to.junit = arguments.text("junit").value_or("");
  to.summary = arguments.text("summary").value_or(from_environment("GITHUB_STEP_SUMMARY"));
  for (const char* const option : {"junit", "summary"}) {
    const auto said = arguments.text(option);
    if (!said || !(said->empty() || is_standard_output(*said))) continue;
    throw InvalidInput(fmt::format(
        "rehearse preflight: --{} names a file; standard output has the verdicts", option));
  }
  return to;
}

/// As the repository calls it, whatever folder this runs in.
std::string in_repository(const std::string& path) {
  const std::string workspace = from_environment("GITHUB_WORKSPACE");
  if (workspace.empty()) return path;
  std::error_code error;
  const fs::path whole = fs::weakly_canonical(path, error);
  if (error) return path;
  const fs::path root = fs::weakly_canonical(workspace, error);
  if (error) return path;
  const std::string below = whole.lexically_relative(root).string();
  return below.empty() || below.starts_with("..") ? path : below;
}

void tell(const GatedScenario& gated, Format format, std::size_t number) {
  const auto now = [] { return static_cast<long long>(std::time(nullptr)); };
  if (format == Format::gitlab) print_marks(gitlab_section_start(number, now(), gated.path));
  for (const GateCheck& check : gated.checks) {
    const std::string line = check_line(check);
    print(format == Format::github ? without_commands(line) : line);
    if (format == Format::github) print(github_annotation(check, in_repository(check.at.file)));
  }
  if (format == Format::gitlab) print_marks(gitlab_section_end(number, now()));
}

/// What the files of all scenarios need; those that could not be read have none.
void check_files(const std::vector<AtGate>& all, const GateFiles& to) {
  std::vector<std::string> inputs;
  for (const AtGate& one : all) {
    inputs.push_back(one.path);
    if (!one.scenario) continue;
    const std::vector<std::string> more = inputs_of(*one.scenario);
    inputs.insert(inputs.end(), more.begin(), more.end());
  }
  check_outputs(to.files(), inputs, "preflight");
  // Of what is not read nobody knows what it needs.
  for (const std::string& file : to.files()) {
    const std::string kind = fs::path(file).extension().string();
    if (kind != ".toml" && kind != ".h5") continue;
    throw InvalidInput("rehearse preflight: " + visible_line(file) +
                       " is no name for a report: scenarios, models and outcomes have such");
  }
}

/// GitHub shows no summary of a step that is larger than that, whoever wrote it.
void append_summary(const std::string& file, const std::vector<GatedScenario>& gated) {
  constexpr std::uintmax_t most_bytes = 1024 * 1024;
  const std::uintmax_t there = size_of_file(file);
  const std::uintmax_t room = most_bytes - std::min(most_bytes, there);
  const std::string text = gate_markdown(gated, static_cast<std::size_t>(room));
  if (text.empty()) {
    throw InputOutputError(visible_line(file) + ": it is full, and has no room for this summary");
  }
  append_to_file(file, there > 0 && text.size() < room ? "\n" + text : text);
}

int preflight(const Invocation& invocation) {
  const PatienceWithPipes patience;
  const std::vector<std::string>& paths = invocation.arguments.positional();
  if (paths.empty()) {
    throw InvalidInput(
        "rehearse preflight: expected scenario files, found none\nhint: rehearse preflight "
        "--help");
  }
  const Format format = format_wanted(invocation.arguments);
  const GateFiles to = files_for(invocation.arguments);
  const std::string freeze = from_environment("REHEARSE_FREEZE");
  std::vector<AtGate> all;
  for (const std::string& path : paths) {
    all.push_back(freeze.empty() ? read_at_gate(path) : AtGate{path, {}, {}, ExitCode::done});
  }
  check_files(all, to);

  const Interruption interruption;
  Delivery words;
  Delivery files;
  std::vector<GatedScenario> gated;
  for (const AtGate& one : all) {
    gated.push_back(freeze.empty() ? gate(one, invocation.arguments, invocation.command)
                                   : frozen(one.path, freeze));
    words.attempt([&] { tell(gated.back(), format, gated.size()); });
  }
  words.attempt([&] { print(counts_line(gated)); });
  if (!to.junit.empty()) {
    files.attempt([&] { write_atomically(to.junit, junit_report(gated)); });
  }
  if (!to.summary.empty()) files.attempt([&] { append_summary(to.summary, gated); });
  const int code = number_of(exit_code(gated));
  const std::string consolation = fmt::format(
      "rehearse: everything else was delivered; without this the exit code would be {}", code);
  files.must_be_complete(consolation);
  // Nobody reads what is printed for a terminal that was closed.
  if (!Interruption::hung_up()) words.must_be_complete(consolation);
  return code;
}

}  // namespace

Verb preflight_verb() {
  Verb verb;
  verb.name = "preflight";
  verb.usage = "SCENARIO.toml... [options]";
  verb.summary = "Runs scenarios as the gate of a pipeline, and exits with the worst verdict.";
  verb.example = "rehearse preflight slow_payments.toml canary.toml --junit preflight.xml";
  verb.options = {
      {"junit", 0, "FILE", "JUnit XML: a testsuite a scenario, a testcase an objective"},
      {"summary", 0, "FILE",
       "Markdown, appended (default: what GITHUB_STEP_SUMMARY names); at most 1 MiB"},
      {"format", 0, "FORMAT",
       "plain; github: annotations, too; gitlab: in sections (default: as the environment says)"},
      {"threads", 't', "T", "so many threads (default: all cores); results do not depend on it"},
  };
  verb.run = preflight;
  return verb;
}

}  // namespace rehearse
