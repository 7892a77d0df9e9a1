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

/// The same as a line of a Markdown table, and the two lines that begin the table.
std::string markdown_of(const Row& row);
extern const char* const markdown_head;

}  // namespace rehearse::bench
