#pragma once

#include <string>

#include "outputs/study.hpp"

namespace rehearse {

/// "Also hit": the endpoints and services that changed most against the control arm, be they asked
/// for or not, and the service that ran out of capacity first. Empty without a control arm.
std::string collateral_text(const Study& study, const Findings& findings);

}  // namespace rehearse
