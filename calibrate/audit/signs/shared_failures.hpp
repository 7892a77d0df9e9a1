#pragma once

#include "calibrate/audit/signs/sign.hpp"

namespace rehearse {

/// Instances that fail together again and again: one failure domain (a host, a zone, a database
/// nobody recorded). An instance has a bad spell where half of its visits or more fail by
/// themselves, not by a call, in windows of a two-hundredth of the recording, or of five visits. Of
/// two instances with three spells or more each, how many spells of one meet those of the other is
/// compared with spells that fall anywhere.
SignAnswer find_shared_failures(const Recording& recording);

}  // namespace rehearse
