#pragma once

#include <string>

#include "outputs/bootstrap.hpp"

namespace rehearse {

/// Numbers as people read them, three to four significant digits: "850 us", "12.3 ms", "1.46 s",
/// "12 min"; "never" for infinity.
std::string seconds_text(double seconds);

/// A moment or span of simulated time as operators write it: "5m", "1h 30m", "12.5s".
std::string span_text(double seconds);

/// A probability as percent: "2.5 %". Never "0 %" or "100 %" for what is not exactly that.
std::string percent_text(double probability);

/// "[12.1 ms, 12.6 ms]".
std::string seconds_text(const Interval& interval);
std::string percent_text(const Interval& interval);

/// "12.3 ms [12.1 ms, 12.6 ms]"; "-" for nothing measured.
std::string seconds_text(const Estimate& estimate);

}  // namespace rehearse
