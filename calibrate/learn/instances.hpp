#pragma once

#include <map>
#include <string>

#include "calibrate/traces/trace_forest.hpp"
#include "models/specs/service_spec.hpp"

namespace rehearse {

/// What is known of the copies of one service.
struct InstanceFacts {
  int instances = 1;
  bool named = false;  // false: no span said which instance it came from
  std::uint64_t spans = 0;
  PlacementSpec placement;  // instance i, in order of names, stands in zones[i]
  std::string versions;     // all seen, with commas
};

/// By service. Instances without a name of zone or host leave that placement out for all.
std::map<NameId, InstanceFacts> study_instances(const TraceForest& forest, const NameTable& names);

}  // namespace rehearse
