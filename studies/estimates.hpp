#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "studies/arm_record.hpp"
#include "studies/bootstrap.hpp"

namespace rehearse {

/// What is believed of the requests of one endpoint or workload, over all replications.
struct RequestEstimates {
  std::string name;  // of the workload, or "service/operation", "@canary" behind it for the canary
  RequestCounts counts;
  Estimate error_ratio;      // errors over all that were not withdrawn
  LatencyEstimates latency;  // over all that arrived
  /// Of the good answers only.
  std::optional<double> good_p50;
  std::optional<double> good_p99;
};

/// Means at one instance, over time; `utilization` is absent where capacity is unlimited.
struct ServiceEstimates {
  std::string name;
  Estimate utilization;
  Estimate queue_length;
  Estimate in_system;
  Estimate attempts_per_call;
  std::uint64_t longest_queue = 0;   // at any instance in any replication
  std::uint64_t most_in_system = 0;  // likewise
};

/// What one interval of an arm says about everybody, in the order of the layout.
struct IntervalEstimates {
  std::string name;
  double from_seconds = 0;
  double to_seconds = 0;
  std::vector<RequestEstimates> endpoints;
  std::vector<RequestEstimates> workloads;
  std::vector<ServiceEstimates> services;
};

struct ArmEstimates {
  std::vector<IntervalEstimates> intervals;
};

/// The interval that shows what an experiment does: that of the faults and the rollout where there
/// is one, else the whole run.
std::size_t shown_interval(const ArmEstimates& arm);

/// The name of an endpoint column: "service/operation", with "@canary" for the canary's.
std::string column_name(const OutcomeLayout::EndpointKey& key);

/// All estimates of an arm. Where replications ran draws of the model, intervals reach over what
/// the replications that have rows showed, each by itself, with 95 %: the range of one run of a
/// system that could have left this recording. Else they are of the pooled number. Draws come from
/// streams named by `arm`, interval and entity, so that an added service moves nobody else's
/// intervals. Costs about 5 ms for each endpoint and interval.
ArmEstimates estimate(const ArmRecord& record, const std::string& arm, std::uint64_t seed);

}  // namespace rehearse
