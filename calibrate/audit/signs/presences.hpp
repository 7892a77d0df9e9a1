#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "calibrate/audit/signs/sign.hpp"

namespace rehearse {

/// One instance or version of a service, among all visits of the service in time. Visits of one
/// trace are one.
struct Presence {
  NameId name = 0;
  std::uint64_t visits = 0;
  std::uint64_t before = 0;  // of the service, before its first
  std::uint64_t after = 0;
  std::int64_t first = 0;
  std::int64_t last = 0;
  /// That it is silent before or after, were any visit as likely to be its own as any other.
  double appears_by_chance = 1;
  double goes_by_chance = 1;
};

/// By service, of those that name all their instances, or versions.
std::map<NameId, std::vector<Presence>> find_presences(const Recording& recording,
                                                       NameId Span::*name);

}  // namespace rehearse
