#pragma once

#include <string>

#include "sim/duration_text.hpp"
#include "studies/bootstrap.hpp"

namespace rehearse {

/// A probability as percent: "2.5 %". Never "0 %" or "100 %" for what is not exactly that.
std::string percent_text(double probability);

/// "[12.1ms, 12.6ms]".
std::string rounded_duration_text(const Interval& interval);
std::string percent_text(const Interval& interval);

/// "12.3ms [12.1ms, 12.6ms]"; "-" for nothing measured.
std::string rounded_duration_text(const Estimate& estimate);

}  // namespace rehearse
