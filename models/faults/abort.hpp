#pragma once

#include <optional>
#include <string_view>

#include "language/table.hpp"
#include "language/value_kinds.hpp"
#include "models/faults/stage.hpp"
#include "models/faults/target.hpp"
#include "sim/decimals.hpp"

namespace rehearse {

/// Acts before admission: the error is one of the endpoint, and holds no worker. One draw from a
/// stream of the fault and the attempt: whether it is met.
struct AbortFault {
  static constexpr std::string_view word = "abort";
  static constexpr std::string_view meaning =
      "requests are answered with an error at the door of the instance, before admission: no "
      "worker is held";
  static constexpr std::string_view overlapping =
      "answers at once, whatever latencies there are beside it";
  static constexpr TargetRule targets{.endpoint = true};
  static constexpr bool is_silent = false;

  double percentage = 100;
  bool operator==(const AbortFault&) const = default;

  bool fails_attempts() const { return percentage > 0; }
  DoorEffect at_door() const { return {fraction_of_percent(percentage), std::nullopt}; }
  void start(FaultStage& stage) const { stage.stand_at_doors(); }
  void end(FaultStage& stage) const { stage.leave_doors(); }
};

template <class Visitor, SpecOf<AbortFault> Spec>
void describe(Visitor& visitor, Spec& spec) {
  visitor.key({"percentage", "Of the requests; never a default.", Need::required}, spec.percentage,
              zero_to_hundred);
}

}  // namespace rehearse
