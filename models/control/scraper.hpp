#pragma once

#include <vector>

#include "models/control/stage.hpp"
#include "models/control/watch.hpp"
#include "sim/expects.hpp"

namespace rehearse {

/// Reads the counters that somebody watches, as production does: every so often. The only eyes of
/// alarms and analyses.
class Scraper {
 public:
  void plan(Stage& stage);

  void scrape(Stage& stage, Index watch);
  const Watch& watch(Index index) const {
    expects(index < watches_.size(), "who looks at a watch has planned it");
    return watches_[index];
  }

 private:
  std::vector<Watch> watches_;
};

}  // namespace rehearse
