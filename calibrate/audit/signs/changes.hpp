#pragma once

#include "calibrate/audit/signs/sign.hpp"

namespace rehearse {

/// Change points: parts of the recording in which requests took other times, or came more or less
/// often, as `study_stationarity` finds them. Its limits say how rarely chance does that.
SignAnswer find_changes(const Recording& recording);

}  // namespace rehearse
