#pragma once

#include <vector>

#include "calibrate/learn/arrivals.hpp"
#include "calibrate/traces/trace_forest.hpp"
#include "calibrate/traces/visits.hpp"
#include "studies/recorded_traffic.hpp"

namespace rehearse {

/// What came in at the endpoints at which requests come in, and all their visits, as models are
/// compared with it. Expects `visits` of `forest`, and the `arrivals` learned from them; `names`
/// [endpoint]. Leaves `warnings` to whoever studied the recording.
RecordedTraffic traffic_of(const TraceForest& forest, const VisitTable& visits,
                           const ArrivalFacts& arrivals, const std::vector<EndpointName>& names);

}  // namespace rehearse
