#pragma once

#include <variant>
#include <vector>

#include "sim/time.hpp"

namespace rehearse {

/// A law that always says the same.
struct ConstantSpec {
  Duration value;
  bool operator==(const ConstantSpec&) const = default;
};

struct UniformSpec {
  Duration low;
  Duration high;
  bool operator==(const UniformSpec&) const = default;
};

struct ExponentialSpec {
  Duration mean;
  bool operator==(const ExponentialSpec&) const = default;
};

/// Conditioned on being positive: `mean` and `standard_deviation` are those before conditioning.
struct NormalSpec {
  Duration mean;
  Duration standard_deviation;
  bool operator==(const NormalSpec&) const = default;
};

/// `sigma`: standard deviation of the logarithm.
struct LognormalSpec {
  Duration median;
  double sigma = 0;
  bool operator==(const LognormalSpec&) const = default;
};

struct GammaSpec {
  Duration mean;
  double shape = 1;
  bool operator==(const GammaSpec&) const = default;
};

struct WeibullSpec {
  Duration scale;
  double shape = 1;
  bool operator==(const WeibullSpec&) const = default;
};

/// P(X > x) = (scale / x)^shape for x >= scale.
struct ParetoSpec {
  Duration scale;
  double shape = 1;
  bool operator==(const ParetoSpec&) const = default;
};

/// One point of an inverse distribution function: P(X <= value) = level.
struct QuantilePoint {
  double level = 0;
  Duration value;
  bool operator==(const QuantilePoint&) const = default;
};

/// The law whose quantile function joins the points by straight lines. The levels rise strictly
/// from 0 to 1, the values never fall; equal neighbours are an atom.
struct EmpiricalSpec {
  std::vector<QuantilePoint> points;
  bool operator==(const EmpiricalSpec&) const = default;
};

struct LawSpec;

/// With probability proportional to its weight, each component. Weights are positive.
struct MixtureSpec {
  std::vector<double> weights;
  std::vector<LawSpec> components;
  bool operator==(const MixtureSpec&) const;
};

/// A probability law of durations, as it was said. `minimum` is added to every sample; for a
/// network it is the declared least latency, hence the lookahead of a partitioned run.
struct LawSpec {
  Duration minimum;
  std::variant<ConstantSpec, UniformSpec, ExponentialSpec, NormalSpec, LognormalSpec, GammaSpec,
               WeibullSpec, ParetoSpec, EmpiricalSpec, MixtureSpec>
      form;
  bool operator==(const LawSpec& other) const;
};

// Written out, because the two types contain each other: clang 14 crashes on defaulted ones.
inline bool MixtureSpec::operator==(const MixtureSpec& other) const {
  return weights == other.weights && components == other.components;
}

inline bool LawSpec::operator==(const LawSpec& other) const {
  return minimum == other.minimum && form == other.form;
}

/// A law of whole numbers, for batch sizes and repetitions.
struct CountLawSpec {
  enum class Kind { constant, geometric, empirical };
  Kind kind = Kind::constant;
  /// constant: the number itself, a whole one. geometric: its mean, on 1, 2, 3, ...
  double mean = 1;
  /// empirical: weights[i] is the weight of the number i.
  std::vector<double> weights;
  bool operator==(const CountLawSpec&) const = default;
};

}  // namespace rehearse
