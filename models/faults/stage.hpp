#pragma once

#include <optional>

#include "sim/random/law.hpp"
#include "sim/time.hpp"

/// What faults can do, whichever way a run does it.
namespace rehearse {

/// What a fault does at the door of an instance that it meets, to a share of the attempts: they
/// wait, or are answered with an error.
struct DoorEffect {
  double chance = 1;         // of each attempt
  std::optional<Law> delay;  // none: they are aborted
};

/// What a fault does to what is on its way, drawn when an attempt is sent, as the latency is. What
/// callers and an instance that it meets send one another: of the attempts, and of their answers,
/// each with a chance of its own, some never arrive. Or what an instance that it meets sends: half
/// of the stall comes on top of either way.
struct LinkEffect {
  double attempts_lost = 0;
  double answers_lost = 0;
  double correlation = 0;    // of the luck of one message with that of the one before
  std::optional<Law> stall;  // none: nobody waits longer
};

/// What one fault can do when it starts and when it ends, while everything stands still. Its
/// targets are chosen already; what it began it takes back, so that others that overlap with it are
/// left as they are.
class FaultStage {
 public:
  /// Whether somebody answers for an instance that died: with a reset of the connections, or with
  /// nothing, ever.
  enum class Death { reset, silent };

  virtual ~FaultStage() = default;

  /// The targets die with all work in them; until `detected_after`, callers go on choosing them.
  virtual void kill(Death death, Duration detected_after) = 0;
  /// They come back, empty, unless another fault keeps them down.
  virtual void revive(Death death) = 0;

  /// From now on attempts at the targets meet the fault's DoorEffect.
  virtual void stand_at_doors() = 0;
  virtual void leave_doors() = 0;

  /// From now on attempts that are sent to the targets, or by them, and their answers, meet the
  /// fault's LinkEffect.
  virtual void disturb_links() = 0;
  virtual void leave_links() = 0;

  /// Work at the targets, also what is under way, takes so many times as long; factors of faults
  /// that meet multiply.
  virtual void slow_work(double factor) = 0;
  virtual void restore_work() = 0;

  /// The arrivals that were planned for as long as the fault lasts come no longer.
  virtual void stop_arrivals() = 0;
};

}  // namespace rehearse
