#pragma once

#include <cstdint>
#include <optional>

#include "outputs/study.hpp"
#include "scenarios/scenario.hpp"

namespace rehearse {

/// How a study is run, as the command line says: what changes no answer but `replications` and
/// `seed`.
struct StudySettings {
  std::uint64_t replications = 0;
  std::uint64_t seed = 0;
  int threads = 1;
  std::optional<int> threads_per_replication;  // chosen when absent
};

/// Runs the replications of a scenario, each beside its control twin where the scenario does
/// something: both meet the same seed. Says how long it will take when that is long, as soon as
/// that is measured, and shows progress. Ends early when interrupted; the study then has fewer
/// replications than planned.
Study run_study(const Scenario& scenario, const StudySettings& settings,
                StudyInformation information);

}  // namespace rehearse
