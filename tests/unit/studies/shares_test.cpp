// Intervals of shares hold the truth as often as they say, also where errors come in clusters.

#include <catch2/catch.hpp>
#include <cmath>

#include "studies/bootstrap.hpp"

namespace rehearse {
namespace {

/// One study: `batches` replications of `size` requests, each replication with an error probability
/// of `mean`, or (clustered) of 0 or of ten times as much in a tenth of them.
Estimate study(std::uint64_t number, int batches, int size, double mean, bool clustered) {
  RandomStream luck(11, number, clustered ? 1 : 0);
  std::vector<double> events;
  const std::vector<double> trials(static_cast<std::size_t>(batches), size);
  for (int b = 0; b < batches; ++b) {
    const double p = !clustered ? mean : luck.chance(0.1) ? 10 * mean : 0;
    int hits = 0;
    for (int i = 0; i < size; ++i) hits += luck.chance(p);
    events.push_back(hits);
  }
  return estimate_share(events, trials);
}

/// In how many of 400 studies the interval holds the truth.
int covered(int batches, int size, double mean, bool clustered) {
  int held = 0;
  for (std::uint64_t number = 0; number < 400; ++number) {
    const Estimate estimate = study(number, batches, size, mean, clustered);
    held +=
        estimate.interval && estimate.interval->lower <= mean && mean <= estimate.interval->upper;
  }
  return held;
}

/// Fewer than 95 % of 400, by luck alone, in one of 10,000 cases: 3.7 standard deviations of 4.36.
constexpr int least = 380 - 17;

}  // namespace

TEST_CASE("no error seen is not no error", "[studies]") {
  const std::vector<double> none(20, 0);
  const std::vector<double> trials(20, 1000);

  const Estimate estimate = estimate_share(none, trials);

  CHECK(*estimate.value == 0);
  CHECK(estimate.interval->lower == 0);
  CHECK(estimate.interval->upper == Approx(1 - std::pow(0.025, 1.0 / 20000)).epsilon(1e-9));
}

TEST_CASE("intervals of error ratios cover small ratios", "[studies]") {
  CHECK(covered(20, 1000, 1e-4, false) >= least);
  CHECK(covered(20, 1000, 1e-3, false) >= least);
  CHECK(covered(20, 1000, 1e-2, false) >= least);
}

TEST_CASE("intervals of error ratios cover clusters", "[studies]") {
  CHECK(covered(100, 200, 1e-2, true) >= least);
  // The spoiled twin: as if all requests were independent.
  int held = 0;
  for (std::uint64_t number = 0; number < 400; ++number) {
    const double share = *study(number, 100, 200, 1e-2, true).value;
    const Interval naive = clopper_pearson_of_share(share, 20000, 0.95);
    held += naive.lower <= 1e-2 && 1e-2 <= naive.upper;
  }
  CHECK(held < least);
}

}  // namespace rehearse
