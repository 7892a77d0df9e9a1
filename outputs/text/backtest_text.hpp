#pragma once

#include <string>

#include "studies/backtest_record.hpp"

namespace rehearse {

/// What a backtest found, for people: the verdict in its last sentence. `model` and `recording` are
/// the names of both. Expects a record that was not run, or has replications.
std::string backtest_text(const BacktestRecord& record, const std::string& model,
                          const std::string& recording);

/// "p99".
std::string level_text(double level);

}  // namespace rehearse
