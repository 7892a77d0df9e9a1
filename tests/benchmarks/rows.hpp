#pragma once

#include <string>
#include <vector>

#include "tests/benchmarks/bench.hpp"

namespace rehearse::bench {

/// {"rows": [{"name", "value", "unit", "baseline", "ratio", "ratio_min", "ratio_max"}]}
std::string written(const std::vector<Row>& rows);

/// Undoes `written`. Throws std::runtime_error when `text` is something else.
std::vector<Row> parsed(const std::string& text);

/// One line for people.
std::string line_of(const Row& row);

}  // namespace rehearse::bench
