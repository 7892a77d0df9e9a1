#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tests/benchmarks/bench.hpp"

namespace rehearse::bench {

/// Runs `work` in a forked child, so that the memory of one benchmark, its threads and its crashes
/// do not disturb the next. Throws std::runtime_error when the child does not end well.
std::vector<Row> in_child(const std::function<std::vector<Row>()>& work);

/// What a program wrote to its standard output. Throws std::runtime_error when it cannot be started
/// or ends with another code than zero.
std::string output_of(const std::vector<std::string>& words);

/// Bytes of this process in memory, what the allocator holds back for later given up first.
double resident_bytes();

/// The most that were ever in memory.
double peak_resident_bytes();

}  // namespace rehearse::bench
