#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "studies/beyond_recording.hpp"
#include "studies/reading_runs.hpp"
#include "studies/study.hpp"

namespace rehearse {

/// What it would be worth to know a value: how much less uncertain the risk of an objective would
/// be.
struct WorthOfValue {
  std::string path;       // of an open value; of an observed one, of its evidence
  std::string objective;  // the one of which it says most
  bool is_open = false;
  double least_risk = 0;  // of an open value: over its ends
  double greatest_risk = 0;
  double explained = 0;  // of an observed one: the share of the variance of the risk over draws
  /// Of the risk, that would go: half the distance between the ends of an open value, each as good
  /// as the other; the root of the explained variance.
  double deviation = 0;
  std::string recording;  // to make, in a sentence
};

struct WorthOfKnowing {
  std::vector<WorthOfValue> values;  // those first that are worth most
  std::uint64_t open_tried = 0;
  std::uint64_t open_left_out = 0;  // more than are tried
  std::uint64_t replications = 0;   // that each end was run with, at most
  bool complete = true;             // nobody interrupted it
};

/// The expected value of knowing, for each value that is open in what the scenario touches and each
/// group of observed values with draws.
///
/// Open: the risk at both ends of a value (of a limit: few workers, few cores, none), all others as
/// the fearful reading of the objective has them. At most 40 values are screened with two
/// replications an end, and the eight whose screens differ most run with 50, all ends under one
/// luck. There is no test behind them: ends that differ in one run are told, too.
///
/// Observed: the share of the variance of misses (the luck of the few runs of a draw included: less
/// than of the risk), between draws of the fearful reading, that
/// five bins of one number explain (the correlation ratio, corrected as epsilon squared for what
/// luck explains: T. L. Kelley, An Unbiased Correlation Ratio Measure, 1935); of numbers under one
/// row of evidence the greatest. Only what exceeds the greatest of all numbers and objectives in 95
/// of 100 permutations of the draws counts, so that one in twenty studies names any number where
/// none matters. A run without data counts as missed. At most the 2,000 numbers that vary most;
/// none of fewer than 40 draws.
///
/// `fearful`: [objective], empty for the model itself. Draws from streams of its own. Costs, in
/// runs of the study without its control, about one for each fearful reading, and at most 1,440
/// replications for each. Ends early when it is cancelled.
///
/// Expects a study that is complete.
WorthOfKnowing worth_of_knowing(const Study& study, const std::vector<Reading>& fearful,
                                const BeyondRecording& beyond, const ReadingSettings& settings);

}  // namespace rehearse
