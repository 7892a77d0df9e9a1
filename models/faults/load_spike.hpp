#pragma once

#include <string_view>

#include "language/table.hpp"
#include "language/value_kinds.hpp"
#include "models/faults/stage.hpp"
#include "models/faults/target.hpp"

namespace rehearse {

/// Adds arrivals of its own beside the planned ones, so that those stay what they are without it:
/// the plan makes a source for each workload that it meets.
struct LoadSpike {
  static constexpr std::string_view word = "load_spike";
  static constexpr std::string_view meaning =
      "arrivals are added to those planned, so that 'factor' times as many come";
  static constexpr std::string_view overlapping =
      "each brings 'factor' - 1 times the workload's own arrivals; spikes add, so 2 and 3 "
      "together make 4";
  static constexpr TargetRule targets{.workload = true};
  static constexpr bool is_silent = false;

  double factor = 1;
  bool operator==(const LoadSpike&) const = default;

  bool fails_attempts() const { return false; }
  void start(FaultStage&) const {}
  void end(FaultStage& stage) const { stage.stop_arrivals(); }
};

template <class Visitor, SpecOf<LoadSpike> Spec>
void describe(Visitor& visitor, Spec& spec) {
  visitor.key({"factor", "So many times the arrivals, at least 1.", Need::required}, spec.factor,
              Number{0, 1e6, Number::Lower::excluded});
}

}  // namespace rehearse
