#pragma once

#include <optional>
#include <vector>

#include "scenarios/table_values.hpp"
#include "scenarios/value_kinds.hpp"

/// The table of laws of whole numbers.
namespace rehearse {

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
