#include "models/policies/core_sharing.hpp"

#include "sim/expects.hpp"
#include "sim/random/portable_math.hpp"

namespace rehearse {
namespace {

constexpr std::uint32_t size_of_table = 256;

}  // namespace

CorePaces::CorePaces(double cores, double sharpness) : cores_(cores), sharpness_(sharpness) {
  expects(cores > 0, "who shares cores has some");
  expects(sharpness >= 0.1, "a bend is no flatter than the language allows");
  for (std::uint32_t running = 0; running < size_of_table; ++running) {
    table_.push_back(computed(running));
  }
}

/// The power of the smaller over the larger of the two numbers never overflows.
double CorePaces::computed(double running) const {
  const double of_cores = running / cores_;
  if (of_cores <= 1) {
    return portable_power(1 + portable_power(of_cores, sharpness_), -1 / sharpness_);
  }
  return portable_power(1 + portable_power(1 / of_cores, sharpness_), -1 / sharpness_) / of_cores;
}

}  // namespace rehearse
