#include "scenarios/law_figures.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "sim/random/law.hpp"
#include "sim/random/random_stream.hpp"

using namespace rehearse;

namespace {

LawSpec gamma_law(Duration mean, double shape, Duration minimum = {}) {
  return {minimum, GammaSpec{mean, shape}};
}

LawSpec mixture_of(std::vector<double> weights, std::vector<LawSpec> components) {
  return {{}, MixtureSpec{std::move(weights), std::move(components)}};
}

/// The share of samples at most `seconds`.
double share_below(const LawSpec& spec, double seconds, int samples) {
  const Law law(spec);
  RandomStream stream(7, 11, 0);
  int below = 0;
  for (int i = 0; i < samples; ++i) {
    if (law.sample(stream).in_seconds() <= seconds) ++below;
  }
  return static_cast<double>(below) / samples;
}

}  // namespace

TEST_CASE("quantiles of a law with a closed form are that form", "[scenarios]") {
  const LawFigures figures =
      figures_of({Duration::milliseconds(5), ExponentialSpec{Duration::milliseconds(10)}});

  CHECK(figures.mean == Approx(0.015));
  CHECK(figures.p50 == Approx(0.005 + 0.01 * std::log(2)).epsilon(1e-6));
  CHECK(figures.p90 == Approx(0.005 + 0.01 * std::log(10)).epsilon(1e-6));
  CHECK(figures.p99 == Approx(0.005 + 0.01 * std::log(100)).epsilon(1e-6));
}

TEST_CASE("a gamma law of shape one is exponential, also in a mixture of mixtures", "[scenarios]") {
  const Duration mean = Duration::milliseconds(10);
  const LawSpec plain = gamma_law(mean, 1);
  const LawSpec mixed = mixture_of(
      {1, 2},
      {{{}, ExponentialSpec{mean}}, mixture_of({3, 4}, {plain, {{}, ExponentialSpec{mean}}})});

  for (const LawSpec& law : {plain, mixed}) {
    const LawFigures figures = figures_of(law);
    CHECK(figures.mean == Approx(0.01));
    CHECK(figures.p50 == Approx(0.01 * std::log(2)).epsilon(1e-6));
    CHECK(figures.p99 == Approx(0.01 * std::log(100)).epsilon(1e-6));
  }
}

TEST_CASE("of samples, as many are below a quantile as it says", "[scenarios]") {
  constexpr int samples = 40'000;
  const std::vector<LawSpec> laws = {
      gamma_law(Duration::milliseconds(8), 2.5, Duration::milliseconds(1)),
      mixture_of({9, 1}, {{{}, LognormalSpec{Duration::milliseconds(2), 0.5}},
                          gamma_law(Duration::milliseconds(50), 0.5)})};
  for (const LawSpec& law : laws) {
    const LawFigures figures = figures_of(law);
    for (const auto& [level, quantile] :
         {std::pair(0.5, figures.p50), {0.9, figures.p90}, {0.99, figures.p99}}) {
      CAPTURE(level);
      // Five standard deviations of the share: wrong once in a million tests.
      const double margin = 5 * std::sqrt(level * (1 - level) / samples);
      CHECK(std::abs(share_below(law, quantile, samples) - level) < margin);
      CHECK(std::abs(share_below(law, 1.1 * quantile, samples) - level) > 0.1 * margin);
    }
  }
}

TEST_CASE("laws at the edge of what may be said have figures", "[scenarios]") {
  const Duration second = Duration::seconds(1);
  for (const double shape : {1e-6, 1e-3, 1e3}) {
    CAPTURE(shape);
    const LawFigures figures = figures_of(gamma_law(second, shape));
    CHECK(figures.mean == Approx(1));
    CHECK(std::isfinite(figures.p50));
    CHECK(figures.p50 <= figures.p99);
  }
  CHECK(figures_of(gamma_law(second, 1e-300)).p99 == 0);
  CHECK(std::isinf(figures_of({{}, ParetoSpec{second, 0.5}}).mean));
  CHECK(figures_of({{}, ParetoSpec{second, 0.5}}).p50 == Approx(4).epsilon(1e-6));
}
