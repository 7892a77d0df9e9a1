#pragma once

#include "models/plan/plan.hpp"

namespace rehearse {

/// Gives constant delays and arrivals their lanes of the event list: what is delayed by a constant
/// comes in the order in which it was scheduled.
void assign_lanes(Plan& plan);

}  // namespace rehearse
