#pragma once

#include <map>
#include <string>

#include "calibrate/traces/trace_forest.hpp"
#include "models/specs/service_spec.hpp"

namespace rehearse {

/// What is known of the copies of one service.
struct InstanceFacts {
  int instances = 1;    // at a time, for most of the time
  std::size_t ids = 0;  // seen in all: more than `instances` where some took the place of others
  bool named = false;   // false: no span said which instance it came from
  std::uint64_t spans = 0;
  int most = 1;                 // at a time: more than `instances` where their number changed
  double share_of_more = 0;     // of the visits, those that met more than `instances`
  std::int64_t more_from = 0;   // nanoseconds since 1970: when the first of these began
  std::int64_t more_until = 0;  // and the last
  PlacementSpec placement;  // instance i, in order of names, stands in zones[i]; of those at a time
  std::string versions;     // all seen, with commas
};

/// By service. Instances are those that were there at a time: an id that begins when another has
/// gone, as after a deployment, is no instance more. Where their number changed, as by an
/// autoscaler, it is the largest that was there for half of the time at least (less a twentieth,
/// for hand-overs): rates are means over time, too. Visits that met more are told of beside it.
/// That it changed is believed with 2 % for being wrong over all ids together; else the most
/// counts.
///
/// An id is there from its first to its last span where chance does not explain that it was silent
/// before or after: by the number of its visits (those of one trace are one) among all visits of
/// the service, with 2 % for being wrong, an instance that was there all the time would have been
/// heard of. Otherwise it is taken to be there all the time. Numbers that hold for less than a
/// twentieth of the visits are hand-overs.
///
/// Instances without a name of zone or host leave that placement out for all.
std::map<NameId, InstanceFacts> study_instances(const TraceForest& forest, const NameTable& names);

}  // namespace rehearse
