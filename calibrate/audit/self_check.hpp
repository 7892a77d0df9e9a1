#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "calibrate/learn/arrivals.hpp"
#include "calibrate/traces/trace_forest.hpp"
#include "calibrate/traces/visits.hpp"
#include "models/specs/model_spec.hpp"
#include "sim/stats/intervals.hpp"

namespace rehearse {

/// One number of the recording, the interval in which chance would leave it in another recording of
/// the same system (95 %), and what the model makes of it.
struct Likeness {
  double recorded = 0;
  Interval noise;
  double model = 0;
  bool alike = false;
};

/// The answers of one endpoint at which requests come in.
struct SelfCheckRow {
  std::string endpoint;
  std::uint64_t visits = 0;  // recorded
  /// Of the good answers, in seconds, at self_check_levels. Nothing where too few were recorded.
  std::array<std::optional<Likeness>, 3> quantiles;
  Likeness errors;  // share of the visits
};
inline constexpr std::array<double, 3> self_check_levels = {0.5, 0.9, 0.99};
/// Good answers of equal weight that are enough to compare a quantile of these levels.
inline constexpr std::array<std::uint64_t, 3> enough_for_level = {50, 50, 300};

/// A model against the recording that it was learned from.
struct SelfCheck {
  std::vector<SelfCheckRow> rows;  // by visits, the most first
  std::uint64_t too_thin = 0;      // endpoints at which requests come in, with too few visits
  std::uint64_t simulated = 0;     // requests
  std::string not_run;             // why; empty: it was run
  std::uint64_t compared() const;
  std::uint64_t unlike() const;
};

/// Runs the model at the recorded rate, for as many requests as a few million events allow, and
/// compares response times and errors at the endpoints at which requests come in. Two numbers are
/// alike within 15 %, or where the model's lies in the noise of the recording: between the order
/// statistics that hold the true quantile with 95 % (of as many equal samples as the weights are
/// worth; no further than the samples go), or in the exact interval of the share of errors. Always
/// with the same luck.
/// Expects `visits` of `forest`, and the `arrivals` and the `model` learned from them;
/// `names` [endpoint].
SelfCheck check_against_recording(const ModelSpec& model, const TraceForest& forest,
                                  const VisitTable& visits, const ArrivalFacts& arrivals,
                                  const std::vector<EndpointName>& names);

/// For people, in lines of text; of all rows, or of the most visited ones and those unlike.
std::string text(const SelfCheck& check, bool all_rows);

}  // namespace rehearse
