#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/outcomes/exit_code.hpp"
#include "sim/stats/compared_distributions.hpp"
#include "sim/stats/intervals.hpp"

namespace rehearse {

/// Numbers this far apart, as a share of what was recorded, are alike whatever the noise.
inline constexpr double alike_within = 0.15;

/// Noise that is wider tells nothing: of a quantile, as a share of what was recorded; of a share of
/// errors.
inline constexpr double widest_noise_of_quantile = 1;
inline constexpr double widest_noise_of_errors = 0.05;

/// One number of a recording, where chance would leave it in another recording of the same system
/// (95 %), and what a model foretells.
struct ForetoldNumber {
  double recorded = 0;
  double foretold = 0;  // infinite: no answer was good
  Interval noise;

  bool within_noise() const;
  /// Within the noise only, and that is so wide that hardly anything would be outside of it.
  bool is_untold(double widest_noise) const;
  /// Within the noise, or alike_within.
  bool alike() const;
  /// Of the foretold, over the recorded; nothing where that is zero.
  std::optional<double> error() const;
};

/// Central bands of what replications come to.
inline constexpr std::array<double, 3> band_levels = {0.5, 0.8, 0.95};
/// Replications without which the widest band is none: a fortieth of them is one.
inline constexpr std::uint64_t fewest_for_bands = 39;

struct ForetoldQuantile {
  double level = 0;
  ForetoldNumber number;  // seconds, of good answers
  std::array<Interval, band_levels.size()> bands{};
  std::array<bool, band_levels.size()> in_band{};
};

/// One endpoint at which requests come in.
struct BacktestRow {
  std::string endpoint;
  std::uint64_t visits = 0;                 // recorded
  std::uint64_t good = 0;                   // of these
  double per_second = 0;                    // of requests from outside, measured
  std::vector<ForetoldQuantile> quantiles;  // p50, p90 and, of enough answers, p99
  ForetoldNumber errors;                    // share of the visits
  /// Between the latencies of good answers, over their recorded mean; nothing: none was foretold.
  std::optional<double> wasserstein;
  std::optional<RankTransform> ranks;  // likewise

  bool alike() const;
};

/// Why an endpoint is not compared.
enum class NotCompared { unknown_to_model, too_few_answers, not_recorded };

struct EntranceLeftOut {
  std::string endpoint;
  NotCompared why = NotCompared::unknown_to_model;
  std::uint64_t good = 0;  // recorded answers
};

/// A model, often learned from another recording, against a recording.
struct BacktestRecord {
  std::vector<BacktestRow> rows;  // by visits, the most first
  std::vector<EntranceLeftOut> left_out;
  std::string not_run;                // why; empty: it was run
  std::vector<std::string> notes;     // on the arrivals of the model
  std::vector<std::string> warnings;  // on the recording
  std::uint64_t requests = 0;         // recorded, from outside
  double recorded_seconds = 0;
  double recorded_per_second = 0;
  std::optional<double> model_per_second;  // of the model's own workloads
  double foretold_per_second = 0;          // that came in the replications
  double run_seconds = 0;                  // of each replication, measured
  std::uint64_t planned = 0;               // replications
  std::uint64_t replications = 0;
  std::uint64_t capped = 0;  // of these ended early, too far behind
  std::uint64_t draws = 0;   // of the model's numbers; 0: as they were learned
  std::uint64_t seed = 0;

  /// How many numbers were compared: quantiles, and shares of errors; and how many of them the
  /// noise of the recording leaves untold.
  std::uint64_t numbers() const;
  std::uint64_t untold() const;
  /// Of the recorded requests, those to endpoints that were compared.
  double compared_share() const;
  /// Quantiles, and how many of the recorded ones are in the band [band_levels].
  std::uint64_t quantiles() const;
  std::uint64_t in_band(std::size_t band) const;
  bool complete() const { return replications == planned; }
  /// By how much the recorded rate is larger than that of the model's own workloads.
  std::optional<double> times_own_rate() const;
};

/// Why numbers that are alike do not make the model like the recording; empty when they do: most
/// are untold, too few of the requests were compared, or replications ended early.
std::string doubt_of(const BacktestRecord& record);

/// interrupted: fewer replications than planned; inconclusive: nothing was compared, or all is
/// alike and there is a doubt; missed: some numbers are unlike; done: all are alike.
ExitCode exit_code(const BacktestRecord& record);

/// An endpoint's number that is not alike: `level` of a quantile, nothing for errors.
struct UnlikeNumber {
  const BacktestRow* row = nullptr;
  std::optional<double> level;
  const ForetoldNumber* number = nullptr;
};
/// The one that is off by most times first. They point into the record.
std::vector<UnlikeNumber> unlike_numbers(const BacktestRecord& record);

}  // namespace rehearse
