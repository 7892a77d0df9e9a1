#pragma once

#include <string>

#include "studies/study.hpp"

namespace rehearse {

/// The numbers of a study for programs; keys in docs/outcome_format.md. `outcome_file` is empty
/// when none was written; `exit` is the code that the program will end with.
std::string json_report(const Study& study, const Findings& findings,
                        const std::string& outcome_file, int exit);

}  // namespace rehearse
