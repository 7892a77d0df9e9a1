#pragma once

#include <string>
#include <vector>

#include "outputs/text/report_table.hpp"
#include "studies/backtest_record.hpp"

namespace rehearse {

/// What a backtest found, for programs; keys in docs/outcome_format.md. `exit` is the code that the
/// program will end with.
std::string backtest_json(const BacktestRecord& record, const std::string& model,
                          const std::vector<std::string>& recordings, int exit);

/// Its objects and their keys, by the tables that it is written by.
std::vector<ReportSection> backtest_sections();

}  // namespace rehearse
