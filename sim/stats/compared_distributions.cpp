#include "sim/stats/compared_distributions.hpp"

#include <algorithm>
#include <cmath>

#include "sim/expects.hpp"

namespace rehearse {
namespace {

/// A distribution function that is walked upwards.
class RisingShare {
 public:
  explicit RisingShare(const std::vector<WeighedValue>& rising) : rising_(rising) {
    expects(!rising.empty(), "a distribution is of some values");
    for (const WeighedValue& one : rising) weight_ += one.weight;
    expects(weight_ > 0, "values have weights");
  }

  bool is_over() const { return next_ == rising_.size(); }
  /// Expects that it is not over.
  double next_value() const { return rising_[next_].value; }
  /// The share of values below the next one.
  double below() const { return is_over() ? 1 : std::min(passed_ / weight_, 1.0); }
  /// Passes the values below `value`, or also those that equal it.
  void pass_below(double value) {
    while (!is_over() && next_value() < value) step();
  }
  void pass(double value) {
    while (!is_over() && next_value() <= value) step();
  }

 private:
  void step() { passed_ += rising_[next_++].weight; }

  const std::vector<WeighedValue>& rising_;
  std::size_t next_ = 0;
  double passed_ = 0;
  double weight_ = 0;
};

/// Spreads a share over the tenths between two ranks.
void spread(double share, double from, double to, std::array<double, 10>& tenths) {
  const auto count = static_cast<double>(tenths.size());
  for (std::size_t i = 0; i < tenths.size(); ++i) {
    const double lower = static_cast<double>(i) / count;
    const double upper = static_cast<double>(i + 1) / count;
    if (to > from) {
      const double common = std::min(to, upper) - std::max(from, lower);
      tenths[i] += share * std::max(common, 0.0) / (to - from);
    } else if (lower <= from && (from < upper || i + 1 == tenths.size())) {
      tenths[i] += share;
    }
  }
}

}  // namespace

double wasserstein_distance(const std::vector<WeighedValue>& one,
                            const std::vector<WeighedValue>& other) {
  RisingShare first(one);
  RisingShare second(other);
  double area = 0;
  double at = std::min(first.next_value(), second.next_value());
  while (!first.is_over() || !second.is_over()) {
    double value = 0;
    if (first.is_over()) {
      value = second.next_value();
    } else if (second.is_over()) {
      value = first.next_value();
    } else {
      value = std::min(first.next_value(), second.next_value());
    }
    area += std::abs(first.below() - second.below()) * (value - at);
    first.pass(value);
    second.pass(value);
    at = value;
  }
  return area;
}

RankTransform rank_transform(const std::vector<WeighedValue>& seen,
                             const std::vector<WeighedValue>& foretold) {
  RankTransform result;
  RisingShare share(seen);
  RisingShare rank(foretold);
  while (!share.is_over()) {
    const double value = share.next_value();
    const double before = share.below();
    rank.pass_below(value);
    const double from = rank.below();
    rank.pass(value);
    const double to = rank.below();
    share.pass(value);
    // Between two seen values the share stands still while ranks rise.
    result.distance =
        std::max({result.distance, std::abs(before - from), std::abs(share.below() - to)});
    spread(share.below() - before, from, to, result.shares);
  }
  return result;
}

}  // namespace rehearse
