#pragma once

#include <optional>
#include <vector>

#include "models/control/scraper.hpp"
#include "models/control/stage.hpp"

namespace rehearse {

/// The controller of stop conditions: the alarms that production has.
class StopConditions {
 public:
  void plan(Stage& stage);

  /// Whether the alarm fires now, and the experiment is to be stopped: one that pages stops
  /// nothing. An alarm before the experiment began says nothing about it, nor does one that rings
  /// on from then: only one that begins to ring has noticed anything.
  bool fires(Stage& stage, Index stop, const Scraper& scraper);

 private:
  std::vector<std::optional<Time>> holding_since_;  // [stop condition]
  std::vector<bool> ringing_;                       // [stop condition]
};

}  // namespace rehearse
