#pragma once

#include <cstdint>

#include "calibrate/readers/span.hpp"
#include "tests/support/learnable_models.hpp"

/// Simulated requests as spans that were read, without a file between; and what happens to spans
/// on their way from services to files.
namespace rehearse::testing {

/// The spans of one replication, as a reader of OTLP would keep them.
SpanSet recorded(const LearnableScenario& scenario, std::uint64_t number);

}  // namespace rehearse::testing
