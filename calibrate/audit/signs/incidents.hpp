#pragma once

#include "calibrate/audit/signs/sign.hpp"

namespace rehearse {

/// A service whose errors and times rise together, and come back: in a stretch of up to 60 windows
/// of equally many visits. A visit stands for its rank among those of its endpoint. Told where
/// errors are twice as often as otherwise, and visits a quarter slower at the median or the p90.
SignAnswer find_incidents(const Recording& recording);

}  // namespace rehearse
