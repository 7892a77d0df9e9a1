#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sim/random/law_spec.hpp"
#include "sim/random/random_stream.hpp"
#include "sim/random/ziggurat.hpp"
#include "sim/time.hpp"

/// Laws of durations as they run; `law_spec.hpp` has what was said.
namespace rehearse {

struct LawTables;

/// A sampler of durations, compiled from a LawSpec. Sampling allocates nothing, calls nothing
/// virtual, and gives the same bits on every x86-64 machine and compiler: all transcendental
/// functions are the project's own (`portable_math.hpp`). A sample is rounded to the nearest
/// nanosecond and is never above 2^61 ns (73 years), so that an instant plus two of them fits.
/// 64 bytes; safe to read from many threads.
class Law {
 public:
  /// Always zero.
  Law();

  /// Expects a valid spec: parsers and calibration check what people wrote. A normal law must be
  /// positive with probability 1e-6 or more.
  explicit Law(const LawSpec& spec);

  Law(const Law&);
  Law(Law&&) noexcept;
  Law& operator=(const Law&);
  Law& operator=(Law&&) noexcept;
  ~Law();

  /// One sample, never negative. Takes no draw if constant, one if uniform or empirical, otherwise
  /// a number that depends on the draws.
  Duration sample(RandomStream& stream) const {
    if (kind_ != Kind::exponential) return sample_other(stream);
    return minimum_ + as_sample(first_ * standard_exponential(stream));
  }

  /// The sample at probability `level` in (0, 1): the inverse distribution function. Takes no draw.
  /// Expects has_quantile_function().
  Duration quantile(double level) const;

  /// False for gamma and for mixtures, which are sampled but not inverted.
  bool has_quantile_function() const;

  /// The exact mean, of samples before they are rounded; infinite for Pareto with shape <= 1.
  double mean_seconds() const;

  /// What every sample is, if the law is constant.
  std::optional<Duration> constant_value() const;

  /// The least duration that a sample can be: `minimum` plus the law's own lower end.
  Duration lower_bound() const;

 private:
  // A gamma law is split in two where its shape is below one and the method needs a boost; a normal
  // law where most of it is negative and redrawing would take long.
  enum class Kind : std::uint8_t {
    constant,
    uniform,
    exponential,
    normal,
    normal_tail,
    lognormal,
    gamma,
    boosted_gamma,
    weibull,
    pareto,
    empirical,
    mixture,
  };

  void compile(const ConstantSpec& spec);
  void compile(const UniformSpec& spec);
  void compile(const ExponentialSpec& spec);
  void compile(const NormalSpec& spec);
  void compile(const LognormalSpec& spec);
  void compile(const GammaSpec& spec);
  void compile(const WeibullSpec& spec);
  void compile(const ParetoSpec& spec);
  void compile(const EmpiricalSpec& spec);
  void compile(const MixtureSpec& spec);

  static Duration as_sample(double nanoseconds) {
    return Duration::rounded_nanoseconds(nanoseconds < longest_sample ? nanoseconds
                                                                      : longest_sample);
  }
  Duration sample_other(RandomStream& stream) const;
  double draw(RandomStream& stream) const;
  double draw_normal(RandomStream& stream) const;
  double draw_gamma(RandomStream& stream) const;
  double inverse(double level) const;
  double mean_nanoseconds() const;
  double conditioned_normal_mean() const;

  static constexpr double longest_sample = 0x1p61;

  // What the three numbers mean, in nanoseconds where they have a unit: constant: value. uniform:
  // low, width. exponential: mean. normal: mean, deviation, probability to be positive. lognormal:
  // median, sigma. gamma: scale, d and c of Marsaglia and Tsang. weibull, pareto: scale, 1/shape.
  Kind kind_ = Kind::constant;
  Duration minimum_;
  double first_ = 0;
  double second_ = 0;
  double third_ = 0;
  std::vector<LawTables> tables_;  // one for empirical and mixture, otherwise none
};

/// A sampler of whole numbers. Takes one draw a sample.
class CountLaw {
 public:
  /// Always one.
  CountLaw() = default;

  /// Expects a whole mean for a constant, a mean of at least 1 for the geometric law, and weights
  /// that are not negative and not all zero.
  explicit CountLaw(const CountLawSpec& spec);

  std::uint64_t sample(RandomStream& stream) const;
  double mean() const { return mean_; }

 private:
  CountLawSpec::Kind kind_ = CountLawSpec::Kind::constant;
  double mean_ = 1;
  double log_of_failure_ = 0;       // geometric: log(1 - 1/mean)
  std::vector<double> cumulative_;  // empirical: P(X <= i), the last one above 1
};

/// Two standard normal quantities as one: with `correlation` r in [0, 1], the level in (0, 1) that
/// belongs to sqrt(r) * shared + sqrt(1 - r) * own (a Gaussian copula). What one request meets at
/// one service shares `shared`, so that a slow moment hits all its calls there. Takes one draw.
double correlated_level(double shared_normal, double correlation, RandomStream& stream);

/// A standard normal quantity by inversion. Takes one draw.
double standard_normal(RandomStream& stream);

}  // namespace rehearse
