#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "calibrate/traces/trace_forest.hpp"
#include "calibrate/traces/visits.hpp"

namespace rehearse {

/// How strongly the work at a service follows the size of the request.
struct SizeLoading {
  double value = 0;          // in (0, 1]
  std::uint64_t traces = 0;  // that met it and another such service
  std::size_t services = 0;  // others with which it goes together
};

/// One factor for all services: the normal scores of the times of one request at two services (its
/// own, of ranks within each endpoint) have the product of their loadings as covariance. By least
/// squares over all pairs of those services that go together with another one by four standard
/// errors, in 100 traces or more; each pair counts by its traces. Loadings below 0.2 are left out.
/// `self_times`: nanoseconds, by visit.
std::map<NameId, SizeLoading> study_request_sizes(const TraceForest& forest,
                                                  const VisitTable& visits,
                                                  const std::vector<double>& self_times);

}  // namespace rehearse
