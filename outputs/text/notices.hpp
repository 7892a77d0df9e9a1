#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "studies/study.hpp"

namespace rehearse {

/// In how many replications something happened, and when, from the start of the replication.
struct Occurrences {
  std::uint64_t count = 0;
  std::uint64_t replications = 0;
  double median_seconds = 0;
  double earliest_seconds = 0;
  double latest_seconds = 0;
};

/// Of [replication] instants in seconds; NaN: it did not happen.
Occurrences occurrences_of(const std::vector<double>& instants);

/// When an alarm fired: [replication], in seconds; NaN: never.
std::vector<double> firings_of(const ArmRecord& arm, std::size_t alarm);

/// In how many replications an alarm rang already before the experiment began.
std::uint64_t alarms_that_rang_before(const ArmRecord& arm, std::size_t alarm);

/// In how many replications the rollout ended so.
std::uint64_t rollouts_that_ended(const ArmRecord& arm, RolloutResult result);
bool has_rollout(const ArmRecord& arm);

/// Sentences about what makes the answer weaker than it looks: interruption, capped replications,
/// requests without an answer, alarms in the control arm, analyses without data.
std::vector<std::string> warnings_about(const Study& study, const Findings& findings);

}  // namespace rehearse
