#pragma once

#include <bit>
#include <cstdint>
#include <limits>

namespace rehearse {

/// Transcendental functions made of + - * / sqrt and bit operations alone: the same bits from every
/// compiler at every level of optimisation on every x86-64 machine, as long as nothing fuses a
/// multiplication and an addition (the build says `-ffp-contract=off`). The C library's own
/// functions differ in the last bit between machines with and without FMA. Errors are stated in
/// units in the last place (ulp) or as relative errors, and tested against the long double C
/// library.

namespace portable_math_detail {

inline constexpr double ln2_high = 0x1.62e42fefa38p-1;  // 42 bits: an exponent times it is exact
inline constexpr double ln2_low = 0x1.ef35793c7673p-45;

/// Multiplies by 2^exponent, also into the subnormal numbers. Expects -1100 < exponent < 1030.
constexpr double scaled_by_power_of_two(double value, int exponent) {
  const auto power = [](int e) {
    return std::bit_cast<double>(static_cast<std::uint64_t>(e + 1023) << 52);
  };
  if (exponent > 1000) return value * power(exponent - 100) * power(100);
  if (exponent < -1000) return value * power(exponent + 100) * power(-100);
  return value * power(exponent);
}

}  // namespace portable_math_detail

/// The natural logarithm; error below 1 ulp. Minus infinity at zero, NaN below. With m the fraction
/// of x in [sqrt(1/2), sqrt(2)) and s = (m - 1) / (m + 1), log m = 2 artanh(s), summed so that
/// the rounding errors stay in the small terms.
constexpr double portable_log(double x) {
  if (!(x > 0)) {
    return x == 0 ? -std::numeric_limits<double>::infinity()
                  : std::numeric_limits<double>::quiet_NaN();
  }
  if (x > std::numeric_limits<double>::max()) return x;
  int exponent = 0;
  if (x < std::numeric_limits<double>::min()) {
    x *= 0x1p54;
    exponent = -54;
  }
  constexpr std::uint64_t sqrt_half = 0x3fe6a09e667f3bcdULL;
  const auto bits = std::bit_cast<std::uint64_t>(x);
  const auto steps = static_cast<std::int64_t>(bits - sqrt_half) >> 52;
  exponent += static_cast<int>(steps);
  const double m = std::bit_cast<double>(bits - (static_cast<std::uint64_t>(steps) << 52));

  const double f = m - 1;
  const double s = f / (2 + f);
  const double z = s * s;
  const double w = z * z;  // even and odd terms side by side: two short chains for the processor
  const double even = w * (2. / 5 + w * (2. / 9 + w * (2. / 13 + w * (2. / 17 + w * (2. / 21)))));
  const double odd = z * (2. / 3 + w * (2. / 7 + w * (2. / 11 + w * (2. / 15 + w * (2. / 19)))));
  const double half_square = 0.5 * f * f;
  const double high = exponent * portable_math_detail::ln2_high;
  const double low = exponent * portable_math_detail::ln2_low;
  return high - ((half_square - (s * (half_square + (even + odd)) + low)) - f);
}

/// The exponential function; error below 1 ulp for normal results. Infinity above 709.79, zero
/// below -745.2. With r = x - k log 2, exp r = 1 + 2r / (r coth(r/2) - r), and r coth(r/2) is a
/// series in r^2 whose coefficients are Bernoulli numbers over factorials.
constexpr double portable_exp(double x) {
  if (!(x <= 709.782712893384)) {
    return x > 0 ? std::numeric_limits<double>::infinity() : x;
  }
  if (x < -745.1332191019412) return 0;
  // Adding a number whose last place is one rounds to whole numbers, without a branch on the sign.
  constexpr double rounder = 0x1.8p52;
  const double count = (x * 0x1.71547652b82fep+0 + rounder) - rounder;
  const int k = static_cast<int>(count);
  const double high = x - count * portable_math_detail::ln2_high;
  const double low = count * portable_math_detail::ln2_low;
  const double r = high - low;
  const double t = r * r;
  const double series =
      1. / 6 +
      t * (-1. / 360 + t * (1. / 15120 + t * (-1. / 604800 +
                                              t * (1. / 23950080 + t * (-691. / 653837184000.)))));
  const double c = r - t * series;
  const double fraction = 1 - ((low - (r * c) / (2 - c)) - high);
  return portable_math_detail::scaled_by_power_of_two(fraction, k);
}

/// log(1 + x) without loss for small x; relative error below 1e-15. Expects x > -1.
double portable_log1p(double x);

/// base^exponent for base >= 0, as exp(exponent * log(base)); the relative error grows with the
/// logarithm of the result: 3e-16 * (1 + |log result|).
double portable_power(double base, double exponent);

/// The gamma function for 0 < x <= 170; relative error below 3e-13 (1e-14 up to 10). Lanczos's
/// series with g = 7 and nine terms (Godfrey's coefficients).
double portable_gamma(double x);

/// The standard normal distribution function; relative error below 1e-14 down to -37, where the
/// value is 1e-300. By W. J. Cody, "Rational Chebyshev approximations for the error function",
/// 1969.
double portable_normal_cdf(double x);

/// The standard normal quantile function; relative error below 1e-14. Expects level in (0, 1). By
/// M. J. Wichura, algorithm AS 241 (PPND16), 1988.
double portable_normal_quantile(double level);

}  // namespace rehearse
