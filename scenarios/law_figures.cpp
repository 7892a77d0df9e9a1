#include "scenarios/law_figures.hpp"

#include <algorithm>
#include <vector>

#include "sim/expects.hpp"
#include "sim/random/law.hpp"
#include "sim/stats/special_functions.hpp"

namespace rehearse {
namespace {

/// A law that is no mixture, and its share of one.
struct Component {
  double weight = 1;
  LawSpec spec;
  Law law;
};

void add_components(const LawSpec& spec, double weight, std::vector<Component>& components) {
  const auto* mixture = std::get_if<MixtureSpec>(&spec.form);
  if (mixture == nullptr) {
    components.push_back(Component{weight, spec, Law(spec)});
    return;
  }
  double weights = 0;
  for (const double one : mixture->weights) weights += one;
  for (std::size_t i = 0; i < mixture->components.size(); ++i) {
    LawSpec component = mixture->components[i];
    component.minimum = component.minimum + spec.minimum;
    add_components(component, weight * mixture->weights[i] / weights, components);
  }
}

double quantile_of(const Component& component, double level) {
  if (const auto* gamma = std::get_if<GammaSpec>(&component.spec.form)) {
    return component.spec.minimum.in_seconds() +
           gamma_quantile(level, gamma->shape) * gamma->mean.in_seconds() / gamma->shape;
  }
  expects(component.law.has_quantile_function(), "all laws but gamma and mixtures are inverted");
  return component.law.quantile(level).in_seconds();
}

/// P(X <= seconds).
double probability_below(const Component& component, double seconds) {
  double low = 0;
  double high = 1;
  for (int round = 0; round < 40; ++round) {
    const double level = (low + high) / 2;
    (quantile_of(component, level) <= seconds ? low : high) = level;
  }
  return low;
}

double quantile_of(const std::vector<Component>& components, double level) {
  expects(!components.empty(), "a law has a component");
  if (components.size() == 1) return quantile_of(components.front(), level);
  double low = quantile_of(components.front(), level);
  double high = low;
  for (const Component& component : components) {
    const double own = quantile_of(component, level);
    low = std::min(low, own);
    high = std::max(high, own);
  }
  for (int round = 0; round < 60 && high - low > 1e-10 * high; ++round) {
    const double middle = (low + high) / 2;
    double below = 0;
    for (const Component& component : components) {
      below += component.weight * probability_below(component, middle);
    }
    (below < level ? low : high) = middle;
  }
  return high;
}

}  // namespace

LawFigures figures_of(const LawSpec& law) {
  std::vector<Component> components;
  add_components(law, 1, components);
  return {Law(law).mean_seconds(), quantile_of(components, 0.5), quantile_of(components, 0.9),
          quantile_of(components, 0.99)};
}

}  // namespace rehearse
