#include "sim/random/law.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <variant>

#include "sim/expects.hpp"
#include "sim/random/law_tables.hpp"
#include "sim/random/portable_math.hpp"
#include "sim/random/ziggurat.hpp"

namespace rehearse {
namespace {

constexpr double least_level = 0x1p-53;

double in_nanoseconds(Duration span) {
  return static_cast<double>(span.in_nanoseconds());
}

/// Appends the components of a mixture, those of mixtures in it with the product of their weights.
void flatten(const MixtureSpec& mixture, double factor, Duration minimum,
             std::vector<LawSpec>& components, std::vector<double>& weights) {
  expects(!mixture.components.empty() && mixture.components.size() == mixture.weights.size(),
          "a mixture has one weight for each component");
  double total = 0;
  for (const double weight : mixture.weights) total += weight;
  expects(total > 0, "weights are not all zero");
  for (std::size_t i = 0; i < mixture.components.size(); ++i) {
    LawSpec component = mixture.components[i];
    component.minimum = component.minimum + minimum;
    const double weight = factor * mixture.weights[i] / total;
    if (const auto* inner = std::get_if<MixtureSpec>(&component.form)) {
      flatten(*inner, weight, component.minimum, components, weights);
    } else {
      components.push_back(component);
      weights.push_back(weight);
    }
  }
}

}  // namespace

Law::Law() = default;
Law::Law(const Law&) = default;
Law::Law(Law&&) noexcept = default;
Law& Law::operator=(const Law&) = default;
Law& Law::operator=(Law&&) noexcept = default;
Law::~Law() = default;

static_assert(sizeof(Law) <= 64);

Law::Law(const LawSpec& spec) : minimum_(spec.minimum) {
  expects(spec.minimum >= Duration(), "the minimum of a law is not negative");
  std::visit([this](const auto& form) { compile(form); }, spec.form);
}

void Law::compile(const ConstantSpec& spec) {
  expects(spec.value >= Duration(), "a constant duration is not negative");
  first_ = in_nanoseconds(spec.value);
}

void Law::compile(const UniformSpec& spec) {
  expects(spec.low >= Duration() && spec.high >= spec.low, "a uniform law has 0 <= low <= high");
  kind_ = Kind::uniform;
  first_ = in_nanoseconds(spec.low);
  second_ = in_nanoseconds(spec.high) - first_;
}

void Law::compile(const ExponentialSpec& spec) {
  expects(spec.mean >= Duration(), "the mean of an exponential law is not negative");
  kind_ = Kind::exponential;
  first_ = in_nanoseconds(spec.mean);
}

void Law::compile(const NormalSpec& spec) {
  expects(spec.standard_deviation >= Duration(), "a standard deviation is not negative");
  first_ = in_nanoseconds(spec.mean);
  second_ = in_nanoseconds(spec.standard_deviation);
  if (second_ == 0) {
    expects(first_ >= 0, "a normal law is positive with probability 1e-6 or more");
    return;  // a constant
  }
  kind_ = first_ >= 0 ? Kind::normal : Kind::normal_tail;
  third_ = portable_normal_cdf(first_ / second_);
  expects(third_ >= 1e-6, "a normal law is positive with probability 1e-6 or more");
}

void Law::compile(const LognormalSpec& spec) {
  expects(spec.median >= Duration() && spec.sigma >= 0, "a lognormal law has median, sigma >= 0");
  kind_ = Kind::lognormal;
  first_ = in_nanoseconds(spec.median);
  second_ = spec.sigma;
}

void Law::compile(const GammaSpec& spec) {
  expects(spec.mean >= Duration() && spec.shape > 0, "a gamma law has mean >= 0 and shape > 0");
  kind_ = spec.shape < 1 ? Kind::boosted_gamma : Kind::gamma;
  first_ = in_nanoseconds(spec.mean) / spec.shape;
  second_ = (spec.shape < 1 ? spec.shape + 1 : spec.shape) - 1. / 3;
  third_ = 1 / std::sqrt(9 * second_);
}

void Law::compile(const WeibullSpec& spec) {
  expects(spec.scale >= Duration() && spec.shape > 0, "a Weibull law has scale >= 0, shape > 0");
  kind_ = Kind::weibull;
  first_ = in_nanoseconds(spec.scale);
  second_ = 1 / spec.shape;
}

void Law::compile(const ParetoSpec& spec) {
  expects(spec.scale >= Duration() && spec.shape > 0, "a Pareto law has scale >= 0, shape > 0");
  kind_ = Kind::pareto;
  first_ = in_nanoseconds(spec.scale);
  second_ = 1 / spec.shape;
}

void Law::compile(const EmpiricalSpec& spec) {
  kind_ = Kind::empirical;
  tables_.emplace_back();
  tables_.front().quantiles = QuantileTable(spec.points);
  expects(tables_.front().quantiles.lowest() >= 0, "an empirical duration is not negative");
}

void Law::compile(const MixtureSpec& spec) {
  kind_ = Kind::mixture;
  tables_.emplace_back();
  LawTables& tables = tables_.front();
  std::vector<LawSpec> components;
  flatten(spec, 1, Duration(), components, tables.weights);
  for (const LawSpec& component : components) tables.components.emplace_back(component);
  tables.choice = AliasTable(tables.weights);
}

Duration Law::sample_other(RandomStream& stream) const {
  if (kind_ != Kind::mixture) return minimum_ + as_sample(draw(stream));
  const LawTables& tables = tables_.front();
  const Law& component = tables.components[tables.choice.sample(stream)];
  return minimum_ + component.minimum_ + as_sample(component.draw(stream));
}

/// In nanoseconds, without the minimum.
double Law::draw(RandomStream& stream) const {
  switch (kind_) {
    case Kind::constant:
      return first_;
    case Kind::exponential:
      return first_ * standard_exponential(stream);
    case Kind::normal:
      return draw_normal(stream);
    case Kind::lognormal:
      return first_ * portable_exp(second_ * ziggurat_normal(stream));
    case Kind::gamma:
      return first_ * draw_gamma(stream);
    case Kind::boosted_gamma: {
      // If G has shape a + 1 and U is uniform, G U^(1/a) has shape a; -log U is exponential.
      const double shape = second_ - 2. / 3;
      const double base = draw_gamma(stream);
      return first_ * base * portable_exp(-standard_exponential(stream) / shape);
    }
    case Kind::weibull:
      return first_ * portable_power(standard_exponential(stream), second_);
    case Kind::pareto:
      return first_ * portable_exp(standard_exponential(stream) * second_);
    case Kind::uniform:
      return first_ + second_ * stream.uniform();
    case Kind::empirical:
      return tables_.front().quantiles.value_at(stream.uniform());
    case Kind::normal_tail:
      return inverse(stream.uniform());
    case Kind::mixture:
      break;
  }
  report_violation("a component of a mixture is no mixture");
}

/// By redrawing: at least half of the draws are positive.
double Law::draw_normal(RandomStream& stream) const {
  while (true) {
    const double value = first_ + second_ * ziggurat_normal(stream);
    if (value > 0) return value;
  }
}

/// Gamma of scale one, by Marsaglia and Tsang, "A simple method for generating gamma variables",
/// 2000.
double Law::draw_gamma(RandomStream& stream) const {
  while (true) {
    const double x = ziggurat_normal(stream);
    const double root = 1 + third_ * x;
    if (root <= 0) continue;
    const double v = root * root * root;
    const double u = stream.uniform();
    const double square = x * x;
    if (u < 1 - 0.0331 * square * square) return second_ * v;
    if (portable_log(u) < 0.5 * square + second_ * (1 - v + portable_log(v))) return second_ * v;
  }
}

bool Law::has_quantile_function() const {
  return kind_ != Kind::gamma && kind_ != Kind::boosted_gamma && kind_ != Kind::mixture;
}

Duration Law::quantile(double level) const {
  expects(level > 0 && level < 1, "the level of a quantile lies in (0, 1)");
  return minimum_ + as_sample(inverse(level));
}

double Law::inverse(double level) const {
  switch (kind_) {
    case Kind::constant:
      return first_;
    case Kind::uniform:
      return first_ + second_ * level;
    case Kind::exponential:
      return -first_ * portable_log1p(-level);
    case Kind::normal:
    case Kind::normal_tail:
      // From above, where the probabilities of what is kept are small numbers and not 1 - small.
      return std::max(0., first_ - second_ * portable_normal_quantile((1 - level) * third_));
    case Kind::lognormal:
      return first_ * portable_exp(second_ * portable_normal_quantile(level));
    case Kind::weibull:
      return first_ * portable_power(-portable_log1p(-level), second_);
    case Kind::pareto:
      return first_ * portable_exp(-portable_log1p(-level) * second_);
    case Kind::empirical:
      return tables_.front().quantiles.value_at(level);
    case Kind::gamma:
    case Kind::boosted_gamma:
    case Kind::mixture:
      break;
  }
  report_violation("only a law with a quantile function is asked for a quantile");
}

double Law::mean_seconds() const {
  return mean_nanoseconds() * 1e-9;
}

double Law::mean_nanoseconds() const {
  const double minimum = in_nanoseconds(minimum_);
  switch (kind_) {
    case Kind::constant:
    case Kind::exponential:
      return minimum + first_;
    case Kind::uniform:
      return minimum + first_ + 0.5 * second_;
    case Kind::normal:
    case Kind::normal_tail:
      return minimum + conditioned_normal_mean();
    case Kind::lognormal:
      return minimum + first_ * portable_exp(0.5 * second_ * second_);
    case Kind::gamma:
      return minimum + first_ * (second_ + 1. / 3);
    case Kind::boosted_gamma:
      return minimum + first_ * (second_ - 2. / 3);
    case Kind::weibull:
      return minimum + first_ * portable_gamma(1 + second_);
    case Kind::pareto:
      if (second_ >= 1) return std::numeric_limits<double>::infinity();
      return minimum + first_ / (1 - second_);
    case Kind::empirical:
      return minimum + tables_.front().quantiles.mean();
    case Kind::mixture:
      break;
  }
  const LawTables& tables = tables_.front();
  double mean = minimum;
  for (std::size_t i = 0; i < tables.components.size(); ++i) {
    mean += tables.weights[i] * tables.components[i].mean_nanoseconds();
  }
  return mean;
}

/// mean + deviation * density(z) / P(Z > z) at z = -mean / deviation, the hazard of the normal law.
double Law::conditioned_normal_mean() const {
  constexpr double one_over_root_two_pi = 0.39894228040143267794;
  const double z = first_ / second_;
  return first_ + second_ * one_over_root_two_pi * portable_exp(-0.5 * z * z) / third_;
}

std::optional<Duration> Law::constant_value() const {
  if (kind_ != Kind::constant) return std::nullopt;
  return minimum_ + as_sample(first_);
}

Duration Law::lower_bound() const {
  switch (kind_) {
    case Kind::constant:
    case Kind::uniform:
    case Kind::pareto:
      return minimum_ + as_sample(first_);
    case Kind::empirical:
      return minimum_ + as_sample(tables_.front().quantiles.lowest());
    case Kind::mixture: {
      Duration least = Duration::longest();
      for (const Law& component : tables_.front().components) {
        least = std::min(least, component.lower_bound());
      }
      return minimum_ + least;
    }
    default:
      return minimum_;
  }
}

CountLaw::CountLaw(const CountLawSpec& spec) : kind_(spec.kind), mean_(spec.mean) {
  switch (kind_) {
    case CountLawSpec::Kind::constant:
      expects(mean_ >= 0 && mean_ < 0x1p53 && mean_ == std::floor(mean_),
              "a constant count is a whole number");
      return;
    case CountLawSpec::Kind::geometric:
      expects(mean_ >= 1, "a geometric count has a mean of at least 1");
      if (mean_ > 1) log_of_failure_ = portable_log1p(-1 / mean_);
      return;
    case CountLawSpec::Kind::empirical:
      break;
  }
  double total = 0;
  double moment = 0;
  for (std::size_t i = 0; i < spec.weights.size(); ++i) {
    expects(spec.weights[i] >= 0, "a weight is not negative");
    total += spec.weights[i];
    moment += spec.weights[i] * static_cast<double>(i);
    cumulative_.push_back(total);
  }
  expects(total > 0, "weights are not all zero");
  mean_ = moment / total;
  for (double& level : cumulative_) level = level == total ? 2 : level / total;
}

std::uint64_t CountLaw::sample(RandomStream& stream) const {
  const double level = stream.uniform();
  switch (kind_) {
    case CountLawSpec::Kind::constant:
      return static_cast<std::uint64_t>(mean_);
    case CountLawSpec::Kind::geometric:
      if (log_of_failure_ == 0) return 1;
      return 1 + static_cast<std::uint64_t>(portable_log(level) / log_of_failure_);
    case CountLawSpec::Kind::empirical:
      break;
  }
  const auto found = std::upper_bound(cumulative_.begin(), cumulative_.end(), level);
  return static_cast<std::uint64_t>(found - cumulative_.begin());
}

double correlated_level(double shared_normal, double correlation, RandomStream& stream) {
  expects(correlation >= 0 && correlation <= 1, "a correlation lies in [0, 1]");
  const double own = standard_normal(stream);
  const double value = std::sqrt(correlation) * shared_normal + std::sqrt(1 - correlation) * own;
  return std::clamp(portable_normal_cdf(value), least_level, 1 - least_level);
}

double standard_normal(RandomStream& stream) {
  return portable_normal_quantile(stream.uniform());
}

}  // namespace rehearse
