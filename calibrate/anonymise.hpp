#pragma once

#include "calibrate/readers/span.hpp"

namespace rehearse {

/// Replaces names by service-1, operation-1, instance-1, zone-1, host-1 and version-1, numbered in
/// the order of the names they replace, so that one name always gets one replacement. Expects
/// normalised spans and leaves them normalised.
void anonymise(SpanSet& set);

}  // namespace rehearse
