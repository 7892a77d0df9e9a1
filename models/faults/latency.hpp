#pragma once

#include <string_view>

#include "language/table.hpp"
#include "language/value_kinds.hpp"
#include "models/faults/stage.hpp"
#include "models/faults/target.hpp"
#include "models/values/law_keys.hpp"
#include "sim/decimals.hpp"
#include "sim/random/law_spec.hpp"

namespace rehearse {

/// Acts before admission: the wait is part of the latency of the endpoint, and holds no worker.
/// Draws from a stream of the fault and the attempt: whether it is met, then how long it waits.
struct LatencyFault {
  static constexpr std::string_view word = "latency";
  static constexpr std::string_view meaning =
      "requests wait at the door of the instance for 'delay' more, before admission: no worker is "
      "held, and the wait is part of the endpoint's latency";
  static constexpr std::string_view overlapping = "delays add";
  static constexpr TargetRule targets{.endpoint = true};
  static constexpr bool is_silent = false;

  LawSpec delay;
  double percentage = 100;
  bool operator==(const LatencyFault&) const = default;

  bool fails_attempts() const { return false; }
  DoorEffect at_door() const { return {fraction_of_percent(percentage), Law(delay)}; }
  void start(FaultStage& stage) const { stage.stand_at_doors(); }
  void end(FaultStage& stage) const { stage.leave_doors(); }
};

template <class Visitor, SpecOf<LatencyFault> Spec>
void describe(Visitor& visitor, Spec& spec) {
  visitor.key({"delay", "What is added at the door of the instance.", Need::required}, spec.delay,
              LawTable{});
  visitor.key({"percentage", "Of the requests; never a default.", Need::required}, spec.percentage,
              zero_to_hundred);
}

}  // namespace rehearse
