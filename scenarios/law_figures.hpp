#pragma once

#include "sim/random/law_spec.hpp"

namespace rehearse {

/// What people compare of two laws of durations, in seconds; infinite where a mean is.
struct LawFigures {
  double mean = 0;
  double p50 = 0;
  double p90 = 0;
  double p99 = 0;
  bool operator==(const LawFigures&) const = default;
};

/// Without a draw: of a mixture the quantiles are found by bisection, to ten digits. Expects a
/// valid law.
LawFigures figures_of(const LawSpec& law);

}  // namespace rehearse
