#include "sim/random/portable_math.hpp"

#include <algorithm>
#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>
#include <limits>

#include "sim/expects.hpp"
#include "sim/random/random_stream.hpp"
#include "sim/random/ziggurat.hpp"
#include "sim/stats/special_functions.hpp"

using namespace rehearse;

namespace {

constexpr int arguments = 400'000;

/// The distance of a double from the truth in units of the last place of the truth.
double ulps(double value, long double truth) {
  const int exponent = std::max(std::ilogb(static_cast<double>(truth)), -1022);
  return static_cast<double>(std::fabs(value - truth) / std::ldexp(1.0L, exponent - 52));
}

double relative_error(double value, long double truth) {
  return static_cast<double>(std::fabs((value - truth) / truth));
}

RandomStream stream_named(const char* name) {
  return RandomStream(1, hash_of(name), 0);
}

/// Numbers whose logarithm is spread evenly.
double spread(RandomStream& stream, double low_exponent, double high_exponent) {
  return std::exp2(low_exponent + (high_exponent - low_exponent) * stream.uniform());
}

long double exact_normal_cdf(long double x) {
  return 0.5L * std::erfc(-x / std::sqrt(2.0L));
}

}  // namespace

TEST_CASE("the portable logarithm is within one ulp", "[sim]") {
  RandomStream stream = stream_named("log");
  double worst = 0;

  for (int i = 0; i < arguments; ++i) {
    const double anywhere = std::bit_cast<double>(stream.bits() >> 1);
    const double near_one = 0.5 + 1.5 * stream.uniform();
    const double closer = 1 + (stream.chance(0.5) ? 1 : -1) * spread(stream, -50, -2);
    for (const double x : {anywhere, near_one, closer, stream.uniform()}) {
      if (!(x > 0 && x < std::numeric_limits<double>::infinity()) || x == 1) continue;
      worst = std::max(worst, ulps(portable_log(x), std::log(static_cast<long double>(x))));
    }
  }

  INFO("worst error " << worst << " ulp");
  CHECK(worst < 1);
  CHECK(worst > 0.5);  // no double is better: the measurement itself works
  CHECK(portable_log(1) == 0);
  CHECK(portable_log(0) == -std::numeric_limits<double>::infinity());
  CHECK(std::isnan(portable_log(-1)));
}

TEST_CASE("the portable exponential is within one ulp", "[sim]") {
  RandomStream stream = stream_named("exp");
  double worst = 0;

  for (int i = 0; i < arguments; ++i) {
    const double anywhere = -708 + 1417 * stream.uniform();
    const double small = 4 * stream.uniform() - 2;
    const double tiny = (stream.chance(0.5) ? 1 : -1) * spread(stream, -60, 0);
    for (const double x : {anywhere, small, tiny}) {
      worst = std::max(worst, ulps(portable_exp(x), std::exp(static_cast<long double>(x))));
    }
  }

  INFO("worst error " << worst << " ulp");
  CHECK(worst < 1);
  CHECK(worst > 0.5);
  CHECK(portable_exp(0) == 1);
  CHECK(portable_exp(710) == std::numeric_limits<double>::infinity());
  CHECK(portable_exp(709.7) < std::numeric_limits<double>::infinity());
  CHECK(portable_exp(-746) == 0);
  CHECK(portable_exp(-740) > 0);
  CHECK(std::isnan(portable_exp(std::numeric_limits<double>::quiet_NaN())));
}

TEST_CASE("the portable log1p keeps its digits near zero", "[sim]") {
  RandomStream stream = stream_named("log1p");
  double worst = 0;

  for (int i = 0; i < arguments; ++i) {
    const double x = stream.chance(0.5) ? spread(stream, -80, 10) : -spread(stream, -80, -1e-6);
    worst =
        std::max(worst, relative_error(portable_log1p(x), std::log1p(static_cast<long double>(x))));
  }

  INFO("worst relative error " << worst);
  CHECK(worst < 1e-15);
}

TEST_CASE("the portable power is as good as its header says", "[sim]") {
  RandomStream stream = stream_named("power");
  double worst = 0;

  for (int i = 0; i < arguments; ++i) {
    const double base = spread(stream, -60, 60);
    const double exponent = 20 * stream.uniform() - 10;
    const long double truth = std::pow(static_cast<long double>(base), exponent);
    const double allowed = 3e-16 * (1 + std::fabs(static_cast<double>(std::log(truth))));
    worst = std::max(worst, relative_error(portable_power(base, exponent), truth) / allowed);
  }

  INFO("worst error, as a fraction of what is allowed: " << worst);
  CHECK(worst < 1);
  CHECK(portable_power(0, 2) == 0);
  CHECK(portable_power(0, 0) == 1);
  CHECK(portable_power(0, -1) == std::numeric_limits<double>::infinity());
}

TEST_CASE("the portable gamma function is as good as its header says", "[sim]") {
  double worst = 0;
  double worst_below_ten = 0;

  for (double x = 0.01; x < 170; x *= 1.0003) {
    const double error =
        relative_error(portable_gamma(x), std::tgamma(static_cast<long double>(x)));
    worst = std::max(worst, error);
    if (x <= 10) worst_below_ten = std::max(worst_below_ten, error);
  }

  INFO("worst relative error " << worst << ", up to ten " << worst_below_ten);
  CHECK(worst < 3e-13);
  CHECK(worst_below_ten < 1e-14);
  CHECK_THROWS_AS(portable_gamma(0), ContractViolation);
}

TEST_CASE("the portable normal distribution function has a relative error below 1e-14", "[sim]") {
  double worst = 0;

  for (double x = -37; x < 9; x += 0.0003) {
    worst = std::max(worst, relative_error(portable_normal_cdf(x), exact_normal_cdf(x)));
  }

  INFO("worst relative error " << worst);
  CHECK(worst < 1e-14);
  CHECK(portable_normal_cdf(0) == 0.5);
  CHECK(portable_normal_cdf(-60) == 0);
  CHECK(portable_normal_cdf(60) == 1);
}

TEST_CASE("the portable normal quantile undoes the distribution function", "[sim]") {
  RandomStream stream = stream_named("normal quantile");
  double worst = 0;

  for (int i = 0; i < arguments; ++i) {
    const double level = i % 2 == 0 ? stream.uniform() : spread(stream, -1000, -1);
    if (std::fabs(level - 0.5) < 1e-6) continue;  // where the relative error is lost in level - 0.5
    const double x = portable_normal_quantile(level);
    // One step of Newton's method in long double goes from x to the truth. Above one half it is
    // made in the mirror, where the level has more digits.
    const long double mirrored = level < 0.5 ? level : 1 - static_cast<long double>(level);
    const long double at = -std::fabs(static_cast<long double>(x));
    const long double density = std::exp(-at * at / 2) / std::sqrt(2 * std::acos(-1.0L));
    const long double step = (exact_normal_cdf(at) - mirrored) / density;
    worst = std::max(worst, static_cast<double>(std::fabs(step / at)));
  }

  INFO("worst relative error " << worst);
  CHECK(worst < 1e-14);
  CHECK(portable_normal_quantile(0.5) == 0);
  CHECK(portable_normal_quantile(0.975) == Approx(normal_quantile(0.975)).epsilon(1e-14));
  CHECK_THROWS_AS(portable_normal_quantile(0), ContractViolation);
  CHECK_THROWS_AS(portable_normal_quantile(1), ContractViolation);
}

TEST_CASE("the layers of both ziggurats have equal areas and close at the top", "[sim]") {
  using namespace ziggurat;
  struct Cover {
    const Table& table;
    double area;
  };

  for (const Cover& cover :
       {Cover{exponential_table, exponential_area}, Cover{normal_table, normal_area}}) {
    const auto& [edge, height] = cover.table;
    for (std::size_t i = 1; i < layers; ++i) {
      const double area = edge[i] * (height[i + 1] - height[i]);
      // 255 roundings of heights below one, seen through the least difference of two heights.
      const double tolerance = 256 * 0x1p-53 / (height[i + 1] - height[i]) * cover.area;
      CHECK(std::fabs(area - cover.area) <= tolerance);
      CHECK(edge[i] < edge[i - 1]);
    }
    CHECK(edge[layers] == 0);
  }
}

TEST_CASE("most samples of both ziggurats need one draw", "[sim]") {
  const auto without_rejection = [](const ziggurat::Table& table) {
    double sum = 0;
    for (std::size_t i = 0; i < ziggurat::layers; ++i) sum += table.edge[i + 1] / table.edge[i];
    return sum / static_cast<double>(ziggurat::layers);
  };

  // As their headers say, in tenths of a percent.
  CHECK(without_rejection(ziggurat::exponential_table) == Approx(0.978).margin(0.0005));
  CHECK(without_rejection(ziggurat::normal_table) == Approx(0.985).margin(0.0005));
}

TEST_CASE("the areas of both ziggurats are those of base and tail", "[sim]") {
  using namespace ziggurat;
  const long double r = normal_tail;
  const long double half_pi = std::acos(0.0L);

  const long double exponential = (1 + static_cast<long double>(exponential_tail)) *
                                  std::exp(-static_cast<long double>(exponential_tail));
  const long double normal =
      r * std::exp(-r * r / 2) + std::sqrt(half_pi) * std::erfc(r / std::sqrt(2.0L));

  // The tails are rounded to doubles: an ulp of 8 seen through the derivative, at most r * area.
  CHECK(relative_error(exponential_area, exponential) < 8 * 0x1p-52);
  CHECK(relative_error(normal_area, normal) < 16 * 0x1p-52);
}
