#pragma once

#include <string>

#include "outputs/bootstrap.hpp"
#include "sim/duration_text.hpp"

namespace rehearse {

/// A probability as percent: "2.5 %". Never "0 %" or "100 %" for what is not exactly that.
std::string percent_text(double probability);

/// How many times as much, three significant digits and no exponent: "2.43", "1,010".
std::string times_text(double times);

/// "[12.1ms, 12.6ms]".
std::string rounded_duration_text(const Interval& interval);
std::string percent_text(const Interval& interval);

/// "12.3ms [12.1ms, 12.6ms]"; "-" for nothing measured.
std::string rounded_duration_text(const Estimate& estimate);

}  // namespace rehearse
