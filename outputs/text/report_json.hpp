#pragma once

#include <string>
#include <vector>

#include "outputs/text/report_table.hpp"
#include "studies/study.hpp"

namespace rehearse {

/// The numbers of a study for programs; keys in docs/outcome_format.md. `outcome_file` is empty
/// when none was written; `exit` is the code that the program will end with.
std::string json_report(const Study& study, const Findings& findings,
                        const std::string& outcome_file, int exit);

/// Its objects and their keys, by the tables that it is written by.
std::vector<ReportSection> report_sections();

}  // namespace rehearse
