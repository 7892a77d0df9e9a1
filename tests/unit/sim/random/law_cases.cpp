#include "tests/unit/sim/random/law_cases.hpp"

#include <cmath>
#include <cstddef>
#include <utility>

namespace rehearse::testing {
namespace {

Duration us(std::int64_t count) {
  return Duration::microseconds(count);
}

long double normal_cdf(long double z) {
  return 0.5L * std::erfc(-z / std::sqrt(2.0L));
}

/// By bisection: the levels asked for are not extreme.
long double normal_inverse(long double level) {
  long double low = -12;
  long double high = 12;
  for (int i = 0; i < 100; ++i) {
    const long double middle = (low + high) / 2;
    (normal_cdf(middle) < level ? low : high) = middle;
  }
  return (low + high) / 2;
}

LawCase uniform() {
  LawCase law{"uniform", {Duration(), UniformSpec{us(1000), us(4000)}}, {}, {}, {}, 0};
  for (std::size_t k = 0; k < 5; ++k) {
    law.moments[k] = (std::pow(4.0L, k + 1.0L) - 1) / ((k + 1.0L) * 3);
  }
  law.distribution = [](long double x) { return (x - 1) / 3; };
  law.inverse = [](long double p) { return 1 + 3 * p; };
  return law;
}

LawCase exponential() {
  LawCase law{"exponential", {Duration(), ExponentialSpec{us(2500)}}, {}, {}, {}, 0};
  for (std::size_t k = 0; k < 5; ++k) {
    law.moments[k] = std::pow(2.5L, static_cast<long double>(k)) * std::tgamma(k + 1.0L);
  }
  law.distribution = [](long double x) { return -std::expm1(-x / 2.5L); };
  law.inverse = [](long double p) { return -2.5L * std::log1p(-p); };
  return law;
}

/// Conditioned on being positive: its moments follow from m(k) = mu m(k-1) + (k-1) sigma^2 m(k-2).
LawCase normal(const char* name, long double mu, long double sigma) {
  const auto in_us = [](long double ms) { return us(std::llround(ms * 1000)); };
  LawCase law{name, {Duration(), NormalSpec{in_us(mu), in_us(sigma)}}, {}, {}, {}, 0};
  const long double kept = normal_cdf(mu / sigma);
  const long double density =
      std::exp(-mu * mu / (2 * sigma * sigma)) / std::sqrt(4 * std::acos(0.0L));
  law.moments[0] = 1;
  law.moments[1] = mu + sigma * density / kept;
  for (std::size_t k = 2; k < 5; ++k) {
    law.moments[k] = mu * law.moments[k - 1] + (k - 1.0L) * sigma * sigma * law.moments[k - 2];
  }
  law.distribution = [=](long double x) { return 1 - normal_cdf((mu - x) / sigma) / kept; };
  law.inverse = [=](long double p) { return mu - sigma * normal_inverse((1 - p) * kept); };
  return law;
}

LawCase lognormal() {
  LawCase law{"lognormal", {Duration(), LognormalSpec{us(3000), 0.5}}, {}, {}, {}, 0};
  for (std::size_t k = 0; k < 5; ++k) {
    const auto power = static_cast<long double>(k);
    law.moments[k] = std::pow(3.0L, power) * std::exp(power * power * 0.125L);
  }
  law.distribution = [](long double x) { return x <= 0 ? 0 : normal_cdf(std::log(x / 3) / 0.5L); };
  law.inverse = [](long double p) { return 3 * std::exp(0.5L * normal_inverse(p)); };
  return law;
}

Moments gamma_moments(long double mean, long double shape) {
  Moments moments{1};
  for (std::size_t k = 1; k < 5; ++k) {
    moments[k] = moments[k - 1] * (mean / shape) * (shape + k - 1.0L);
  }
  return moments;
}

/// Erlang: the sum of three exponential times.
LawCase gamma_of_three() {
  LawCase law{"gamma 3", {Duration(), GammaSpec{us(3000), 3}}, gamma_moments(3, 3), {}, {}, 0};
  law.distribution = [](long double x) { return 1 - std::exp(-x) * (1 + x + x * x / 2); };
  return law;
}

/// Half the square of a normal quantity, scaled.
LawCase gamma_of_half() {
  LawCase law{
      "gamma 0.5", {Duration(), GammaSpec{us(2000), 0.5}}, gamma_moments(2, 0.5L), {}, {}, 0};
  law.distribution = [](long double x) { return std::erf(std::sqrt(x / 4)); };
  return law;
}

LawCase weibull(const char* name, long double shape) {
  LawCase law{name, {Duration(), WeibullSpec{us(2000), static_cast<double>(shape)}}, {}, {}, {}, 0};
  for (std::size_t k = 0; k < 5; ++k) {
    const auto power = static_cast<long double>(k);
    law.moments[k] = std::pow(2.0L, power) * std::tgamma(1 + power / shape);
  }
  law.distribution = [=](long double x) { return -std::expm1(-std::pow(x / 2, shape)); };
  law.inverse = [=](long double p) { return 2 * std::pow(-std::log1p(-p), 1 / shape); };
  return law;
}

/// Shape 9: the error of its sample variance needs eight moments to be nearly normal.
LawCase pareto() {
  LawCase law{"Pareto", {Duration(), ParetoSpec{us(2000), 9}}, {}, {}, {}, 0};
  for (std::size_t k = 0; k < 5; ++k) {
    const auto power = static_cast<long double>(k);
    law.moments[k] = std::pow(2.0L, power) * 9 / (9 - power);
  }
  law.distribution = [](long double x) { return x <= 2 ? 0 : 1 - std::pow(2 / x, 9.0L); };
  law.inverse = [](long double p) { return 2 * std::pow(1 - p, -1 / 9.0L); };
  return law;
}

LawCase empirical() {
  using Points = std::vector<std::pair<long double, long double>>;
  const Points points{{0, 0.5L}, {0.3L, 1}, {0.9L, 2}, {0.99L, 6}, {1, 10}};
  EmpiricalSpec spec;
  for (const auto& [level, value] : points) {
    spec.points.push_back({static_cast<double>(level), us(std::llround(value * 1000))});
  }
  LawCase law{"empirical", {Duration(), spec}, {}, {}, {}, 0};
  for (std::size_t k = 0; k < 5; ++k) {
    const auto next = static_cast<long double>(k) + 1;
    for (std::size_t i = 1; i < points.size(); ++i) {
      const auto [a, b] = std::pair(points[i - 1].second, points[i].second);
      law.moments[k] += (points[i].first - points[i - 1].first) *
                        (std::pow(b, next) - std::pow(a, next)) / (next * (b - a));
    }
  }
  law.inverse = [points](long double p) {
    std::size_t i = 1;
    while (points[i].first < p) ++i;
    const auto [p0, a] = points[i - 1];
    const auto [p1, b] = points[i];
    return a + (b - a) * (p - p0) / (p1 - p0);
  };
  law.distribution = [points](long double x) -> long double {
    if (x <= points.front().second) return 0;
    std::size_t i = 1;
    while (i < points.size() && points[i].second < x) ++i;
    if (i == points.size()) return 1;
    const auto [p0, a] = points[i - 1];
    const auto [p1, b] = points[i];
    return p0 + (p1 - p0) * (x - a) / (b - a);
  };
  return law;
}

/// A mixture in a mixture: 3/4 exponential, 1/8 gamma, 1/8 (uniform + 2 ms), all + 1 ms.
LawCase mixture() {
  const LawCase often = exponential();
  const LawCase seldom = gamma_of_three();
  const LawCase late = uniform();
  LawSpec delayed = late.spec;
  delayed.minimum = us(2000);
  const LawSpec inner{Duration(), MixtureSpec{{1, 1}, {seldom.spec, delayed}}};
  LawCase law{"mixture", {us(1000), MixtureSpec{{3, 1}, {often.spec, inner}}}, {}, {}, {}, 0};

  const auto shifted = [](const Moments& m, long double by) {
    const long double b2 = by * by;
    return Moments{1, m[1] + by, m[2] + 2 * by * m[1] + b2,
                   m[3] + 3 * by * m[2] + 3 * b2 * m[1] + b2 * by,
                   m[4] + 4 * by * m[3] + 6 * b2 * m[2] + 4 * b2 * by * m[1] + b2 * b2};
  };
  for (std::size_t k = 0; k < 5; ++k) {
    law.moments[k] = 0.75L * shifted(often.moments, 1)[k] + 0.125L * shifted(seldom.moments, 1)[k] +
                     0.125L * shifted(late.moments, 3)[k];
  }
  law.distribution = [=](long double x) {
    const auto part = [x](const LawCase& component, long double shift, long double last) {
      if (x <= shift) return 0.0L;
      return x - shift >= last ? 1.0L : std::fmax(component.distribution(x - shift), 0.0L);
    };
    return 0.75L * part(often, 1, 1e6L) + 0.125L * part(seldom, 1, 1e6L) +
           0.125L * part(late, 3, 4);
  };
  return law;
}

struct Stretch {
  double factor;
  Duration operator()(Duration span) const { return scaled(span, factor); }

  void apply(ConstantSpec& form) const { form.value = (*this)(form.value); }
  void apply(UniformSpec& form) const {
    form.low = (*this)(form.low);
    form.high = (*this)(form.high);
  }
  void apply(ExponentialSpec& form) const { form.mean = (*this)(form.mean); }
  void apply(NormalSpec& form) const {
    form.mean = (*this)(form.mean);
    form.standard_deviation = (*this)(form.standard_deviation);
  }
  void apply(LognormalSpec& form) const { form.median = (*this)(form.median); }
  void apply(GammaSpec& form) const { form.mean = (*this)(form.mean); }
  void apply(WeibullSpec& form) const { form.scale = (*this)(form.scale); }
  void apply(ParetoSpec& form) const { form.scale = (*this)(form.scale); }
  void apply(EmpiricalSpec& form) const {
    for (QuantilePoint& point : form.points) point.value = (*this)(point.value);
  }
  void apply(MixtureSpec& form) const {
    for (LawSpec& component : form.components) component = stretched(component, factor);
  }
};

}  // namespace

std::vector<LawCase> law_cases() {
  std::vector<LawCase> cases{uniform(),
                             exponential(),
                             normal("normal", 2, 1.5L),
                             normal("normal, mostly negative", -2, 1),
                             lognormal(),
                             gamma_of_three(),
                             gamma_of_half(),
                             weibull("Weibull 0.7", 0.7L),
                             weibull("Weibull 2", 2),
                             pareto(),
                             empirical(),
                             mixture()};
  constexpr std::array<std::uint64_t, 12> digests{
      0x6d9b166cf1e16e46ULL, 0x2b8732eec12d4211ULL, 0x2132dab25b0260cfULL, 0xfc3fc2289146e066ULL,
      0x6d5c7f3b5abb1503ULL, 0x3513af6771f1765bULL, 0xd261bd85ca4e80ecULL, 0x3c2baa09dcb0d3c9ULL,
      0xdc00ecab219d7294ULL, 0x7775353b2d979e83ULL, 0x760c8b44e23b8c21ULL, 0x1d4a1196108b7902ULL};
  for (std::size_t i = 0; i < cases.size(); ++i) cases[i].digest = digests.at(i);
  return cases;
}

LawSpec stretched(const LawSpec& spec, double factor) {
  LawSpec result = spec;
  result.minimum = scaled(spec.minimum, factor);
  std::visit([factor](auto& form) { Stretch{factor}.apply(form); }, result.form);
  return result;
}

}  // namespace rehearse::testing
