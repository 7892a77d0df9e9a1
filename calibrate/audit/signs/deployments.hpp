#pragma once

#include "calibrate/audit/signs/sign.hpp"

namespace rehearse {

/// Instances and versions of a service that appear or go in between (a deployment, a restart,
/// scaling), by how long they were silent; and two versions of one service at once, which no
/// recording without them shows.
SignAnswer find_deployments(const Recording& recording);

}  // namespace rehearse
