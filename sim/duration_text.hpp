#pragma once

#include <string>

#include "sim/time.hpp"

namespace rehearse {

/// What was said, to the nanosecond: the shortest text that reads back as the same duration, as
/// "250ms", "1.5s" or "90m".
std::string duration_text(Duration duration);

/// What was measured, to about three digits: "850us", "12.3ms", "1.5s", "2m 30s", "1h 5m"; "never"
/// for infinity, "-" for no number.
std::string rounded_duration_text(double seconds);

}  // namespace rehearse
