#include "sim/stats/compared_distributions.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "sim/random/random_stream.hpp"

namespace rehearse {
namespace {

using Values = std::vector<WeighedValue>;

/// The values of a quantile function at the middles of `count` equal steps.
template <class Quantile>
Values steps_of(int count, const Quantile& quantile) {
  Values rising;
  for (int i = 0; i < count; ++i) rising.push_back({quantile((i + 0.5) / count), 1});
  return rising;
}

Values uniform_sample(int count, std::uint64_t seed) {
  RandomStream luck(ReplicationSeed{seed}.key(), 0, 0);
  Values rising;
  for (int i = 0; i < count; ++i) rising.push_back({luck.uniform(), 1});
  std::sort(rising.begin(), rising.end(),
            [](const WeighedValue& a, const WeighedValue& b) { return a.value < b.value; });
  return rising;
}

}  // namespace

TEST_CASE("the distance of distributions is what hands work out", "[sim][stats]") {
  CHECK(wasserstein_distance({{0}, {1}, {3}}, {{5}, {6}, {8}}) == Approx(5));
  CHECK(wasserstein_distance({{0}}, {{0}, {1}}) == Approx(0.5));
  CHECK(wasserstein_distance({{0}, {1}}, {{0}}) == Approx(0.5));
  // Three quarters stay at 0, one goes to 4; then half of it comes back to 2.
  CHECK(wasserstein_distance({{0, 4}}, {{0, 3}, {4, 1}}) == Approx(1));
  CHECK(wasserstein_distance({{0, 6}, {2, 1}, {4, 1}}, {{0, 3}, {4, 1}}) == Approx(0.25));
  // Weights count as so many values do, whatever their sum.
  CHECK(wasserstein_distance({{1, 2}, {2, 4}}, {{1, 10}, {2, 20}}) == Approx(0).margin(1e-12));
  CHECK_THROWS(wasserstein_distance({}, {{1}}));
}

TEST_CASE("what is shifted is as far as it was shifted", "[sim][stats]") {
  const auto exponential = [](double level) { return -std::log(1 - level); };
  const Values one = steps_of(1'000, exponential);
  for (const double shift : {-0.25, 0.003, 7.0}) {
    Values other = one;
    for (WeighedValue& value : other) value.value += shift;
    CHECK(wasserstein_distance(one, other) == Approx(std::abs(shift)));
    CHECK(wasserstein_distance(other, one) == Approx(std::abs(shift)));
  }
}

TEST_CASE("of laws of which one is always larger the distance is that of their means",
          "[sim][stats]") {
  const auto exponential = [](double level) { return -std::log(1 - level); };
  const auto twice = [&](double level) { return 2 * exponential(level); };
  // Means of steps of a tail that ends at log(2 n): off by about log(2 n) / 2 n.
  CHECK(wasserstein_distance(steps_of(4'000, exponential), steps_of(3'000, twice)) ==
        Approx(1).margin(0.003));
  // U(0, 1) against U(1/4, 3/4), which lies inside: the integral of |u - 1/2| / 2 is 1/8.
  const auto uniform = [](double level) { return level; };
  const auto inside = [](double level) { return 0.25 + level / 2; };
  CHECK(wasserstein_distance(steps_of(1'000, uniform), steps_of(1'000, inside)) ==
        Approx(0.125).margin(1e-5));
}

TEST_CASE("ranks of what equals the forecast are even", "[sim][stats]") {
  const Values values = {{1, 2}, {2, 1}, {5, 4}, {9, 3}};
  for (const Values& same : {values, Values{{3}}}) {
    const RankTransform ranks = rank_transform(same, same);
    for (const double share : ranks.shares) CHECK(share == Approx(0.1));
    CHECK(ranks.distance == Approx(0).margin(1e-12));
  }
}

TEST_CASE("ranks are what hands work out", "[sim][stats]") {
  // The second of four takes the ranks from a quarter to a half.
  const RankTransform second = rank_transform({{1}}, {{0}, {1}, {2}, {3}});
  CHECK(second.shares[1] == 0);
  CHECK(second.shares[2] == Approx(0.2));
  CHECK(second.shares[3] == Approx(0.4));
  CHECK(second.shares[4] == Approx(0.4));
  CHECK(second.distance == Approx(0.5));

  const RankTransform beyond = rank_transform({{10}}, {{0}, {1}});
  CHECK(beyond.shares[9] == Approx(1));
  CHECK(beyond.distance == Approx(1));
  const RankTransform before = rank_transform({{-1, 3}, {10, 1}}, {{0}, {1}});
  CHECK(before.shares[0] == Approx(0.75));
  CHECK(before.shares[9] == Approx(0.25));
  CHECK(before.distance == Approx(0.75));
  // Between two of them.
  CHECK(rank_transform({{0.5}}, {{0}, {1}}).shares[5] == Approx(1));
  CHECK(rank_transform({{0.5}}, {{0}, {1}}).distance == Approx(0.5));
}

TEST_CASE("ranks of a sample are as even as chance leaves them, and no evener where it is shifted",
          "[sim][stats]") {
  const Values foretold = steps_of(5'000, [](double level) { return level; });
  constexpr int count = 400;
  // Kolmogorov's limit that one sample in 10,000 exceeds.
  const double limit = 2.23 / std::sqrt(count);

  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const Values seen = uniform_sample(count, seed);
    CHECK(rank_transform(seen, foretold).distance < limit);
    Values slower = seen;
    for (WeighedValue& value : slower) value.value *= 1.25;
    // A fifth of them is beyond all that was foretold.
    CHECK(rank_transform(slower, foretold).distance > limit);
    CHECK(rank_transform(slower, foretold).shares[9] == Approx(0.28).margin(0.09));
  }
}

}  // namespace rehearse
