#include "sim/random/law_tables.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>

#include "sim/expects.hpp"

namespace rehearse {

QuantileTable::QuantileTable(std::span<const QuantilePoint> points) {
  expects(points.size() >= 2 && points.front().level == 0 && points.back().level == 1,
          "the levels of an empirical law run from 0 to 1");
  lines_.reserve(points.size());
  for (std::size_t i = 0; i < points.size(); ++i) {
    const auto value = static_cast<double>(points[i].value.in_nanoseconds());
    lines_.push_back({points[i].level, value, 0});
    if (i == 0) continue;
    Line& line = lines_[i - 1];
    expects(points[i].level > line.level && value >= line.value,
            "levels of an empirical law rise and its values never fall");
    line.slope = (value - line.value) / (points[i].level - line.level);
  }

  const std::size_t slices = std::clamp<std::size_t>(std::bit_ceil(2 * points.size()), 16, 4096);
  first_line_.resize(slices);
  std::uint32_t line = 0;
  for (std::size_t slice = 0; slice < slices; ++slice) {
    const double begin = static_cast<double>(slice) / static_cast<double>(slices);
    while (lines_[line + 1].level <= begin) ++line;
    first_line_[slice] = line;
  }
}

double QuantileTable::value_at(double level) const {
  expects(level >= 0 && level < 1, "a table of quantiles ends below level 1");
  // The number of slices is a power of two, so that the product is exact and stays below it.
  const auto slice = static_cast<std::size_t>(level * static_cast<double>(first_line_.size()));
  const Line* line = &lines_[first_line_[slice]];
  while (line[1].level <= level) ++line;
  return line->value + line->slope * (level - line->level);
}

double QuantileTable::mean() const {
  double sum = 0;
  for (std::size_t i = 0; i + 1 < lines_.size(); ++i) {
    const double width = lines_[i + 1].level - lines_[i].level;
    sum += width * 0.5 * (lines_[i].value + lines_[i + 1].value);
  }
  return sum;
}

AliasTable::AliasTable(std::span<const double> weights) {
  expects(!weights.empty(), "a choice needs at least one weight");
  double total = 0;
  for (const double weight : weights) {
    expects(weight >= 0, "a weight is not negative");
    total += weight;
  }
  expects(total > 0, "weights are not all zero");

  columns_.resize(weights.size());
  std::vector<std::uint32_t> poor;
  std::vector<std::uint32_t> rich;
  for (std::uint32_t i = 0; i < columns_.size(); ++i) {
    columns_[i] = {weights[i] / total * static_cast<double>(weights.size()), i};
    (columns_[i].own_share < 1 ? poor : rich).push_back(i);
  }
  while (!poor.empty() && !rich.empty()) {
    const std::uint32_t receiver = poor.back();
    const std::uint32_t giver = rich.back();
    poor.pop_back();
    columns_[receiver].alias = giver;
    columns_[giver].own_share -= 1 - columns_[receiver].own_share;
    if (columns_[giver].own_share < 1) {
      rich.pop_back();
      poor.push_back(giver);
    }
  }
  // What is left over is full but for rounding.
  for (const std::uint32_t column : poor) columns_[column].own_share = 1;
  for (const std::uint32_t column : rich) columns_[column].own_share = 1;
}

}  // namespace rehearse
