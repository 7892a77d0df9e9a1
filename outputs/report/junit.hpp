#pragma once

#include <string>
#include <vector>

#include "outputs/report/gate_record.hpp"

namespace rehearse {

/// JUnit XML in the common part of what Jenkins, Surefire and GitLab read: a testsuite for each
/// scenario, a testcase for each check. What fails is a failure, also what is inconclusive (its
/// type says so: a gate that skipped it would let it through); what could not be checked is an
/// error. The essentials stand in the message and in the text, as readers show one or the other.
/// Names are unique within a suite. Characters that XML forbids are made visible.
std::string junit_report(const std::vector<GatedScenario>& scenarios);

}  // namespace rehearse
