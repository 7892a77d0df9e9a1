#include "sim/random/law.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <limits>
#include <vector>

#include "sim/digest.hpp"
#include "sim/expects.hpp"
#include "sim/random/portable_math.hpp"
#include "tests/support/tally.hpp"
#include "tests/unit/sim/random/law_cases.hpp"

using namespace rehearse;
using rehearse::testing::law_cases;
using rehearse::testing::LawCase;
using rehearse::testing::Moments;
using rehearse::testing::stretched;

namespace {

/// Beyond this many standard errors a normal quantity is found once in 147,000 times.
constexpr double allowed_errors = 4.5;
constexpr double false_alarms = 6.8e-6;

constexpr int draws = 1'000'000;

Duration ms(std::int64_t count) {
  return Duration::milliseconds(count);
}

double in_ms(Duration span) {
  return static_cast<double>(span.in_nanoseconds()) * 1e-6;
}

std::vector<double> samples_of(const LawSpec& spec, int n) {
  const Law law(spec);
  RandomStream stream(20, hash_of("samples"), 22);
  std::vector<double> samples;
  samples.reserve(static_cast<std::size_t>(n));
  for (int i = 0; i < n; ++i) samples.push_back(in_ms(law.sample(stream)));
  return samples;
}

Tally tally_of(const std::vector<double>& samples) {
  Tally tally;
  for (const double sample : samples) tally.add(sample);
  return tally;
}

double variance_of(const Moments& m) {
  return static_cast<double>(m[2] - m[1] * m[1]);
}

/// The fourth moment about the mean.
double fourth_of(const Moments& m) {
  return static_cast<double>(m[4] - 4 * m[1] * m[3] + 6 * m[1] * m[1] * m[2] -
                             3 * m[1] * m[1] * m[1] * m[1]);
}

/// How far the sample mean is from the law's, in standard errors.
double mean_score(const Tally& tally, const Moments& moments) {
  const double error = std::sqrt(variance_of(moments) / static_cast<double>(tally.count()));
  return (tally.mean() - static_cast<double>(moments[1])) / error;
}

double variance_score(const Tally& tally, const Moments& moments) {
  const double variance = variance_of(moments);
  const double error =
      std::sqrt((fourth_of(moments) - variance * variance) / static_cast<double>(tally.count()));
  return (tally.variance() - variance) / error;
}

/// Kolmogorov's distance times sqrt(n).
double kolmogorov_score(std::vector<double> samples, const LawCase& law) {
  std::sort(samples.begin(), samples.end());
  const auto n = static_cast<double>(samples.size());
  double worst = 0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const auto level = static_cast<double>(law.distribution(samples[i]));
    const auto rank = static_cast<double>(i);
    worst = std::max({worst, level - rank / n, (rank + 1) / n - level});
  }
  return worst * std::sqrt(n);
}

/// P(score > x) is at most 2 exp(-2 x^2) (Massart 1990).
double allowed_kolmogorov_score() {
  return std::sqrt(std::log(2 / false_alarms) / 2);
}

/// Of samples of months, so long that a nanosecond is the last bit of a double or less: the digest
/// sees what rounding to nanoseconds would hide.
std::uint64_t digest_of(const LawSpec& spec) {
  const Law law(stretched(spec, 1e10));
  RandomStream stream(1, 2, 3);
  Digest digest;
  for (int i = 0; i < draws; ++i) {
    digest.add(static_cast<std::uint64_t>(law.sample(stream).in_nanoseconds()));
  }
  return digest.value();
}

/// Gives back the seconds per call of `sample`.
template <class Sample>
double seconds_per_draw(Sample sample) {
  constexpr int n = 5'000'000;
  RandomStream stream(1, 2, 3);
  std::int64_t sum = 0;
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < n; ++i) sum += static_cast<std::int64_t>(sample(stream));
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begin;
  CHECK(sum != 1);  // keeps the loop
  return elapsed.count() / n;
}

}  // namespace

TEST_CASE("samples of every law have its mean and its variance", "[sim]") {
  for (const LawCase& law : law_cases()) {
    INFO(law.name);
    const Tally tally = tally_of(samples_of(law.spec, draws));

    CHECK(std::fabs(mean_score(tally, law.moments)) < allowed_errors);
    CHECK(std::fabs(variance_score(tally, law.moments)) < allowed_errors);
  }
}

TEST_CASE("the check of the mean rejects every law that is two percent longer", "[sim]") {
  for (const LawCase& law : law_cases()) {
    INFO(law.name);
    const Tally tally = tally_of(samples_of(stretched(law.spec, 1.02), draws));

    CHECK(std::fabs(mean_score(tally, law.moments)) > allowed_errors);
  }
}

TEST_CASE("samples of every law are distributed as it says", "[sim]") {
  for (const LawCase& law : law_cases()) {
    INFO(law.name);

    CHECK(kolmogorov_score(samples_of(law.spec, draws), law) < allowed_kolmogorov_score());
    CHECK(kolmogorov_score(samples_of(stretched(law.spec, 1.02), draws), law) >
          allowed_kolmogorov_score());
  }
}

TEST_CASE("a fraction of the samples as large as the level lies below each quantile", "[sim]") {
  for (const LawCase& law : law_cases()) {
    if (!law.inverse) continue;
    INFO(law.name);
    const std::vector<double> samples = samples_of(law.spec, draws);

    for (const double level : {0.001, 0.1, 0.5, 0.9, 0.99, 0.9999}) {
      const auto value = static_cast<double>(law.inverse(level));
      const auto below = std::count_if(samples.begin(), samples.end(),
                                       [value](double sample) { return sample <= value; });
      const double error = std::sqrt(draws * level * (1 - level));
      CHECK(std::fabs(static_cast<double>(below) - draws * level) < allowed_errors * error);
    }
  }
}

TEST_CASE("quantiles and means agree with their formulas", "[sim]") {
  for (const LawCase& law : law_cases()) {
    INFO(law.name);
    const Law compiled(law.spec);

    CHECK(compiled.mean_seconds() * 1e3 ==
          Approx(static_cast<double>(law.moments[1])).epsilon(1e-13));
    CHECK(compiled.has_quantile_function() == static_cast<bool>(law.inverse));
    if (!law.inverse) continue;
    for (const double level : {1e-6, 0.001, 0.1, 0.5, 0.9, 0.99, 0.999999}) {
      const auto exact = static_cast<double>(law.inverse(level)) * 1e6;
      const auto found = static_cast<double>(compiled.quantile(level).in_nanoseconds());
      CHECK(std::fabs(found - exact) <= 0.5 + exact * 1e-13);
    }
  }
}

TEST_CASE("a million samples of every law have the same bits with every compiler", "[sim]") {
  for (const LawCase& law : law_cases()) {
    INFO(law.name);

    CHECK(to_hex(digest_of(law.spec)) == to_hex(law.digest));
  }
}

TEST_CASE("no sample is below the lower bound, which some samples come near", "[sim]") {
  for (const LawCase& law : law_cases()) {
    INFO(law.name);
    LawSpec spec = law.spec;
    spec.minimum += ms(7);
    const Law compiled(spec);
    const std::vector<double> samples = samples_of(spec, draws / 10);
    const double least = *std::min_element(samples.begin(), samples.end());

    CHECK(compiled.lower_bound() >= ms(7));
    CHECK(least >= in_ms(compiled.lower_bound()));
    // With 100,000 samples the least one is below the level 2e-4 but for exp(-20).
    if (law.inverse) CHECK(least <= 7 + static_cast<double>(law.inverse(2e-4L)));
  }
}

TEST_CASE("a law that was not told anything is always zero", "[sim]") {
  RandomStream stream(1, 2, 3);
  const Law nothing;

  CHECK(nothing.sample(stream) == Duration());
  CHECK(nothing.quantile(0.5) == Duration());
  CHECK(nothing.mean_seconds() == 0);
  CHECK(stream.bits() == RandomStream(1, 2, 3).bits());
}

TEST_CASE("a constant law adds its minimum and takes no draw", "[sim]") {
  RandomStream stream(1, 2, 3);
  const Law law(LawSpec{ms(1), ConstantSpec{ms(4)}});

  CHECK(law.sample(stream) == ms(5));
  CHECK(law.lower_bound() == ms(5));
  CHECK(law.mean_seconds() == Approx(0.005));
  CHECK(stream.bits() == RandomStream(1, 2, 3).bits());
}

TEST_CASE("equal neighbours of an empirical law are an atom", "[sim]") {
  const LawSpec spec{Duration(),
                     EmpiricalSpec{{{0, ms(1)}, {0.25, ms(2)}, {0.75, ms(2)}, {1, ms(3)}}}};
  const std::vector<double> samples = samples_of(spec, draws);

  const auto atoms = static_cast<double>(std::count(samples.begin(), samples.end(), 2.));

  CHECK(std::fabs(atoms - 0.5 * draws) < allowed_errors * std::sqrt(0.25 * draws));
  CHECK(Law(spec).quantile(0.5) == ms(2));
  CHECK(Law(spec).mean_seconds() == Approx(0.002));
}

TEST_CASE("an empirical law of many uneven points finds every one of them", "[sim]") {
  EmpiricalSpec spec;
  for (int i = 0; i <= 5'000; ++i) {
    spec.points.push_back({std::pow(i / 5'000., 3), Duration::microseconds(i)});
  }
  const Law law(LawSpec{Duration(), spec});

  for (int i = 1; i < 5'000; ++i) {
    const double level = spec.points[static_cast<std::size_t>(i)].level;
    REQUIRE(law.quantile(level) == Duration::microseconds(i));
  }
}

TEST_CASE("a copied law gives the same samples", "[sim]") {
  for (const LawCase& law : law_cases()) {
    const Law original(law.spec);
    const Law copy = original;
    RandomStream left(4, 5, 6);
    RandomStream right(4, 5, 6);

    for (int i = 0; i < 100; ++i) REQUIRE(original.sample(left) == copy.sample(right));
  }
}

TEST_CASE("a law without mean or with endless samples stays within time", "[sim]") {
  const Law law(LawSpec{ms(1), ParetoSpec{Duration::hours(100'000), 0.05}});
  RandomStream stream(1, 2, 3);

  CHECK(law.mean_seconds() == std::numeric_limits<double>::infinity());
  for (int i = 0; i < 10'000; ++i) {
    const Duration sample = law.sample(stream);
    REQUIRE(sample <= ms(1) + Duration::nanoseconds(std::int64_t{1} << 61));
    REQUIRE(sample >= law.lower_bound());
  }
}

TEST_CASE("specs that no parser lets through are bugs", "[sim]") {
  const auto compile = [](LawSpec spec) { return Law(spec); };
  const auto negative = Duration() - ms(1);

  CHECK_THROWS_AS(compile({negative, ConstantSpec{ms(1)}}), ContractViolation);
  CHECK_THROWS_AS(compile({{}, ConstantSpec{negative}}), ContractViolation);
  CHECK_THROWS_AS(compile({{}, UniformSpec{ms(2), ms(1)}}), ContractViolation);
  CHECK_THROWS_AS(compile({{}, ExponentialSpec{negative}}), ContractViolation);
  CHECK_THROWS_AS(compile({{}, NormalSpec{ms(-50), ms(10)}}), ContractViolation);
  CHECK_THROWS_AS(compile({{}, LognormalSpec{ms(1), -1}}), ContractViolation);
  CHECK_THROWS_AS(compile({{}, GammaSpec{ms(1), 0}}), ContractViolation);
  CHECK_THROWS_AS(compile({{}, WeibullSpec{ms(1), 0}}), ContractViolation);
  CHECK_THROWS_AS(compile({{}, ParetoSpec{ms(1), 0}}), ContractViolation);
  CHECK_THROWS_AS(compile({{}, EmpiricalSpec{{{0, ms(1)}}}}), ContractViolation);
  CHECK_THROWS_AS(compile({{}, EmpiricalSpec{{{0, ms(2)}, {1, ms(1)}}}}), ContractViolation);
  CHECK_THROWS_AS(compile({{}, MixtureSpec{}}), ContractViolation);
  CHECK_THROWS_AS(compile({{}, MixtureSpec{{0}, {LawSpec{}}}}), ContractViolation);
  CHECK_THROWS_AS(Law(LawSpec{{}, GammaSpec{ms(1), 2}}).quantile(0.5), ContractViolation);
  CHECK_THROWS_AS(Law().quantile(1), ContractViolation);
}

TEST_CASE("whole numbers have the frequencies of their law", "[sim]") {
  const CountLaw geometric(CountLawSpec{CountLawSpec::Kind::geometric, 2.5, {}});
  const CountLaw empirical(CountLawSpec{CountLawSpec::Kind::empirical, 0, {1, 0, 5, 2, 0}});
  RandomStream stream(7, 8, 9);
  std::array<double, 5> shares{};
  Tally tally;

  for (int i = 0; i < draws; ++i) {
    shares.at(empirical.sample(stream)) += 1. / draws;
    tally.add(static_cast<double>(geometric.sample(stream)));
  }

  const std::array<double, 5> expected{1. / 8, 0, 5. / 8, 2. / 8, 0};
  for (std::size_t i = 0; i < 5; ++i) {
    const double error = std::sqrt(expected.at(i) * (1 - expected.at(i)) / draws);
    CHECK(std::fabs(shares.at(i) - expected.at(i)) <= allowed_errors * error);
  }
  CHECK(empirical.mean() == Approx(16. / 8));
  // The variance of a geometric law on 1, 2, ... with mean m is m (m - 1).
  CHECK(std::fabs(tally.mean() - 2.5) < allowed_errors * std::sqrt(2.5 * 1.5 / draws));
}

TEST_CASE("every count takes one draw", "[sim]") {
  for (const CountLawSpec& spec : {CountLawSpec{CountLawSpec::Kind::constant, 3, {}},
                                   CountLawSpec{CountLawSpec::Kind::geometric, 1, {}},
                                   CountLawSpec{CountLawSpec::Kind::empirical, 0, {1, 1}}}) {
    RandomStream stream(1, 2, 3);
    RandomStream twin(1, 2, 3);

    CHECK(CountLaw(spec).sample(stream) <= 3);
    twin.bits();

    CHECK(stream.bits() == twin.bits());
  }
  RandomStream stream(1, 2, 3);
  CHECK(CountLaw().sample(stream) == 1);
  CHECK_THROWS_AS(CountLaw(CountLawSpec{CountLawSpec::Kind::constant, 1.5, {}}), ContractViolation);
  CHECK_THROWS_AS(CountLaw(CountLawSpec{CountLawSpec::Kind::geometric, 0.5, {}}),
                  ContractViolation);
  CHECK_THROWS_AS(CountLaw(CountLawSpec{CountLawSpec::Kind::empirical, 1, {0}}), ContractViolation);
}

TEST_CASE("correlated levels are uniform and as correlated as they were asked to be", "[sim]") {
  constexpr int n = 200'000;
  for (const double correlation : {0., 0.3, 1.}) {
    RandomStream stream(3, 1, 4);
    Tally level;
    double products = 0;
    for (int i = 0; i < n; ++i) {
      const double shared = standard_normal(stream);
      const double first = correlated_level(shared, correlation, stream);
      const double second = correlated_level(shared, correlation, stream);
      level.add(first);
      products += portable_normal_quantile(first) * portable_normal_quantile(second);
    }

    // Of the product of two normals with correlation r the variance is 1 + r^2.
    CHECK(std::fabs(level.mean() - 0.5) < allowed_errors * std::sqrt(1. / 12 / n));
    CHECK(std::fabs(products / n - correlation) <
          allowed_errors * std::sqrt((1 + correlation * correlation) / n));
  }
}

TEST_CASE("a correlated level lies strictly between zero and one", "[sim]") {
  RandomStream stream(3, 1, 4);

  CHECK(correlated_level(-40, 1, stream) == 0x1p-53);
  CHECK(correlated_level(40, 1, stream) == 1 - 0x1p-53);
  CHECK_THROWS_AS(correlated_level(0, 1.1, stream), ContractViolation);
}

TEST_CASE("how long a draw takes", "[.slow][.benchmark]") {
  const auto report = [](const char* name, double seconds) {
    std::printf("%-28s %6.2f ns\n", name, seconds * 1e9);
  };

  report("bits", seconds_per_draw([](RandomStream& stream) { return stream.bits() >> 1; }));
  report("uniform number",
         seconds_per_draw([](RandomStream& stream) { return stream.uniform() * 1e6; }));
  report("standard normal",
         seconds_per_draw([](RandomStream& stream) { return standard_normal(stream) * 1e6; }));
  report("correlated level", seconds_per_draw([](RandomStream& stream) {
           return correlated_level(0.5, 0.3, stream) * 1e6;
         }));
  for (const LawCase& law : law_cases()) {
    const Law compiled(law.spec);
    report(law.name.c_str(), seconds_per_draw([&compiled](RandomStream& stream) {
             return compiled.sample(stream).in_nanoseconds();
           }));
  }
}
