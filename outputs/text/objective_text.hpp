#pragma once

#include <string>

#include "studies/verdict.hpp"

namespace rehearse {

/// A word of ours, where it shall be seen: "FAIL".
std::string upper_case(std::string text);

/// A value in the unit of the objective's metric.
std::string value_text(const MetricCondition& condition, double value);

/// All that is known of an objective, in lines: what was measured, its risk, what becomes of it
/// without the experiment and under other readings, and why. What the headline says already is not
/// said again: that one `named_above` is decisive, and that its reason is that of another.
std::string objective_text(const ObjectiveResult& result, bool named_above, bool reason_above);

}  // namespace rehearse
