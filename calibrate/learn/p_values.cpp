#include "calibrate/learn/p_values.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "sim/expects.hpp"
#include "sim/stats/special_functions.hpp"

namespace rehearse {
namespace {

constexpr std::size_t fewest_pairs = 10;
constexpr double least_told = 1e-9;

/// From 1; equal values share the mean of theirs.
std::vector<double> ranks_of(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::vector<double> ranks(values.size());
  for (std::size_t from = 0; from < order.size();) {
    std::size_t to = from + 1;
    while (to < order.size() && values[order[to]] == values[order[from]]) ++to;
    const double rank = static_cast<double>(from + to + 1) / 2;
    for (std::size_t i = from; i < to; ++i) ranks[order[i]] = rank;
    from = to;
  }
  return ranks;
}

double mean_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

}  // namespace

double at_least(std::uint64_t events, std::uint64_t trials, double probability) {
  expects(events <= trials, "no more events than trials");
  if (events == 0) return 1;
  return beta_cdf(probability, static_cast<double>(events),
                  static_cast<double>(trials - events) + 1);
}

double normal_tail(double z) {
  return std::erfc(z / std::sqrt(2.0)) / 2;
}

void RankSum::add_stratum(std::vector<Value> values) {
  std::vector<double> numbers;
  for (const Value& value : values) numbers.push_back(value.value);
  const auto marked = static_cast<double>(
      std::count_if(values.begin(), values.end(), [](const Value& one) { return one.marked; }));
  const auto all = static_cast<double>(values.size());
  if (marked == 0 || marked == all) return;
  const std::vector<double> ranks = ranks_of(numbers);
  const double mean = (all + 1) / 2;
  double sum = 0;
  double squares = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double off = (ranks[i] - mean) / (all + 1);
    squares += off * off;
    if (values[i].marked) sum += off;
  }
  excess_ += sum;
  variance_ += squares * marked * (all - marked) / (all * (all - 1));
}

double RankSum::p_value() const {
  return variance_ > 0 ? normal_tail(excess_ / std::sqrt(variance_)) : 1;
}

double rank_correlation_p_value(const std::vector<double>& first,
                                const std::vector<double>& second) {
  expects(first.size() == second.size(), "values come in pairs");
  if (first.size() < fewest_pairs) return 1;
  const std::vector<double> left = ranks_of(first);
  const std::vector<double> right = ranks_of(second);
  const double mean = mean_of(left);
  double products = 0;
  double of_left = 0;
  double of_right = 0;
  for (std::size_t i = 0; i < left.size(); ++i) {
    products += (left[i] - mean) * (right[i] - mean);
    of_left += (left[i] - mean) * (left[i] - mean);
    of_right += (right[i] - mean) * (right[i] - mean);
  }
  if (of_left == 0 || of_right == 0) return 1;
  const double correlation = products / std::sqrt(of_left * of_right);
  return normal_tail(correlation * std::sqrt(static_cast<double>(left.size()) - 1));
}

std::vector<bool> rejected_by_holm(const std::vector<double>& p_values, double level) {
  std::vector<std::size_t> order(p_values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return p_values[a] < p_values[b]; });
  std::vector<bool> rejected(p_values.size(), false);
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (p_values[order[i]] > level / static_cast<double>(order.size() - i)) break;
    rejected[order[i]] = true;
  }
  return rejected;
}

std::string p_value_text(double p_value) {
  if (p_value < least_told) return fmt::format("p < {:.0e}", least_told);
  return fmt::format("p = {:.2g}", p_value);
}

}  // namespace rehearse
