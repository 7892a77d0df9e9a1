#include "sim/random/random_stream.hpp"

#include <Random123/philox.h>

#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>
#include <vector>

using namespace rehearse;

namespace {

/// The sample correlation of two streams' uniforms, times sqrt(n): standard normal if independent.
double correlation_score(RandomStream left, RandomStream right, int n) {
  double sum = 0;
  for (int i = 0; i < n; ++i) sum += (left.uniform() - 0.5) * (right.uniform() - 0.5);
  return sum * 12 / std::sqrt(static_cast<double>(n));
}

}  // namespace

TEST_CASE("a random stream is Philox2x64-10 with path and purpose as counter", "[sim]") {
  const std::array<std::array<std::uint64_t, 3>, 4> addresses{{
      {0, 0, 0},
      {~0ULL, ~0ULL, ~0ULL},
      {0xa4093822299f31d0ULL, 0x13198a2e03707344ULL, 0x243f6a8885a308d3ULL},
      {1, 2, 3},
  }};

  for (const auto& [key, purpose, path] : addresses) {
    RandomStream stream(key, purpose, path);
    for (std::uint64_t block = 0; block < 100; ++block) {
      const philox2x64_ctr_t counter{{path, purpose + block}};
      const philox2x64_key_t philox_key{{key}};
      const philox2x64_ctr_t expected = philox2x64(counter, philox_key);
      CHECK(stream.bits() == expected.v[0]);
      CHECK(stream.bits() == expected.v[1]);
    }
  }
}

TEST_CASE("a random stream passes the published vectors of Philox2x64-10", "[sim]") {
  // Random123, tests/kat_vectors, lines "philox2x64 10".
  RandomStream zeros(0, 0, 0);
  CHECK(zeros.bits() == 0xca00a0459843d731ULL);
  CHECK(zeros.bits() == 0x66c24222c9a845b5ULL);

  RandomStream pi(0xa4093822299f31d0ULL, 0x13198a2e03707344ULL, 0x243f6a8885a308d3ULL);
  CHECK(pi.bits() == 0x0a5e742c2997341cULL);
  CHECK(pi.bits() == 0xb0f883d38000de5dULL);
}

TEST_CASE("a uniform number is never zero or one", "[sim]") {
  constexpr auto as_uniform = [](std::uint64_t bits) {
    return (static_cast<double>(bits >> 12) + 0.5) * 0x1.0p-52;
  };

  CHECK(as_uniform(0) == 0x1p-53);
  CHECK(as_uniform(~0ULL) == 1 - 0x1p-53);  // with 53 bits it was 1
  RandomStream stream(3, 4, 5);
  for (int i = 0; i < 1'000'000; ++i) {
    const double value = stream.uniform();
    REQUIRE((value > 0 && value < 1));
  }
}

TEST_CASE("uniform numbers have the mean, the variance and the bits of a uniform law", "[sim]") {
  constexpr int n = 1'000'000;
  RandomStream stream(6, 7, 8);
  double sum = 0;
  double squares = 0;
  std::array<int, 64> ones{};

  for (int i = 0; i < n; ++i) {
    const double value = stream.uniform() - 0.5;
    sum += value;
    squares += value * value;
    const std::uint64_t bits = stream.bits();
    for (std::size_t bit = 0; bit < 64; ++bit) ones[bit] += static_cast<int>((bits >> bit) & 1);
  }

  // Standard errors: sqrt(1/12 / n) and sqrt((1/80 - 1/144) / n); of each bit 0.5 sqrt(n).
  CHECK(std::fabs(sum / n) < 4.5 * std::sqrt(1. / 12 / n));
  CHECK(std::fabs(squares / n - 1. / 12) < 4.5 * std::sqrt((1. / 80 - 1. / 144) / n));
  for (const int count : ones) CHECK(std::fabs(count - 0.5 * n) < 5.5 * 0.5 * std::sqrt(n));
}

TEST_CASE("streams at neighbouring addresses are uncorrelated", "[sim]") {
  constexpr int n = 20'000;
  constexpr int neighbours = 64;
  const std::uint64_t purpose = hash_of("checkout") + hash_of("service time");
  std::vector<double> scores;

  for (std::uint64_t i = 0; i < neighbours; ++i) {
    const RandomStream here(ReplicationSeed{42, i, 0, 0}.key(), purpose, i);
    scores.push_back(correlation_score(
        here, RandomStream(ReplicationSeed{42, i, 0, 0}.key(), purpose, i + 1), n));
    scores.push_back(correlation_score(
        here, RandomStream(ReplicationSeed{42, i + 1, 0, 0}.key(), purpose, i), n));
    scores.push_back(correlation_score(
        here, RandomStream(ReplicationSeed{42, i, 0, 0}.key(), mixed(purpose), i), n));
    scores.push_back(
        correlation_score(here, RandomStream(ReplicationSeed{42, i, 0, 1}.key(), purpose, i), n));
  }

  // 256 scores, each beyond 5 once in 1.7 million: a false alarm in 7,000 choices of the seed. The
  // sum of their squares is chi-square with 256 degrees of freedom, standard deviation sqrt(512).
  double squares = 0;
  for (const double score : scores) {
    CHECK(std::fabs(score) < 5);
    squares += score * score;
  }
  CHECK(std::fabs(squares - 256) < 4.5 * std::sqrt(512.));
}

TEST_CASE("the check of correlation rejects streams that overlap", "[sim]") {
  const RandomStream here(42, 7, 0);

  CHECK(correlation_score(here, RandomStream(42, 7, 0), 20'000) > 5);
}

TEST_CASE("two counters one block apart within one purpose overlap, as documented", "[sim]") {
  // The purpose is the upper half of the counter: purposes are hashes, so that they lie far apart.
  RandomStream early(42, 7, 0);
  RandomStream late(42, 8, 0);

  early.bits();
  early.bits();

  CHECK(early.bits() == late.bits());
}

TEST_CASE("numbers below a count are all reached and equally often", "[sim]") {
  constexpr int n = 700'000;
  std::array<int, 7> counts{};
  RandomStream stream(9, 10, 11);

  for (int i = 0; i < n; ++i) ++counts.at(stream.below(7));

  for (const int count : counts) {
    CHECK(std::fabs(count - n / 7.) < 4.5 * std::sqrt(n * (1. / 7) * (6. / 7)));
  }
}

TEST_CASE("a chance takes one draw, also when it is certain", "[sim]") {
  RandomStream certain(1, 2, 3);
  RandomStream fair(1, 2, 3);

  CHECK(certain.chance(1));
  fair.chance(0.5);

  CHECK(certain.bits() == fair.bits());
}

TEST_CASE("every part of a replication's seed changes its key", "[sim]") {
  const ReplicationSeed seed{1, 2, 3, 4};

  CHECK(seed.key() == ReplicationSeed{1, 2, 3, 4}.key());
  CHECK(seed.key() != ReplicationSeed{2, 2, 3, 4}.key());
  CHECK(seed.key() != ReplicationSeed{1, 3, 3, 4}.key());
  CHECK(seed.key() != ReplicationSeed{1, 2, 4, 4}.key());
  CHECK(seed.key() != ReplicationSeed{1, 2, 3, 5}.key());
}
