#pragma once

#include <cstdint>
#include <vector>

#include "sim/stats/intervals.hpp"

namespace rehearse {

/// A value, and how many it stands for.
struct WeighedValue {
  double value = 0;
  double weight = 1;
  bool operator==(const WeighedValue&) const = default;
};

/// Quantiles of rising values by weight. Expects the values to outlive it, at least one of them,
/// and positive weights. Each question costs a pass over the values.
class WeighedQuantiles {
 public:
  explicit WeighedQuantiles(const std::vector<WeighedValue>& rising);

  /// The first value at which the weight so far reaches `level` of all.
  double at(double level) const;

  /// How many equal values tell as much (Kish).
  std::uint64_t worth() const { return worth_; }

  /// The order statistics that enclose the true quantile with `confidence`. Never wider than the
  /// values, though so few may not enclose it: what is beyond them all is no noise of theirs.
  Interval noise_at(double level, double confidence) const;

 private:
  const std::vector<WeighedValue>& rising_;
  double weight_ = 0;
  std::uint64_t worth_ = 1;
};

}  // namespace rehearse
