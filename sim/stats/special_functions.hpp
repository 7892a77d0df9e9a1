#pragma once

namespace rehearse {

/// What statistics needs beyond the standard library, answered by Boost.Math. For reports only: the
/// last bits may differ between machines, so nothing that a simulation does depends on these.

/// P(X <= x) for X of a beta law. Expects positive parameters and x in [0, 1].
double beta_cdf(double x, double first_shape, double second_shape);

/// The x with beta_cdf(x, ...) = level. Expects positive parameters and level in [0, 1].
double beta_quantile(double level, double first_shape, double second_shape);

/// The quantile function of a gamma law with mean `shape` and scale 1. Expects a positive shape and
/// level in (0, 1).
double gamma_quantile(double level, double shape);

/// The quantile function of Student's t law; the standard normal one. Expect level in (0, 1).
double student_t_quantile(double level, double degrees_of_freedom);
double normal_quantile(double level);

}  // namespace rehearse
