#include "sim/stats/weighed_values.hpp"

#include <algorithm>

#include "sim/expects.hpp"

namespace rehearse {

WeighedQuantiles::WeighedQuantiles(const std::vector<WeighedValue>& rising) : rising_(rising) {
  expects(!rising.empty(), "quantiles are of some values");
  double squares = 0;
  for (const WeighedValue& one : rising) {
    weight_ += one.weight;
    squares += one.weight * one.weight;
  }
  expects(squares > 0, "values have weights");
  worth_ = static_cast<std::uint64_t>(std::max(weight_ * weight_ / squares, 1.0));
}

double WeighedQuantiles::at(double level) const {
  double below = 0;
  for (const WeighedValue& one : rising_) {
    below += one.weight;
    if (below >= level * weight_) return one.value;
  }
  return rising_.back().value;
}

Interval WeighedQuantiles::noise_at(double level, double confidence) const {
  const RankInterval ranks = quantile_ranks(worth_, level, confidence);
  const auto all = static_cast<double>(worth_);
  return {at(static_cast<double>(ranks.lower) / all),
          at(std::min(static_cast<double>(ranks.upper) / all, 1.0))};
}

}  // namespace rehearse
