#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <optional>
#include <vector>

#include "sim/expects.hpp"
#include "sim/time.hpp"

namespace rehearse {

/// The fixed bins of every latency histogram: one nanosecond wide below 64 ns, then 64 to each
/// power of two. Reporting a bin by its middle is wrong by at most 1/128 = 0.79 % of the true
/// value; below 64 ns it is exact. Durations from `2^46` ns (19.5 hours) on share the last bin.
struct LatencyBins {
  static constexpr int bits = 6;
  static constexpr int largest_exponent = 46;
  static constexpr std::uint32_t count = (largest_exponent - bits + 1) << bits;
  static constexpr double relative_error = 1.0 / 128;

  /// Expects latency >= 0.
  static std::uint32_t bin_of(Duration latency);
  static constexpr Duration lower_edge(std::uint32_t bin);
  static constexpr Duration middle(std::uint32_t bin);
};

/// A limit inside a bin, and how many values of that bin it holds: where a threshold is known
/// before the values, no bin has to be judged by its middle.
struct LatencySplit {
  Duration limit;
  std::uint64_t at_or_below = 0;  // of the values in the limit's bin
  bool operator==(const LatencySplit&) const = default;

  std::uint32_t bin() const { return LatencyBins::bin_of(limit); }
  /// Expects `bin` to be that of the latency.
  void add(Duration latency, std::uint32_t of_bin) {
    if (of_bin == bin() && latency <= limit) ++at_or_below;
  }
};

/// Latencies counted in bins: a value that is merged, stored and asked for quantiles. Sparse;
/// merging is exact, so the result does not depend on the order.
class LatencyHistogram {
 public:
  struct Bin {
    std::uint32_t bin = 0;
    std::uint64_t count = 0;
    bool operator==(const Bin&) const = default;
  };

  LatencyHistogram() = default;
  /// One that was written down. Expects rising bins without zero counts.
  LatencyHistogram(std::vector<Bin> bins, unsigned __int128 sum_nanoseconds, Duration minimum,
                   Duration maximum);

  void merge(const LatencyHistogram& other);

  std::uint64_t count() const { return count_; }
  /// Of all values, in nanoseconds.
  unsigned __int128 sum_nanoseconds() const { return sum_; }
  /// Exact (not binned); the sum is kept in 128 bits so that it cannot overflow. Zero when empty.
  double mean_seconds() const;
  /// Exact. `Duration::longest()` and zero when empty.
  Duration minimum() const { return minimum_; }
  Duration maximum() const { return maximum_; }

  /// The latency that a fraction `level` of the values does not exceed: the middle of the bin that
  /// holds the value of rank ceil(level * count), clamped to [minimum, maximum]. Nothing when
  /// empty. Expects level in [0, 1].
  std::optional<Duration> quantile(double level) const;

  /// As `quantile`, when `beyond` more values exist that are only known to be larger than all
  /// others (requests without a good answer): nothing when the rank falls among them. With a
  /// split, the bin of its limit is taken for two.
  std::optional<Duration> quantile_with_unfinished(double level, std::uint64_t beyond,
                                                   const LatencySplit* split = nullptr) const;

  /// Rising bins, no zero counts.
  const std::vector<Bin>& bins() const { return bins_; }

  bool operator==(const LatencyHistogram&) const = default;

 private:
  friend class LatencyRecorder;
  std::vector<Bin> bins_;
  std::uint64_t count_ = 0;
  unsigned __int128 sum_ = 0;  // of nanoseconds
  Duration minimum_ = Duration::longest();
  Duration maximum_;
};

/// Dense counts over the powers of two that occur (half a kilobyte each): one increment a value.
/// Allocates only for a value beyond all that it ever saw. A copy is independent of its original.
class LatencyCounts {
 public:
  /// Costs less than a nanosecond. Expects `bin` to be that of a latency.
  void add(std::uint32_t bin) {
    if (bin - first_ >= covered_) [[unlikely]] {
      cover(bin);
    }
    ++bins_[bin - first_];
  }
  /// Asks memory for a bin, without waiting.
  void foresee(std::uint32_t bin) const {
    if (bin - first_ < covered_) __builtin_prefetch(&bins_[bin - first_], 1);
  }
  void merge(const LatencyCounts& other);

  /// Forgets everything and keeps the memory. These three cost time in proportion to the powers of
  /// two ever used.
  void clear() { std::fill(bins_.begin(), bins_.end(), 0); }
  std::uint64_t count() const;
  /// The middle of the bin that holds the value of rank ceil(level * (count + beyond)), when
  /// `beyond` more are larger than all others. Nothing when empty; Duration::longest() when the
  /// rank falls among those.
  std::optional<Duration> quantile(double level, std::uint64_t beyond = 0) const;

 private:
  friend class LatencyRecorder;
  void cover(std::uint32_t bin);

  std::vector<std::uint64_t> bins_;  // from first_ on
  std::uint32_t first_ = 0;
  std::uint32_t covered_ = 0;  // the size of bins_
};

/// Counts, and what a histogram knows exactly: sum, minimum and maximum.
class LatencyRecorder {
 public:
  /// Costs about a nanosecond. Expects latency >= 0.
  void add(Duration latency) { add(latency, LatencyBins::bin_of(latency)); }

  /// For who adds one latency to several recorders. Expects `bin` to be that of the latency.
  void add(Duration latency, std::uint32_t bin) {
    counts_.add(bin);
    sum_ += static_cast<std::uint64_t>(latency.in_nanoseconds());
    minimum_ = std::min(minimum_, latency);
    maximum_ = std::max(maximum_, latency);
  }

  void merge(const LatencyRecorder& other);

  bool empty() const { return minimum_ > maximum_; }
  const LatencyCounts& counts() const { return counts_; }
  std::uint64_t count() const { return counts_.count(); }

  /// The sparse value of all that was added since the last clear. Costs time in proportion to the
  /// range of bins used.
  LatencyHistogram histogram() const;

  /// As histogram().quantile(level), without building one.
  std::optional<Duration> quantile(double level) const;

  /// Forgets everything and keeps the memory.
  void clear();

 private:
  LatencyCounts counts_;
  unsigned __int128 sum_ = 0;  // of nanoseconds
  Duration minimum_ = Duration::longest();
  Duration maximum_;
};

inline std::uint32_t LatencyBins::bin_of(Duration latency) {
  const auto value = static_cast<std::uint64_t>(latency.in_nanoseconds());
  if (value < (1U << bits)) return static_cast<std::uint32_t>(value);
  expects(latency >= Duration(), "a latency is not negative");
  const int shift = static_cast<int>(std::bit_width(value)) - 1 - bits;
  const auto position = static_cast<std::uint32_t>(value >> shift);  // 64 ... 127
  return std::min((static_cast<std::uint32_t>(shift) << bits) + position, count - 1);
}

constexpr Duration LatencyBins::lower_edge(std::uint32_t bin) {
  if (bin < (2U << bits)) return Duration::nanoseconds(bin);
  const std::uint32_t shift = (bin >> bits) - 1;
  const std::int64_t position = (bin & ((1U << bits) - 1)) + (1U << bits);
  return Duration::nanoseconds(position << shift);
}

constexpr Duration LatencyBins::middle(std::uint32_t bin) {
  if (bin < (2U << bits)) return Duration::nanoseconds(bin);
  const std::uint32_t shift = (bin >> bits) - 1;
  return lower_edge(bin) + Duration::nanoseconds((std::int64_t{1} << shift) / 2);
}

}  // namespace rehearse
