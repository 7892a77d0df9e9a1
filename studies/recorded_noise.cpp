#include "studies/recorded_noise.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <optional>

#include "sim/expects.hpp"
#include "sim/stats/special_functions.hpp"

namespace rehearse {
namespace {

using Answers = std::vector<RecordedAnswer>;

constexpr double confidence = 0.95;
constexpr std::size_t most_windows = 20;
constexpr std::size_t fewest_windows = 5;
/// As far as two recordings of a system differ, over how far one is from the truth.
const double of_two = std::sqrt(2.0);

Interval widened(double recorded, const Interval& of_one) {
  return {recorded - of_two * (recorded - of_one.lower),
          recorded + of_two * (of_one.upper - recorded)};
}

/// From window to window, of `windows` with equally many visits.
std::optional<double> half_width(
    const Answers& answers, std::size_t windows,
    const std::function<std::optional<double>(const Answers&)>& number) {
  if (windows < fewest_windows) return std::nullopt;
  std::vector<double> numbers;
  for (std::size_t k = 0; k < windows; ++k) {
    const auto from = static_cast<std::ptrdiff_t>(k * answers.size() / windows);
    const auto to = static_cast<std::ptrdiff_t>((k + 1) * answers.size() / windows);
    const auto value = number(Answers(answers.begin() + from, answers.begin() + to));
    if (value) numbers.push_back(*value);
  }
  if (numbers.size() < fewest_windows) return std::nullopt;
  const auto count = static_cast<double>(numbers.size());
  const double mean = std::accumulate(numbers.begin(), numbers.end(), 0.0) / count;
  double squares = 0;
  for (const double one : numbers) squares += (one - mean) * (one - mean);
  const double deviation = std::sqrt(squares / (count - 1));
  return student_t_quantile(0.5 + confidence / 2, count - 1) * deviation * of_two /
         std::sqrt(count);
}

Interval wider(double recorded, const Interval& by_ranks, const std::optional<double>& by_windows) {
  if (!by_windows) return by_ranks;
  return {std::min(by_ranks.lower, recorded - *by_windows),
          std::max(by_ranks.upper, recorded + *by_windows)};
}

}  // namespace

std::uint64_t enough_answers(double level) {
  return level > 0.9 ? 300 : 50;
}

std::vector<WeighedValue> good_answers(const Answers& answers) {
  std::vector<WeighedValue> good;
  for (const RecordedAnswer& answer : answers) {
    if (answer.good) good.push_back({answer.seconds, answer.weight});
  }
  std::sort(good.begin(), good.end(),
            [](const WeighedValue& a, const WeighedValue& b) { return a.value < b.value; });
  return good;
}

double share_of_errors(const Answers& answers) {
  expects(!answers.empty(), "a share is of some answers");
  double bad = 0;
  double all = 0;
  for (const RecordedAnswer& answer : answers) {
    all += answer.weight;
    if (!answer.good) bad += answer.weight;
  }
  return std::min(bad / all, 1.0);
}

Interval noise_of_quantile(const Answers& answers, const std::vector<WeighedValue>& rising,
                           double level) {
  const WeighedQuantiles quantiles(rising);
  const double recorded = quantiles.at(level);
  const auto of_window = [level](const Answers& window) -> std::optional<double> {
    const std::vector<WeighedValue> good = good_answers(window);
    if (good.empty()) return std::nullopt;
    return WeighedQuantiles(good).at(level);
  };
  const auto windows = static_cast<std::size_t>(
      std::min<std::uint64_t>(most_windows, quantiles.worth() / enough_answers(level)));
  const Interval noise = wider(recorded, widened(recorded, quantiles.noise_at(level, confidence)),
                               half_width(answers, windows, of_window));
  return {std::max(noise.lower, 0.0), noise.upper};
}

Interval noise_of_errors(const Answers& answers) {
  const double recorded = share_of_errors(answers);
  double weight = 0;
  double squares = 0;
  for (const RecordedAnswer& answer : answers) {
    weight += answer.weight;
    squares += answer.weight * answer.weight;
  }
  const double worth = weight * weight / squares;
  const auto windows = static_cast<std::size_t>(std::min(
      static_cast<double>(most_windows), worth / static_cast<double>(enough_answers(0.5))));
  const Interval exact = clopper_pearson_of_share(recorded, worth, confidence);
  const Interval noise = wider(recorded, widened(recorded, exact),
                               half_width(answers, windows, [](const Answers& window) {
                                 return std::optional(share_of_errors(window));
                               }));
  return {std::max(noise.lower, 0.0), std::min(noise.upper, 1.0)};
}

}  // namespace rehearse
