#pragma once

#include <string>
#include <vector>

#include "studies/study.hpp"

namespace rehearse {

/// "Also hit": the endpoints and services that changed most against the control arm, and the
/// service that ran out of capacity first. Endpoints that are `said_already` are not said again.
/// Empty without a control arm.
std::string collateral_text(const Study& study, const Findings& findings,
                            const std::vector<std::string>& said_already);

}  // namespace rehearse
