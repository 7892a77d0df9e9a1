#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sim/random/law.hpp"

namespace rehearse {

/// An inverse distribution function of straight lines, looked up in constant time: the levels are
/// cut into equal slices, and each slice knows the first line that it meets.
class QuantileTable {
 public:
  QuantileTable() = default;

  /// Expects levels that rise strictly from 0 to 1, and values that never fall.
  explicit QuantileTable(std::span<const QuantilePoint> points);

  double value_at(double level) const;
  double mean() const;
  double lowest() const { return lines_.front().value; }

 private:
  struct Line {
    double level = 0;  // where it begins
    double value = 0;  // there, in nanoseconds
    double slope = 0;
  };
  std::vector<Line> lines_;  // closed by the point at level 1
  std::vector<std::uint32_t> first_line_;
};

/// Weighted choice with one draw and one comparison, by Walker's alias method (1977) with Vose's
/// construction (1991).
class AliasTable {
 public:
  AliasTable() = default;

  /// Expects at least one weight, none negative, not all zero.
  explicit AliasTable(std::span<const double> weights);

  /// Takes one draw.
  std::uint32_t sample(RandomStream& stream) const {
    const double place = stream.uniform() * static_cast<double>(columns_.size());
    const auto column = static_cast<std::uint32_t>(place);
    return place - column < columns_[column].own_share ? column : columns_[column].alias;
  }

 private:
  struct Column {
    double own_share = 1;
    std::uint32_t alias = 0;
  };
  std::vector<Column> columns_;
};

/// What the laws that need tables keep outside of themselves.
struct LawTables {
  QuantileTable quantiles;      // empirical
  AliasTable choice;            // mixture
  std::vector<double> weights;  // mixture, adding up to 1
  std::vector<Law> components;  // mixture, none of them a mixture
};

}  // namespace rehearse
