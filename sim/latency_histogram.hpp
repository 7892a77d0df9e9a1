#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sim/time.hpp"

namespace rehearse {

/// The fixed bins of every latency histogram: one nanosecond wide below 64 ns, then 64 to each power
/// of two. Reporting a bin by its middle is wrong by at most 1/128 = 0.79 % of the true value; below
/// 64 ns it is exact. Durations from `2^46` ns (19.5 hours) on share the last bin.
struct LatencyBins {
  static constexpr int bits = 6;
  static constexpr int largest_exponent = 46;
  static constexpr std::uint32_t count = (largest_exponent - bits + 1) << bits;
  static constexpr double relative_error = 1.0 / 128;

  static std::uint32_t bin_of(Duration latency);
  static Duration lower_edge(std::uint32_t bin);
  static Duration middle(std::uint32_t bin);
};

/// Latencies counted in bins: a value that is merged, stored and asked for quantiles. Sparse; merging
/// is exact, so the result does not depend on the order.
class LatencyHistogram {
 public:
  struct Bin {
    std::uint32_t bin = 0;
    std::uint64_t count = 0;
    bool operator==(const Bin&) const = default;
  };

  void merge(const LatencyHistogram& other);

  std::uint64_t count() const { return count_; }
  /// Exact (not binned), in nanoseconds; the sum is kept in 128 bits so that it cannot overflow.
  double mean_seconds() const;
  Duration minimum() const { return minimum_; }
  Duration maximum() const { return maximum_; }

  /// The latency that a fraction `level` of the values does not exceed: the middle of the bin that
  /// holds the value of rank ceil(level * count), clamped to [minimum, maximum]. Nothing when empty.
  std::optional<Duration> quantile(double level) const;

  /// As `quantile`, when `beyond` more values exist that are only known to be larger than all others
  /// (requests that never finished): nothing when the rank falls among them.
  std::optional<Duration> quantile_with_unfinished(double level, std::uint64_t beyond) const;

  /// The fraction of values above `threshold`, to the resolution of the bins.
  double fraction_above(Duration threshold) const;

  /// Rising bins, no zero counts.
  const std::vector<Bin>& bins() const { return bins_; }

  bool operator==(const LatencyHistogram&) const = default;

 private:
  friend class LatencyRecorder;
  std::vector<Bin> bins_;
  std::uint64_t count_ = 0;
  unsigned __int128 sum_ = 0;
  Duration minimum_ = Duration::longest();
  Duration maximum_;
};

/// What the hot path writes to: dense bins, one increment a value, no allocation after construction.
class LatencyRecorder {
 public:
  LatencyRecorder();

  void add(Duration latency);
  std::uint64_t count() const { return count_; }

  /// The sparse value of all that was added since the last clear.
  LatencyHistogram histogram() const;

  /// As histogram().quantile(level), without building one.
  std::optional<Duration> quantile(double level) const;

  /// Forgets everything; costs time in proportion to the range of bins used.
  void clear();
};

}  // namespace rehearse
