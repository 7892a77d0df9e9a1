#pragma once

#include "calibrate/audit/signs/sign.hpp"

namespace rehearse {

/// Ids that count, from one trace to the next in time: tracers draw them. The last 64 bits of ids
/// one after another are compared, so that ids which begin with the time, or were sampled by their
/// value, are no sign. By chance one pair in 2^43 is so close.
SignAnswer find_sequential_ids(const Recording& recording);

}  // namespace rehearse
