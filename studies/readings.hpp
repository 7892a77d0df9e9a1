#pragma once

#include <vector>

#include "studies/reading_runs.hpp"
#include "studies/study.hpp"

namespace rehearse {

/// By objective; both empty where nothing is open in what the scenario touches.
struct FoundReadings {
  std::vector<OpenRisk> risks;
  /// The empty one, which is the model itself, where none was run in full beside it.
  std::vector<Reading> fearful;
};

/// What the objectives of a study come to under other readings of what nobody knows.
///
/// Tried are the corners of three classes: limits of few workers, of few cores, or none; failures
/// failing or survived; timeouts none or short (`recorded_ends` says how few and how short the
/// recording admits). Each is screened with two replications under the luck of the study, and the
/// hopeful and the fearful one of each objective, by replications that miss it and then by the
/// margin, run in full, as far as the verdict needs them: of a pass the fearful, of a fail the
/// hopeful. Who was run in full is what the limits of the risk are of. Where the fearful one
/// passes, more than corners are tried before that is believed: see mixed_readings.hpp. Where one
/// reading holds an objective and another loses it, a smallest set of values that makes the
/// difference is looked for, by halving what differs (A. Zeller, R. Hildebrandt, Simplifying and
/// Isolating Failure-Inducing Input, 2002), and if a number of workers is among them, where it
/// flips.
///
/// Costs, in runs of the study without its control: at most one for each reading that some
/// objective has at an end, most often one or two, and some 60 replications. Of passes, three more
/// for each, and 32 replications and 48 for each reading that was at an end of one. Ends early when
/// it is cancelled; what is there says so.
///
/// Expects a study that is complete.
FoundReadings search_readings(const Study& plain, const ReadingSettings& settings);

}  // namespace rehearse
