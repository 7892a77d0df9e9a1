#pragma once

#include <string>

#include "tests/end_to_end/program.hpp"

namespace rehearse::testing {

/// Writes `queue.model.toml`: a hundred requests a second to one service with ten workers that
/// works 20 ms, without randomness in its work.
void write_model(const Workplace& place, const std::string& network_latency = "0s");

/// Writes `NAME.toml` over that model: two seconds of 100 ms more latency, and the objective that
/// the median stays below `threshold` in that time with the given probability (the default when
/// empty).
void write_scenario(const Workplace& place, const std::string& name, const std::string& threshold,
                    const std::string& probability, int replications);

}  // namespace rehearse::testing
