#pragma once

#include <string_view>

#include "language/table.hpp"
#include "language/value_kinds.hpp"
#include "models/faults/instance_kill.hpp"
#include "models/faults/stage.hpp"
#include "models/faults/target.hpp"
#include "sim/time.hpp"

namespace rehearse {

/// A lost zone falls silent, and only their timeouts tell its callers.
struct ZoneDown {
  static constexpr std::string_view word = "zone_down";
  static constexpr std::string_view meaning =
      "the instances die with all work in them, come back empty, and nobody answers: callers wait "
      "for their timeouts, and without one for ever";
  static constexpr std::string_view overlapping =
      "as instance_kill does; while a zone is lost its instances are silent, killed ones elsewhere "
      "refuse to "
      "connect";
  static constexpr TargetRule targets{.zone = true};
  static constexpr bool is_silent = true;

  Duration detected_after = usually_detected_after;
  bool operator==(const ZoneDown&) const = default;

  bool fails_attempts() const { return true; }
  void start(FaultStage& stage) const { stage.kill(FaultStage::Death::silent, detected_after); }
  void end(FaultStage& stage) const { stage.revive(FaultStage::Death::silent); }
};

template <class Visitor, SpecOf<ZoneDown> Spec>
void describe(Visitor& visitor, Spec& spec) {
  visitor.key({"detected_after",
               "Until then callers go on choosing the dead instances, and hear nothing; 10s is one "
               "period of Kubernetes' readiness probe."},
              spec.detected_after, Extent{});
}

}  // namespace rehearse
