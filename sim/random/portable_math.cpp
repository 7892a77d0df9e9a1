#include "sim/random/portable_math.hpp"

#include <array>
#include <cmath>
#include <cstddef>

#include "sim/expects.hpp"

namespace rehearse {
namespace {

/// The polynomial with these coefficients, lowest power first.
template <std::size_t n>
constexpr double polynomial(const std::array<double, n>& coefficients, double x) {
  double value = coefficients[n - 1];
  for (std::size_t i = n - 1; i > 0; --i) value = value * x + coefficients[i - 1];
  return value;
}

/// exp(-x^2 / 2) without the error that rounding x^2 would make: x is split into sixteenths, whose
/// square is exact, and a rest.
double gauss(double x) {
  const double coarse = static_cast<double>(static_cast<std::int64_t>(x * 16)) / 16;
  const double rest = (x - coarse) * (x + coarse);
  return portable_exp(-0.5 * coarse * coarse) * portable_exp(-0.5 * rest);
}

double erf_near_zero(double x) {
  constexpr std::array above{3.20937758913846947e03, 3.77485237685302021e02, 1.13864154151050156e02,
                             3.16112374387056560e00, 1.85777706184603153e-1};
  constexpr std::array below{2.84423683343917062e03, 1.28261652607737228e03, 2.44024637934444173e02,
                             2.36012909523441209e01, 1.0};
  return x * polynomial(above, x * x) / polynomial(below, x * x);
}

/// erfc(x) * exp(x^2) for x in [0.46875, 4].
double scaled_erfc_middle(double x) {
  constexpr std::array above{
      1.23033935479799725e03, 2.05107837782607147e03, 1.71204761263407058e03,
      8.81952221241769090e02, 2.98635138197400131e02, 6.61191906371416295e01,
      8.88314979438837594e00, 5.64188496988670089e-1, 2.15311535474403846e-8};
  constexpr std::array below{1.23033935480374942e03, 3.43936767414372164e03, 4.36261909014324716e03,
                             3.29079923573345963e03, 1.62138957456669019e03, 5.37181101862009858e02,
                             1.17693950891312499e02, 1.57449261107098347e01, 1.0};
  return polynomial(above, x) / polynomial(below, x);
}

/// The same for x > 4.
double scaled_erfc_far(double x) {
  constexpr std::array above{6.58749161529837803e-4, 1.60837851487422766e-2,
                             1.25781726111229246e-1, 3.60344899949804439e-1,
                             3.05326634961232344e-1, 1.63153871373020978e-2};
  constexpr std::array below{2.33520497626869185e-3, 6.05183413124413191e-2, 5.27905102951428412e-1,
                             1.87295284992346047e00, 2.56852019228982242e00, 1.0};
  constexpr double one_over_root_pi = 0.56418958354775628695;
  const double z = 1 / (x * x);
  return (one_over_root_pi - z * polynomial(above, z) / polynomial(below, z)) / x;
}

/// P(X > x) of a standard normal X, where z = x / sqrt(2) >= 0.46875.
double upper_tail(double x, double z) {
  if (x > 39) return 0;  // less than the least double
  return 0.5 * gauss(x) * (z <= 4 ? scaled_erfc_middle(z) : scaled_erfc_far(z));
}

double quantile_near_half(double q) {
  constexpr std::array above{3.3871328727963666080e0, 1.3314166789178437745e2,
                             1.9715909503065514427e3, 1.3731693765509461125e4,
                             4.5921953931549871457e4, 6.7265770927008700853e4,
                             3.3430575583588128105e4, 2.5090809287301226727e3};
  constexpr std::array below{1.0,
                             4.2313330701600911252e1,
                             6.8718700749205790830e2,
                             5.3941960214247511077e3,
                             2.1213794301586595867e4,
                             3.9307895800092710610e4,
                             2.8729085735721942674e4,
                             5.2264952788528545610e3};
  const double r = 0.180625 - q * q;
  return q * polynomial(above, r) / polynomial(below, r);
}

double quantile_in_shoulder(double r) {
  constexpr std::array above{1.42343711074968357734e0,  4.63033784615654529590e0,
                             5.76949722146069140550e0,  3.64784832476320460504e0,
                             1.27045825245236838258e0,  2.41780725177450611770e-1,
                             2.27238449892691845833e-2, 7.74545014278341407640e-4};
  constexpr std::array below{1.0,
                             2.05319162663775882187e0,
                             1.67638483018380384940e0,
                             6.89767334985100004550e-1,
                             1.48103976427480074590e-1,
                             1.51986665636164571966e-2,
                             5.47593808499534494600e-4,
                             1.05075007164441684324e-9};
  return polynomial(above, r - 1.6) / polynomial(below, r - 1.6);
}

double quantile_in_tail(double r) {
  constexpr std::array above{6.65790464350110377720e0,  5.46378491116411436990e0,
                             1.78482653991729133580e0,  2.96560571828504891230e-1,
                             2.65321895265761230930e-2, 1.24266094738807843860e-3,
                             2.71155556874348757815e-5, 2.01033439929228813265e-7};
  constexpr std::array below{1.0,
                             5.99832206555887937690e-1,
                             1.36929880922735805310e-1,
                             1.48753612908506148525e-2,
                             7.86869131145613259100e-4,
                             1.84631831751005468180e-5,
                             1.42151175831644588870e-7,
                             2.04426310338993978564e-15};
  return polynomial(above, r - 5) / polynomial(below, r - 5);
}

}  // namespace

double portable_log1p(double x) {
  expects(x > -1, "a logarithm is asked for above zero");
  const double sum = 1 + x;
  if (sum == 1) return x;
  // The rounding error of the sum cancels between the logarithm and the quotient (Kahan).
  return portable_log(sum) * (x / (sum - 1));
}

double portable_power(double base, double exponent) {
  expects(base >= 0, "a power is one of a number that is not negative");
  if (exponent == 0) return 1;
  if (base == 0) return exponent > 0 ? 0 : std::numeric_limits<double>::infinity();
  return portable_exp(exponent * portable_log(base));
}

double portable_gamma(double x) {
  expects(x > 0 && x <= 170, "the gamma function is asked for between 0 and 170");
  if (x < 1) return portable_gamma(x + 1) / x;
  constexpr std::array coefficients{0.99999999999980993227684700473478,
                                    676.520368121885098567009190444019,
                                    -1259.13921672240287047156078755283,
                                    771.3234287776530788486528258894,
                                    -176.61502916214059906584551354,
                                    12.507343278686904814458936853,
                                    -0.13857109526572011689554707,
                                    9.984369578019570859563e-6,
                                    1.50563273514931155834e-7};
  double sum = coefficients[0];
  for (std::size_t i = 1; i < coefficients.size(); ++i) {
    sum += coefficients[i] / (x - 1 + static_cast<double>(i));
  }
  constexpr double root_of_two_pi = 2.50662827463100050242;
  const double t = x + 6.5;
  // The power in two halves: the whole would overflow before the gamma function does.
  const double half_power = portable_power(t, (x - 0.5) / 2);
  return root_of_two_pi * half_power * portable_exp(-t) * half_power * sum;
}

double portable_normal_cdf(double x) {
  constexpr double one_over_root_two = 0.70710678118654752440;
  const double z = x * one_over_root_two;
  if (z > -0.46875 && z < 0.46875) return 0.5 + 0.5 * erf_near_zero(z);
  if (z > 0) return 1 - upper_tail(x, z);
  return upper_tail(-x, -z);
}

double portable_normal_quantile(double level) {
  expects(level > 0 && level < 1, "the level of a normal quantile lies in (0, 1)");
  const double q = level - 0.5;
  if (q >= -0.425 && q <= 0.425) return quantile_near_half(q);
  const double r = std::sqrt(-portable_log(q < 0 ? level : 1 - level));
  const double value = r <= 5 ? quantile_in_shoulder(r) : quantile_in_tail(r);
  return q < 0 ? -value : value;
}

}  // namespace rehearse
