#include "sim/stats/special_functions.hpp"

#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <boost/math/special_functions/beta.hpp>

namespace rehearse {

double beta_cdf(double x, double first_shape, double second_shape) {
  return boost::math::ibeta(first_shape, second_shape, x);
}

double beta_quantile(double level, double first_shape, double second_shape) {
  return boost::math::ibeta_inv(first_shape, second_shape, level);
}

double student_t_quantile(double level, double degrees_of_freedom) {
  return boost::math::quantile(boost::math::students_t(degrees_of_freedom), level);
}

double normal_quantile(double level) {
  return boost::math::quantile(boost::math::normal(), level);
}

}  // namespace rehearse
