#include "outputs/report/annotations.hpp"

#include <fmt/format.h>

#include <string_view>

#include "sim/visible_text.hpp"

namespace rehearse {
namespace {

/// As the runner of GitHub reads values: the runner undoes this, the log shows the letters.
std::string escaped(std::string_view text, std::string_view letters) {
  std::string said;
  for (const char letter : text) {
    if (letters.find(letter) == std::string_view::npos) {
      said += letter;
    } else {
      said += fmt::format("%{:02X}", static_cast<unsigned>(static_cast<unsigned char>(letter)));
    }
  }
  return said;
}

std::string of_message(std::string_view text) {
  return escaped(text, "%\r\n");
}

std::string of_property(std::string_view text) {
  return escaped(text, "%\r\n:,");
}

const char* command_of(CheckState state) {
  switch (state) {
    case CheckState::failed:
    case CheckState::error:
      return "error";
    case CheckState::inconclusive:
      return "warning";
    case CheckState::waived:
      return "notice";
    case CheckState::passed:
      break;
  }
  return nullptr;
}

}  // namespace

std::string github_annotation(const GateCheck& check, const std::string& file) {
  const char* const command = command_of(check.state);
  if (command == nullptr) return "";
  const std::string line =
      check.at.line > 0 ? fmt::format(",line={}", check.at.line) : std::string();
  const std::string title = fmt::format("{}: {}", word(check.state), visible_name(check.name));
  return fmt::format("::{} file={}{},title={}::{}\n", command, of_property(visible_line(file)),
                     line, of_property(title), of_message(essentials(check)));
}

std::string without_commands(std::string text) {
  for (std::size_t at = text.find("##["); at != std::string::npos; at = text.find("##[", at)) {
    text.replace(at, 3, "## [");
  }
  return text;
}

std::string gitlab_section_start(std::size_t number, long long unix_seconds,
                                 const std::string& header) {
  return fmt::format("\033[0Ksection_start:{}:rehearse_{}\r\033[0K{}\n", unix_seconds, number,
                     visible_line(header));
}

std::string gitlab_section_end(std::size_t number, long long unix_seconds) {
  return fmt::format("\033[0Ksection_end:{}:rehearse_{}\r\033[0K\n", unix_seconds, number);
}

}  // namespace rehearse
