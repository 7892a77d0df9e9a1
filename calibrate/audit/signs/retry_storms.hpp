#pragma once

#include "calibrate/audit/signs/sign.hpp"

namespace rehearse {

/// Retries under way: a service whose visits try calls again (one that failed is followed by
/// another to the same endpoint) twice as often, or more, in a stretch of the recording as in the
/// rest. Retries that come evenly are what callers do, and no sign.
SignAnswer find_retry_storms(const Recording& recording);

}  // namespace rehearse
