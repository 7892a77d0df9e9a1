#pragma once

#include "calibrate/audit/signs/sign.hpp"

namespace rehearse {

/// Instances that fail together again and again: one failure domain (a host, a zone, a database
/// nobody recorded). An instance has a bad spell where its visits fail by themselves, not by a
/// call, as they do not on average (Page's CUSUM). Of two instances with three spells or more each,
/// how many spells of one begin when those of the other do, to two visits, is compared with spells
/// that begin anywhere.
SignAnswer find_shared_failures(const Recording& recording);

}  // namespace rehearse
