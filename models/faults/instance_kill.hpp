#pragma once

#include <string_view>

#include "language/table.hpp"
#include "language/value_kinds.hpp"
#include "models/faults/stage.hpp"
#include "models/faults/target.hpp"
#include "sim/time.hpp"

namespace rehearse {

/// Until somebody has noticed a death, callers go on choosing the dead. Ten seconds: one period of
/// Kubernetes' readiness probe.
inline constexpr Duration usually_detected_after = Duration::seconds(10);

/// A killed instance resets its connections, so callers know at once that their attempt is lost.
struct InstanceKill {
  static constexpr std::string_view word = "instance_kill";
  static constexpr std::string_view meaning =
      "the instances die with all work in them, and come back empty; connections are reset, so "
      "callers know after one network latency that their attempt is lost";
  static constexpr std::string_view overlapping =
      "an instance stays down until the last fault that keeps it down is over";
  static constexpr TargetRule targets{};
  static constexpr bool is_silent = false;

  Duration detected_after = usually_detected_after;
  bool operator==(const InstanceKill&) const = default;

  bool fails_attempts() const { return true; }
  void start(FaultStage& stage) const { stage.kill(FaultStage::Death::reset, detected_after); }
  void end(FaultStage& stage) const { stage.revive(FaultStage::Death::reset); }
};

template <class Visitor, SpecOf<InstanceKill> Spec>
void describe(Visitor& visitor, Spec& spec) {
  visitor.key({"detected_after",
               "Until then callers go on choosing the dead instances, and fail to connect; 10s is "
               "one period of Kubernetes' readiness probe."},
              spec.detected_after, Extent{});
}

}  // namespace rehearse
