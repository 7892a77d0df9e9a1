#include "sim/stats/weighed_values.hpp"

#include <catch2/catch.hpp>

namespace rehearse {

TEST_CASE("a quantile is the first value at which enough weight is passed", "[sim][stats]") {
  const std::vector<WeighedValue> rising = {{1, 1}, {2, 6}, {5, 3}};
  const WeighedQuantiles quantiles(rising);

  CHECK(quantiles.at(0) == 1);
  CHECK(quantiles.at(0.1) == 1);
  CHECK(quantiles.at(0.11) == 2);
  CHECK(quantiles.at(0.7) == 2);
  CHECK(quantiles.at(0.71) == 5);
  CHECK(quantiles.at(1) == 5);
  // 10^2 / (1 + 36 + 9), rounded down.
  CHECK(quantiles.worth() == 2);
}

TEST_CASE("the noise of a quantile is that of order statistics, no wider than the values",
          "[sim][stats]") {
  std::vector<WeighedValue> rising;
  for (int i = 1; i <= 100; ++i) rising.push_back({static_cast<double>(i), 1});
  const WeighedQuantiles quantiles(rising);

  const RankInterval ranks = quantile_ranks(100, 0.5, 0.95);
  const Interval noise = quantiles.noise_at(0.5, 0.95);

  CHECK(noise.lower == static_cast<double>(ranks.lower));
  CHECK(noise.upper == static_cast<double>(ranks.upper));
  CHECK(quantiles.noise_at(0.999, 0.95).upper == 100);
  CHECK_THROWS(WeighedQuantiles({}));
}

}  // namespace rehearse
