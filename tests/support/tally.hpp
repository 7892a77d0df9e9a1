#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "sim/expects.hpp"
#include "sim/time.hpp"

namespace rehearse {

/// Count, mean and variance of numbers seen one after another, by Welford's recurrence (1962),
/// which does not lose digits where the mean is large and the spread small. Merge in index order to
/// get the same bits whatever the threads.
class Tally {
 public:
  void add(double value) {
    ++count_;
    const double step = value - mean_;
    mean_ += step / static_cast<double>(count_);
    squares_ += step * (value - mean_);
  }

  /// As if the other's numbers had been added here, but for rounding (Chan, Golub and LeVeque
  /// 1979).
  void merge(const Tally& other) {
    if (other.count_ == 0) return;
    const auto own = static_cast<double>(count_);
    const auto others = static_cast<double>(other.count_);
    const double step = other.mean_ - mean_;
    count_ += other.count_;
    mean_ += step * (others / (own + others));
    squares_ += other.squares_ + step * step * (own * others / (own + others));
  }

  std::uint64_t count() const { return count_; }
  /// Zero when empty.
  double mean() const { return mean_; }
  /// Unbiased (divided by count - 1); zero below two values.
  double variance() const { return count_ < 2 ? 0 : squares_ / static_cast<double>(count_ - 1); }
  double standard_error() const {
    return count_ == 0 ? 0 : std::sqrt(variance() / static_cast<double>(count_));
  }

 private:
  std::uint64_t count_ = 0;
  double mean_ = 0;
  double squares_ = 0;  // of the distances from the mean, summed
};

/// The average over time of a whole number that changes by steps (requests waiting, workers busy).
/// The integral is exact, so that it does not depend on how the time was cut.
class TimeAverage {
 public:
  explicit TimeAverage(Time start = Time()) : start_(start), last_(start) {}

  /// From `now` on the level is this. Expects that time does not run backwards.
  void set(Time now, std::uint64_t level) {
    advance(now);
    level_ = level;
    maximum_ = std::max(maximum_, level);
  }

  /// Forgets the past but keeps the level: the end of the warm-up, or of a window.
  void reset(Time now) {
    advance(now);
    start_ = now;
    integral_ = 0;
    maximum_ = level_;
  }

  std::uint64_t level() const { return level_; }
  /// Since the last reset.
  std::uint64_t maximum() const { return maximum_; }

  /// The average from the last reset until `now`; the level itself when no time has passed. Expects
  /// `now` at or after the last change.
  double mean(Time now) const {
    if (now == start_) return static_cast<double>(level_);
    return static_cast<double>(integral(now)) /
           static_cast<double>((now - start_).in_nanoseconds());
  }

  /// Level times nanoseconds since the last reset. Expects `now` at or after the last change.
  unsigned __int128 integral(Time now) const {
    expects(now >= last_, "a time average is not asked about the past");
    const auto elapsed = static_cast<std::uint64_t>((now - last_).in_nanoseconds());
    return integral_ + static_cast<unsigned __int128>(level_) * elapsed;
  }

 private:
  void advance(Time now) {
    integral_ = integral(now);
    last_ = now;
  }

  Time start_;
  Time last_;
  std::uint64_t level_ = 0;
  std::uint64_t maximum_ = 0;
  unsigned __int128 integral_ = 0;
};

}  // namespace rehearse
