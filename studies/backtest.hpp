#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "models/specs/model_spec.hpp"
#include "models/specs/parameter_draws.hpp"
#include "sim/stats/intervals.hpp"
#include "studies/backtest_record.hpp"
#include "studies/recorded_traffic.hpp"

namespace rehearse {

/// How a backtest is run. `threads` does not change its answers.
struct BacktestSettings {
  std::uint64_t replications = 200;
  std::uint64_t seed = 1;
  int threads = 1;
  double most_events = 5e6;  // of a replication: a second of one thread or less
  /// Replication i runs draw i % drawn->draws() of the model; null: the model itself.
  const DrawnModel* drawn = nullptr;
};

/// Who looks on.
struct BacktestWatch {
  std::function<bool()> cancelled;                           // asked now and then, on any thread
  std::function<void(std::uint64_t replications)> finished;  // in all, in order
};

/// Runs the model under the traffic that was recorded (`under_traffic`), each replication as long
/// as the recording, or as a few million events allow, and compares what it foretells at each
/// entrance with at least 50 good recorded answers: quantiles and distribution of all replications
/// together, and bands of quantiles from replication to replication. Where the recording is a
/// sample, the band is of quantiles of as many answers drawn from each replication (the k-th of n
/// uniform values is of a beta law; one draw for each replication, entrance and quantile).
/// Latencies of the model, and in comparisons of distributions also the recorded ones, are known to
/// their bin (LatencyBins); a recorded quantile is in a band if its bin touches it.
///
/// Interrupted, it has fewer replications than planned, and compares nothing with fewer than
/// `fewest_for_bands`. Expects a model without mistakes, and at least so many replications.
BacktestRecord backtest(const ModelSpec& model, const RecordedTraffic& traffic,
                        const BacktestSettings& settings, const BacktestWatch& watch);

/// The band that one more value like these meets with probability `level`, as much of the rest
/// above it as below: order statistics at (n + 1) p, between two of them in a straight line.
/// Expects rising values that may be infinite, at least one.
Interval central_band(const std::vector<double>& rising, double level);

}  // namespace rehearse
