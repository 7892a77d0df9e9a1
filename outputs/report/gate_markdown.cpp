#include "outputs/report/gate_markdown.hpp"

#include <fmt/format.h>

#include <string_view>

#include "sim/visible_text.hpp"

namespace rehearse {
namespace {

constexpr std::string_view cut_here = "\n**Cut here: the rest did not fit.**\n";

/// The word is for those who do not see the colour.
const char* light(CheckState state) {
  switch (state) {
    case CheckState::passed:
      return "\U0001F7E2 pass";
    case CheckState::waived:
      return "\U0001F7E1 waived";
    case CheckState::inconclusive:
      return "\U0001F7E1 inconclusive";
    case CheckState::failed:
      return "\U0001F534 fail";
    case CheckState::error:
      break;
  }
  return "\U0001F534 error";
}

/// Text within a line or a cell.
std::string plain(const std::string& text) {
  constexpr std::string_view marks = "\\`*_{}[]()<>#+-!|~&$";
  std::string said;
  for (const char letter : visible_line(text)) {
    if (marks.find(letter) != std::string_view::npos) said += '\\';
    said += letter;
    // Nobody is called, whatever a service is called.
    if (letter == '@') said += "&#8203;";
  }
  return said;
}

/// Lines as they are, without marks: what is indented is code.
std::string block(const std::string& lines) {
  std::string text = "\n    ";
  for (const char letter : lines) {
    text += letter;
    if (letter == '\n') text += "    ";
  }
  return text.substr(0, text.find_last_not_of(' ') + 1);
}

std::string place_of(const GateCheck& check) {
  return check.at.line > 0 ? fmt::format("line {}", check.at.line) : "";
}

std::string row(const GateCheck& check) {
  return fmt::format("| {} | {} | {} | {} | {} | {} | {} |\n", light(check.state),
                     plain(check.name), plain(check.measured), plain(check.wanted),
                     plain(check.risk), plain(check.accepted), place_of(check));
}

std::string text_of(const GatedScenario& scenario) {
  const std::string& name = scenario.name.empty() ? scenario.path : scenario.name;
  std::string text = fmt::format("### {}\n\n{}, exit code {}\n\n", plain(name),
                                 plain(scenario.path), number_of(scenario.code));
  text += "| | | measured | wanted | risk | accepted | where |\n|---|---|---|---|---|---|---|\n";
  for (const GateCheck& check : scenario.checks) text += row(check);
  std::string reasons;
  for (const GateCheck& check : scenario.checks) {
    if (check.reason.empty()) continue;
    reasons += fmt::format("- {}: {}\n", plain(visible_name(check.name)),
                           plain(visible_sentence(check.reason)));
  }
  if (!reasons.empty()) text += "\nWhat decides:\n\n" + reasons;
  // What is indented behind a list would be part of it, but for something between.
  if (!scenario.notes.empty()) text += "\n<!-- -->\n" + block(visible_text(scenario.notes));
  return text + "\n";
}

/// Ends with a whole line, so that no row of a table and no character is half.
std::string cut(const std::string& text, std::size_t most_bytes) {
  if (text.size() <= most_bytes) return text;
  if (most_bytes < cut_here.size()) return "";
  const std::size_t room = most_bytes - cut_here.size();
  const std::size_t end = room == 0 ? std::string::npos : text.rfind('\n', room - 1);
  return text.substr(0, end == std::string::npos ? 0 : end + 1) + std::string(cut_here);
}

}  // namespace

std::string gate_markdown(const std::vector<GatedScenario>& scenarios, std::size_t most_bytes) {
  std::string counts = counts_line(scenarios);
  counts.pop_back();  // the end of the line
  std::string text = fmt::format("## Preflight\n\n{}\n\n", plain(counts));
  for (const GatedScenario& scenario : scenarios) text += text_of(scenario);
  return cut(text, most_bytes);
}

}  // namespace rehearse
