#pragma once

#include "calibrate/audit/signs/sign.hpp"

namespace rehearse {

/// Readiness delays: the first visits to an instance that appears in between take more time of
/// their own, calls left out, than those of the same endpoints at other times and instances.
/// Instances that are taken for new were silent before with 1 % by chance; of each service the
/// fifty surest.
SignAnswer find_slow_starts(const Recording& recording);

}  // namespace rehearse
