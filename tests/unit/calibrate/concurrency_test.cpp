#include "calibrate/learn/concurrency.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>
#include <queue>

#include "sim/random/law.hpp"

using namespace rehearse;

namespace {

/// Stays at a FIFO pool under Poisson arrivals; times in nanoseconds, mean service 10 ms.
std::vector<Stay> simulated(int workers, double utilization, std::size_t count,
                            std::uint64_t seed) {
  const Law service(LawSpec{{}, LognormalSpec{Duration::milliseconds(8), 0.668}});
  const double mean = service.mean_seconds();
  const Law gap(
      LawSpec{{}, ExponentialSpec{Duration::rounded_seconds(mean / workers / utilization)}});
  RandomStream luck(seed, 1, 1);
  std::priority_queue<std::int64_t, std::vector<std::int64_t>, std::greater<>> free;
  for (int w = 0; w < workers; ++w) free.push(0);
  std::vector<Stay> stays;
  std::int64_t now = 0;
  for (std::size_t i = 0; i < count; ++i) {
    now += gap.sample(luck).in_nanoseconds();
    const std::int64_t start = std::max(now, free.top());
    free.pop();
    const std::int64_t end = start + service.sample(luck).in_nanoseconds();
    free.push(end);
    stays.push_back({now, end, end});
  }
  return stays;
}

/// The same load on workers without limit: stays that have nothing to do with the crowd.
std::vector<Stay> unlimited(std::size_t count, std::uint64_t seed) {
  return simulated(1000, 0.008, count, seed);
}

}  // namespace

TEST_CASE("the workers of a FIFO pool are found from its stays", "[calibrate]") {
  for (const int workers : {1, 2, 5, 8}) {
    for (const double utilization : {0.6, 0.8}) {
      const Concurrency found = study_stays({simulated(workers, utilization, 4000, 7)}, 1);

      INFO(workers << " workers, " << utilization << " busy");
      if (found.workers) CHECK(*found.workers == workers);
      if (utilization == 0.8) CHECK(found.workers.has_value());
    }
  }
}

TEST_CASE("instances of one service are studied together", "[calibrate]") {
  const Concurrency found = study_stays({simulated(2, 0.7, 900, 1), simulated(2, 0.7, 900, 2)}, 1);

  REQUIRE(found.workers.has_value());
  CHECK(*found.workers == 2);
  REQUIRE(found.waits.size() == 2);
}

TEST_CASE("waiting is told apart from service", "[calibrate]") {
  const auto stays = simulated(2, 0.8, 4000, 3);
  const Concurrency found = study_stays({stays}, 1);

  REQUIRE(found.workers == 2);
  double service = 0;
  for (std::size_t i = 0; i < stays.size(); ++i) {
    service += static_cast<double>(stays[i].departed - stays[i].arrived) - found.waits[0][i];
  }
  // Lognormal with median 8 ms and sigma 0.668: mean 10 ms, standard deviation 7.5 ms.
  const double mean = 8e6 * 1.25;
  CHECK(std::abs(service / 4000 - mean) < 4.5 * 7.5e6 / std::sqrt(4000.0));
}

TEST_CASE("workers who wait for others are found by what they do first", "[calibrate]") {
  // Three workers: each works for 2 ms on average, then waits for somebody for some 20 ms, and
  // longer the more of them wait.
  RandomStream luck(13, 1, 1);
  const Law gap(LawSpec{{}, ExponentialSpec{Duration::milliseconds(12)}});
  const Law work(LawSpec{{}, ExponentialSpec{Duration::milliseconds(2)}});
  std::vector<std::int64_t> free(3);
  std::vector<Stay> stays;
  std::int64_t now = 0;
  for (int i = 0; i < 4000; ++i) {
    now += gap.sample(luck).in_nanoseconds();
    std::int64_t& next = *std::min_element(free.begin(), free.end());
    const std::int64_t acted = std::max(now, next) + work.sample(luck).in_nanoseconds();
    const auto others =
        std::count_if(free.begin(), free.end(), [&](std::int64_t until) { return until > acted; });
    next = acted + 10'000'000 * (1 + others) + work.sample(luck).in_nanoseconds();
    stays.push_back({now, acted, next});
  }

  const Concurrency found = study_stays({stays}, 1);

  REQUIRE(found.workers == 3);
  for (std::size_t i = 0; i < stays.size(); ++i) {
    CHECK(static_cast<double>(stays[i].acted - stays[i].arrived) >= found.waits[0][i]);
  }
}

TEST_CASE("no number of workers is named where the stays do not tell", "[calibrate]") {
  CHECK_FALSE(study_stays({unlimited(4000, 5)}, 1).workers.has_value());
  CHECK_FALSE(study_stays({simulated(8, 0.2, 4000, 5)}, 1).workers.has_value());
  CHECK_FALSE(study_stays({simulated(1, 0.8, 150, 5)}, 1).workers.has_value());
  CHECK_FALSE(study_stays({}, 1).workers.has_value());
}

TEST_CASE("a crowd that slows everybody down is not taken for a FIFO pool", "[calibrate]") {
  // Processor sharing by hand: a stay lasts as long as its work times the crowd it met.
  RandomStream luck(11, 1, 1);
  const Law gap(LawSpec{{}, ExponentialSpec{Duration::milliseconds(12)}});
  const Law work(LawSpec{{}, ExponentialSpec{Duration::milliseconds(6)}});
  std::vector<Stay> stays;
  std::int64_t now = 0;
  for (int i = 0; i < 4000; ++i) {
    now += gap.sample(luck).in_nanoseconds();
    const auto crowd = std::count_if(stays.begin(), stays.end(),
                                     [&](const Stay& stay) { return stay.departed > now; });
    const std::int64_t end = now + work.sample(luck).in_nanoseconds() * (crowd + 1);
    stays.push_back({now, end, end});
  }

  CHECK_FALSE(study_stays({stays}, 1).workers.has_value());
}
