#pragma once

#include "models/control/stage.hpp"

namespace rehearse {

/// The controller of faults: begins and ends them, and what they make known. Has no state of its
/// own: that of faults lies in the surroundings, where the door sees it.
class Faults {
 public:
  void plan(Stage& stage) const;

  void begin(Stage& stage, FaultId fault) const;
  void end(Stage& stage, FaultId fault) const;
  /// Callers learn that the instances are dead. A fault that is over has nothing to be detected:
  /// another one may keep its targets down since.
  void detect(Stage& stage, FaultId fault) const;
  /// Ends all, and what has not begun yet never will.
  void call_off(Stage& stage) const;

 private:
  void choose_targets(Stage& stage, FaultId fault) const;
  static bool meets_somebody(const Stage& stage, const FaultState& fault);
};

}  // namespace rehearse
