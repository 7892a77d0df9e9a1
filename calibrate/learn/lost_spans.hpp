#pragma once

#include <map>

#include "calibrate/traces/trace_forest.hpp"

namespace rehearse {

/// How many spans were lost on their way to the collector, by what they left behind: spans whose
/// parent is missing, in traces whose root is not.
struct LossRates {
  /// By service: of its spans with children, the share that is missing. Whose span is missing is
  /// told by who is usually the parent of such a child.
  std::map<NameId, double> measured;
  double highest = 0;

  /// Of the spans of a service; the highest of all where its own have too few children to tell,
  /// since it lost no less for being a leaf.
  double of(NameId service) const;
};

/// A rate counts when at least five spans are missing, and one in two hundred; a service is
/// measured by 30 spans with children.
LossRates find_loss_rates(const TraceForest& forest);

}  // namespace rehearse
