#pragma once

#include <cstdint>
#include <vector>

#include "sim/law_spec.hpp"
#include "sim/random_stream.hpp"
#include "sim/time.hpp"

namespace rehearse {

/// A sampler of durations, compiled from a LawSpec. Sampling allocates nothing, calls nothing
/// virtual, and gives the same bits on every x86-64 machine and compiler: all transcendental
/// functions are the project's own (`portable_math.hpp`).
class Law {
 public:
  /// Always zero.
  Law() = default;

  /// Expects a valid spec: parsers and calibration check what people wrote.
  explicit Law(const LawSpec& spec);

  /// One sample, never negative. Takes a number of draws that depends on the law and on the draws.
  Duration sample(RandomStream& stream) const;

  /// The sample at probability `level` in (0, 1): the inverse distribution function. Takes no draw.
  /// Expects has_quantile_function().
  Duration quantile(double level) const;

  /// False for gamma, for normal and for mixtures, which are sampled but not inverted.
  bool has_quantile_function() const;

  /// The exact mean where a closed form exists; for the conditioned normal law it does too.
  double mean_seconds() const;

  /// The least duration that a sample can be: `minimum` plus the law's own lower end.
  Duration lower_bound() const;
};

/// A sampler of whole numbers. Takes one draw a sample.
class CountLaw {
 public:
  CountLaw() = default;
  explicit CountLaw(const CountLawSpec& spec);

  std::uint64_t sample(RandomStream& stream) const;
  double mean() const;
};

/// Two standard normal quantities as one: with `correlation` r in [0, 1], the level in (0, 1) that
/// belongs to sqrt(r) * shared + sqrt(1 - r) * own (a Gaussian copula). What one request meets at one
/// service shares `shared`, so that a slow moment hits all its calls there. Takes one draw.
double correlated_level(double shared_normal, double correlation, RandomStream& stream);

/// A standard normal quantity by inversion. Takes one draw.
double standard_normal(RandomStream& stream);

}  // namespace rehearse
