#pragma once

#include "studies/study.hpp"
#include "tests/support/study_support.hpp"

namespace rehearse::testing {

/// Claims that two studies are equal: what can be compared, and the columns (in which NaN stands
/// for nothing) by what is written and said of them.
void check_same(const Study& study, const Study& expected);

}  // namespace rehearse::testing
