#pragma once

#include "scenarios/scenario.hpp"
#include "studies/study_run.hpp"

namespace rehearse {

/// Runs the replications of a scenario, each beside its control twin where the scenario does
/// something: both meet the same seed. Says how long it will take when that is long, as soon as
/// that is measured, and shows progress. Ends early when interrupted; the study then has fewer
/// replications than planned.
Study run_study(const Scenario& scenario, const StudySettings& settings,
                StudyInformation information);

}  // namespace rehearse
