#pragma once

#include <optional>
#include <string>
#include <vector>

#include "calibrate/audit/account.hpp"
#include "calibrate/learn/recorded_bounds.hpp"
#include "calibrate/readers/reader.hpp"
#include "models/specs/model_spec.hpp"
#include "models/specs/parameter_draws.hpp"
#include "sim/time.hpp"
#include "studies/recorded_traffic.hpp"

namespace rehearse {

/// What a person may say about how a model is learned; owned by the caller.
struct CalibrateOptions {
  ReadOptions read;
  /// Replaces the names of services, operations, instances, zones and hosts by numbered ones, and
  /// leaves the names of files out. Equal names get equal replacements, in the order of the names.
  bool anonymise = false;
  /// Of all traces, so many were kept, where the spans do not say.
  std::optional<double> sampling_percent;
  /// Traces that begin so soon after the first one are left out: the warm-up of a load test.
  Duration skip_start;
  /// Whether the model is run, too, and compared with the recording.
  bool self_check = false;
  /// Whether what users asked for and got is handed out, for a backtest of another model.
  bool keep_traffic = false;
  /// How many draws are made of what the recording leaves open about numbers; see draws.hpp.
  std::size_t draws = 0;
  std::string workload = "users";
  std::string calibrated_by;  // copied into the provenance
};

struct Calibration {
  ModelSpec model;
  Account account;
  RecordedBounds bounds;  // for values that a person gave instead
  ParameterDraws draws;
  std::optional<RecordedTraffic> traffic;  // where it was asked for
};

/// Learns a model from recorded traces. The result does not depend on the order of files or spans.
/// Every learned value has an entry in ModelSpec::evidence. What traces without saturation cannot
/// tell is assumed, and listed as such: workers are unlimited (waiting is inside the self times),
/// and held while calling. Calls guessed in place of lost server spans are left out where they
/// would go round in circles without end. Throws InvalidInput as read_spans does.
Calibration calibrate(const std::vector<std::string>& files, const CalibrateOptions& options);

/// The same from spans that were already read (and not yet normalised).
Calibration calibrate(SpanSet spans, const CalibrateOptions& options);

}  // namespace rehearse
