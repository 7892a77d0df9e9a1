#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "studies/study.hpp"

namespace rehearse::testing {

/// A system of one endpoint, workload and service, with the intervals "run" and "fault" and three
/// windows. Endpoint and workload have the same latencies.
OutcomeLayout small_layout();

/// "p99(latency{workload='users'}) < 100ms" in the fault, with probability 0.95.
ObjectiveSpec fast_objective();

LatencyHistogram histogram_of(const std::vector<Duration>& latencies);

/// An outcome in which each request of both intervals took the given time.
Outcome outcome_with(std::uint64_t replication, const std::vector<Duration>& latencies);

/// An outcome without a single request.
Outcome silent_outcome(std::uint64_t replication);

/// `slow` of `replications` miss the objective; the control never does.
Study study_with(std::uint64_t replications, std::uint64_t slow);

/// Adds a replication to the experiment.
void add(Study& study, const Outcome& outcome);

/// A folder that exists as long as this.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  std::string file(const std::string& name) const { return (path_ / name).string(); }
  std::vector<std::string> names() const;  // of what is in it, sorted

 private:
  std::filesystem::path path_;
};

std::string content_of(const std::string& path);

}  // namespace rehearse::testing
