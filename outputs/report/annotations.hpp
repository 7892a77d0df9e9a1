#pragma once

#include <string>

#include "outputs/report/gate_record.hpp"

/// How build servers want to be told.
namespace rehearse {

/// A workflow command of GitHub Actions that shows a check at its line: an error, of what is
/// inconclusive a warning, of what was waived a notice; of what passed nothing. `file`: as the
/// repository calls the file of the check.
std::string github_annotation(const GateCheck& check, const std::string& file);

/// GitHub's old commands may stand anywhere in a line; what names in `text` hold shall be none.
std::string without_commands(std::string text);

/// The marks around what GitLab lets people fold: they end no line, and go out as they are.
/// `number` tells the sections of a job apart.
std::string gitlab_section_start(std::size_t number, long long unix_seconds,
                                 const std::string& header);
std::string gitlab_section_end(std::size_t number, long long unix_seconds);

}  // namespace rehearse
