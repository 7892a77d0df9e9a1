#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tests/benchmarks/bench.hpp"

namespace rehearse::bench {

/// Short runs of `ours` and of `theirs`, two rehearse_bench, in turn: the median of the ratios of
/// neighbours, for each row that both report. Throws std::runtime_error when one of them fails.
std::vector<Row> compared(const std::string& ours, const std::string& theirs,
                          const std::string& benchmark);

/// The names that `program --list` prints.
std::vector<std::string> listed_by(const std::string& program);

}  // namespace rehearse::bench
