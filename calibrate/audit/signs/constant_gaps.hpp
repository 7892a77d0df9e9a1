#pragma once

#include "calibrate/audit/signs/sign.hpp"

namespace rehearse {

/// A load generator instead of users: gaps between requests, of all or of one endpoint, that are
/// more alike than those of any mixture of Poisson processes. Of such gaps at most one in 68 is
/// within 2 % of any value (0.04 / e), and their squares add up to twice those of their mean at
/// least (Greenwood 1946; normal with variance 4/n, whose lower tail is the heavier one). Users who
/// wait for their answers are told, too.
SignAnswer find_constant_gaps(const Recording& recording);

}  // namespace rehearse
