#include "studies/recorded_noise.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "sim/random/random_stream.hpp"

namespace rehearse {
namespace {

/// A recording of exponential answers, of which some fail, whose mean swings slowly by chance:
/// every hundredth visit takes a new one, up to `swing` times larger or smaller.
std::vector<RecordedAnswer> recording(std::uint64_t seed, double swing) {
  RandomStream luck(ReplicationSeed{seed}.key(), 0, 0);
  std::vector<RecordedAnswer> answers;
  double mean = 1;
  for (int i = 0; i < 2'000; ++i) {
    if (i % 100 == 0) mean = std::exp((2 * luck.uniform() - 1) * std::log(swing));
    const double seconds = -mean * std::log(luck.uniform());
    answers.push_back({seconds, 1, !luck.chance(std::min(0.1 * mean, 1.0))});
  }
  return answers;
}

/// Of so many pairs of recordings, how often the second one's number is in the noise of the first.
struct Held {
  int median = 0;
  int p99 = 0;
  int errors = 0;
};
Held held(int pairs, double swing) {
  Held count;
  for (int i = 0; i < pairs; ++i) {
    const auto one = recording(2 * static_cast<std::uint64_t>(i), swing);
    const auto other = recording(2 * static_cast<std::uint64_t>(i) + 1, swing);
    const auto good = good_answers(one);
    const auto good_of_other = good_answers(other);
    const auto inside = [&](double level) {
      const Interval noise = noise_of_quantile(one, good, level);
      const double value = WeighedQuantiles(good_of_other).at(level);
      return noise.lower <= value && value <= noise.upper ? 1 : 0;
    };
    count.median += inside(0.5);
    count.p99 += inside(0.99);
    const Interval noise = noise_of_errors(one);
    const double errors = share_of_errors(other);
    count.errors += noise.lower <= errors && errors <= noise.upper ? 1 : 0;
  }
  return count;
}

}  // namespace

TEST_CASE("another recording's numbers are in the noise of the first, slow swings or not",
          "[studies][backtest]") {
  constexpr int pairs = 300;
  // 95 %, less 4.5 standard errors: 285 - 17.
  constexpr int fewest = 268;
  for (const double swing : {1.0, 2.0}) {
    const Held count = held(pairs, swing);
    CAPTURE(swing, count.median, count.p99, count.errors);
    CHECK(count.median >= fewest);
    CHECK(count.errors >= fewest);
    // Windows of 300 leave six of them, within which the swings of a p99 are hidden.
    CHECK(count.p99 >= fewest - 30);
  }
}

TEST_CASE("noise tells what is different", "[studies][backtest]") {
  const auto answers = recording(1, 1);
  const auto good = good_answers(answers);

  // The median of 1,800 exponential answers: 1 / sqrt(n) of their mean, times sqrt(2) and 1.96.
  const Interval noise = noise_of_quantile(answers, good, 0.5);
  CHECK(noise.upper - noise.lower < 2.5 * 2 * 1.96 * std::sqrt(2.0 / 1'800));
  CHECK(noise.upper < std::log(2.0) * 1.25);
  CHECK(noise.lower > std::log(2.0) * 0.8);
  CHECK(noise_of_errors(answers).upper < 0.14);
}

TEST_CASE("answers that stand for many are worth fewer", "[studies][backtest]") {
  auto answers = recording(1, 1);
  const Interval even = noise_of_errors(answers);
  for (std::size_t i = 0; i < answers.size(); i += 20) answers[i].weight = 100;

  const Interval uneven = noise_of_errors(answers);

  CHECK(uneven.upper - uneven.lower > 2 * (even.upper - even.lower));
}

}  // namespace rehearse
