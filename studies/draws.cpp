#include "studies/draws.hpp"

#include <algorithm>
#include <cmath>

#include "sim/expects.hpp"

namespace rehearse {

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
  if (sum == 0 || sum == all) return all / groups;
  double between = 0;
  double within = 0;
  for (std::size_t j = 0; j < used; ++j) {
    const double own = events[j] / trials[j];
    between += trials[j] * (own - share) * (own - share);
    within += trials[j] * own * (1 - own);
  }
  between /= std::max(groups - 1, 1.0);
  within /= all - groups;
  const double size = used < 2 ? all : (all - squares / all) / (groups - 1);
  const double rho = (between - within) / (between + (size - 1) * within);
  return 1 + (all / groups - 1) * std::clamp(rho, 0.0, 1.0);
}

Interval range_of(std::vector<double> values) {
  std::erase_if(values, [](double value) { return std::isnan(value); });
  expects(!values.empty(), "a range is of some values");
  std::sort(values.begin(), values.end());
  const std::size_t left_out = values.size() / 40;
  return {.lower = values[left_out], .upper = values[values.size() - 1 - left_out]};
}

}  // namespace rehearse
