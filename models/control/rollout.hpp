#pragma once

#include <vector>

#include "models/control/scraper.hpp"
#include "models/control/stage.hpp"

namespace rehearse {

/// The controller of a rollout: steps through weights and pauses, and aborts when an analysis fails
/// too often.
class Rollout {
 public:
  void plan(Stage& stage);

  /// Performs steps up to the next pause.
  void step(Stage& stage);
  void evaluate(Stage& stage, Index analysis, const Scraper& scraper);
  /// When it has not ended by itself.
  void call_off(Stage& stage);
  /// At the end of the run: one that has not ended is unfinished.
  void close(Stage& stage) const;

 private:
  void end(Stage& stage, RolloutResult result);
  static void set_canary_weight(Stage& stage, double percent);

  std::size_t step_ = 0;
  bool running_ = false;
  std::vector<int> failures_;  // [analysis]
};

}  // namespace rehearse
