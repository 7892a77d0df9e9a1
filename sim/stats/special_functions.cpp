#include "sim/stats/special_functions.hpp"

#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/gamma.hpp>

#include "sim/expects.hpp"

namespace rehearse {

double beta_cdf(double x, double first_shape, double second_shape) {
  expects(first_shape > 0 && second_shape > 0, "the shapes of a beta law are positive");
  expects(x >= 0 && x <= 1, "a beta law is one of numbers in [0, 1]");
  return boost::math::ibeta(first_shape, second_shape, x);
}

double beta_quantile(double level, double first_shape, double second_shape) {
  expects(first_shape > 0 && second_shape > 0, "the shapes of a beta law are positive");
  expects(level >= 0 && level <= 1, "the level of a quantile lies in [0, 1]");
  return boost::math::ibeta_inv(first_shape, second_shape, level);
}

double gamma_quantile(double level, double shape) {
  expects(shape > 0, "the shape of a gamma law is positive");
  expects(level > 0 && level < 1, "the level of a quantile lies in (0, 1)");
  // Of the least shapes the quantile is below any number that there is.
  namespace policies = boost::math::policies;
  using Lenient = policies::policy<policies::underflow_error<policies::ignore_error>,
                                   policies::denorm_error<policies::ignore_error>,
                                   policies::overflow_error<policies::ignore_error>,
                                   policies::evaluation_error<policies::ignore_error>>;
  return boost::math::gamma_p_inv(shape, level, Lenient());
}

double student_t_quantile(double level, double degrees_of_freedom) {
  expects(level > 0 && level < 1, "the level of a quantile lies in (0, 1)");
  expects(degrees_of_freedom > 0, "a Student law has degrees of freedom");
  return boost::math::quantile(boost::math::students_t(degrees_of_freedom), level);
}

double normal_quantile(double level) {
  expects(level > 0 && level < 1, "the level of a quantile lies in (0, 1)");
  return boost::math::quantile(boost::math::normal(), level);
}

}  // namespace rehearse
