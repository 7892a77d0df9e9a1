#pragma once

#include <optional>
#include <vector>

#include "language/reader.hpp"
#include "language/schema.hpp"
#include "language/table.hpp"
#include "language/value_kinds.hpp"
#include "sim/random/law_spec.hpp"

/// How probability laws are written in files: kinds of values, and the keys of their tables.
namespace rehearse {

/// A probability law of durations: "250ms" is a constant; otherwise a table with exactly one law,
/// and perhaps a `minimum` that is added to every sample.
struct LawTable {
  /// Mixtures of mixtures of ... are as deep as this at most.
  static constexpr int most_nested = 16;
  int depth = 0;
};
void read(Reader& reader, const Node& node, LawSpec& value, const LawTable& kind);
Node written(const LawSpec& value, const LawTable& kind);
SchemaNode schema(const LawSpec& value, const LawTable& kind);

/// A law of whole numbers: 3, { geometric = { mean = 2.5 } } or { empirical = [w0, w1, ...] }.
struct CountLawTable {
  int least = 0;
};
void read(Reader& reader, const Node& node, CountLawSpec& value, const CountLawTable& kind);
Node written(const CountLawSpec& value, const CountLawTable& kind);
SchemaNode schema(const CountLawSpec& value, const CountLawTable& kind);

/// The definitions that `schema` of laws refers to: "law" and "count".
std::vector<SchemaProperty> law_definitions();

constexpr Number law_shape{0, 1'000, Number::Lower::excluded};

template <class Visitor, SpecOf<UniformSpec> Spec>
void describe(Visitor& visitor, Spec& spec) {
  visitor.key({"low", "The least value.", Need::required}, spec.low, Extent{});
  visitor.key({"high", "The largest value.", Need::required}, spec.high, Extent{});
}

template <class Visitor, SpecOf<ExponentialSpec> Spec>
void describe(Visitor& visitor, Spec& spec) {
  visitor.key({"mean", "The mean.", Need::required}, spec.mean, Extent{});
}

template <class Visitor, SpecOf<NormalSpec> Spec>
void describe(Visitor& visitor, Spec& spec) {
  visitor.key({"mean", "The mean, before negative values are left out.", Need::required}, spec.mean,
              Extent{});
  visitor.key({"standard_deviation", "The standard deviation, likewise.", Need::required},
              spec.standard_deviation, Extent{});
}

/// As people say it: the spread as sigma, or through the 99th percentile.
struct LognormalKeys {
  Duration median;
  std::optional<double> sigma;
  std::optional<Duration> p99;
};
template <class Visitor, SpecOf<LognormalKeys> Spec>
void describe(Visitor& visitor, Spec& spec) {
  visitor.key({"median", "The median.", Need::required}, spec.median, positive_span);
  visitor.key({"sigma", "Standard deviation of the natural logarithm."}, spec.sigma, Number{0, 20});
  visitor.key({"p99", "The 99th percentile, from which sigma follows."}, spec.p99, positive_span);
  visitor.exactly_one({"sigma", "p99"});
}

template <class Visitor, SpecOf<GammaSpec> Spec>
void describe(Visitor& visitor, Spec& spec) {
  visitor.key({"mean", "The mean.", Need::required}, spec.mean, Extent{});
  visitor.key({"shape", "The shape: 1 is exponential, above 1 is steadier.", Need::required},
              spec.shape, law_shape);
}

template <class Visitor, SpecOf<WeibullSpec> Spec>
void describe(Visitor& visitor, Spec& spec) {
  visitor.key({"scale", "The 63.2 % quantile.", Need::required}, spec.scale, Extent{});
  visitor.key({"shape", "The shape: 1 is exponential, below 1 has a heavier tail.", Need::required},
              spec.shape, law_shape);
}

template <class Visitor, SpecOf<ParetoSpec> Spec>
void describe(Visitor& visitor, Spec& spec) {
  visitor.key({"scale", "The least value.", Need::required}, spec.scale, positive_span);
  visitor.key({"shape", "The tail index: P(X > x) = (scale / x)^shape.", Need::required},
              spec.shape, law_shape);
}

/// Kind of an empirical law: { p0 = "0.2ms", p50 = "1ms", "p99.9" = "9ms", p100 = "31ms" }; one of
/// many percentiles may be an array of such tables, one a line.
struct QuantileKeys {};
void read(Reader& reader, const Node& node, EmpiricalSpec& value, const QuantileKeys& kind);
Node written(const EmpiricalSpec& value, const QuantileKeys& kind);
SchemaNode schema(const EmpiricalSpec& value, const QuantileKeys& kind);

/// Kind of a mixture: an array of laws, each with a weight.
struct MixtureList {
  int depth = 0;
};
void read(Reader& reader, const Node& node, MixtureSpec& value, const MixtureList& kind);
Node written(const MixtureSpec& value, const MixtureList& kind);
SchemaNode schema(const MixtureSpec& value, const MixtureList& kind);

/// All the keys a law may have. `weight` only in mixtures.
struct LawKeys {
  int depth = 0;
  bool in_mixture = false;
  double weight = 1;
  Duration minimum;
  std::optional<Duration> constant;
  std::optional<UniformSpec> uniform;
  std::optional<ExponentialSpec> exponential;
  std::optional<NormalSpec> normal;
  std::optional<LognormalKeys> lognormal;
  std::optional<GammaSpec> gamma;
  std::optional<WeibullSpec> weibull;
  std::optional<ParetoSpec> pareto;
  std::optional<EmpiricalSpec> empirical;
  std::optional<MixtureSpec> mixture;

  static LawKeys of(const LawSpec& law);
  LawSpec spec() const;
};
template <class Visitor, SpecOf<LawKeys> Spec>
void describe(Visitor& visitor, Spec& spec) {
  constexpr Table whole{Layout::whole};
  if (spec.in_mixture) {
    visitor.key(
        {"weight", "How often this component is taken, relative to the others.", Need::required},
        spec.weight, weight_above_zero);
  }
  visitor.key({"minimum", "Added to every sample."}, spec.minimum, Extent{});
  visitor.key({"constant", "Always this; a duration by itself says the same."}, spec.constant,
              Extent{});
  visitor.key({"uniform", "Evenly between two values."}, spec.uniform, whole);
  visitor.key({"exponential", "The memoryless law."}, spec.exponential, whole);
  visitor.key({"normal", "The bell curve, conditioned on being positive."}, spec.normal, whole);
  visitor.key({"lognormal", "What latencies often look like."}, spec.lognormal, whole);
  visitor.key({"gamma", "The law of a sum of stages."}, spec.gamma, whole);
  visitor.key({"weibull", "The law of the first of many failures."}, spec.weibull, whole);
  visitor.key({"pareto", "A power law: few values are enormous."}, spec.pareto, whole);
  visitor.key(
      {"empirical", "Measured quantiles, joined by straight lines; p0 and p100 are required."},
      spec.empirical, QuantileKeys{});
  visitor.key({"mixture", "One of several laws, by weight."}, spec.mixture,
              MixtureList{spec.depth});
  visitor.exactly_one({"constant", "uniform", "exponential", "normal", "lognormal", "gamma",
                       "weibull", "pareto", "empirical", "mixture"});
}

/// Limits the wrong way round, and laws that nothing can follow.
void inspect(Reader& reader, const Node& node, const UniformSpec& spec);
void inspect(Reader& reader, const Node& node, const NormalSpec& spec);
void inspect(Reader& reader, const Node& node, const LognormalKeys& spec);

struct GeometricKeys {
  double mean = 1;
};
template <class Visitor, SpecOf<GeometricKeys> Spec>
void describe(Visitor& visitor, Spec& spec) {
  visitor.key({"mean", "The mean, on 1, 2, 3, ...", Need::required}, spec.mean, Number{1, 1e6});
}

struct CountLawKeys {
  std::optional<GeometricKeys> geometric;
  std::optional<std::vector<double>> empirical;
};
template <class Visitor, SpecOf<CountLawKeys> Spec>
void describe(Visitor& visitor, Spec& spec) {
  visitor.key({"geometric", "1, 2, 3, ... with falling probability."}, spec.geometric,
              Table{Layout::whole});
  visitor.key({"empirical", "The weights of 0, 1, 2, ..."}, spec.empirical,
              List<Number>{Number{0, 1e15}, 1, 10'001});
  visitor.exactly_one({"geometric", "empirical"});
}

}  // namespace rehearse
