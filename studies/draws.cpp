#include "studies/draws.hpp"

#include <algorithm>
#include <cmath>

#include "sim/expects.hpp"

namespace rehearse {
namespace {

/// Of fewer the correlation is not known to any use: one draw in many may decide.
constexpr double enough_events = 20;

}  // namespace

double design_effect(const std::vector<std::uint8_t>& happened, std::uint64_t draws) {
  expects(draws > 0, "there are draws where replications go together by them");
  const std::size_t count = happened.size();
  const std::size_t used = std::min<std::size_t>(count, draws);
  if (used == count) return 1;
  std::vector<double> events(used, 0.0);
  std::vector<double> trials(used, 0.0);
  for (std::size_t i = 0; i < count; ++i) {
    events[i % used] += happened[i];
    trials[i % used] += 1;
  }
  const auto all = static_cast<double>(count);
  const auto groups = static_cast<double>(used);
  double sum = 0;
  double squares = 0;
  for (std::size_t j = 0; j < used; ++j) {
    sum += events[j];
    squares += trials[j] * trials[j];
  }
  const double share = sum / all;
  if (used < 2 || std::min(sum, all - sum) < enough_events) return all / groups;
  double between = 0;
  double within = 0;
  for (std::size_t j = 0; j < used; ++j) {
    const double own = events[j] / trials[j];
    between += trials[j] * (own - share) * (own - share);
    within += trials[j] * own * (1 - own);
  }
  between /= groups - 1;
  within /= all - groups;
  const double size = (all - squares / all) / (groups - 1);
  const double rho = std::max((between - within) / (between + (size - 1) * within), 0.0);
  const double error =
      (1 - rho) * (1 + (size - 1) * rho) * std::sqrt(2 / (size * (size - 1) * (groups - 1)));
  return 1 + (all / groups - 1) * std::min(rho + 2 * error, 1.0);
}

Interval range_of(std::vector<double> values) {
  std::erase_if(values, [](double value) { return std::isnan(value); });
  expects(!values.empty(), "a range is of some values");
  std::sort(values.begin(), values.end());
  const std::size_t left_out = values.size() / 40;
  return {.lower = values[left_out], .upper = values[values.size() - 1 - left_out]};
}

}  // namespace rehearse
