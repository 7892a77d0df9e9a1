#pragma once

#include <string_view>

#include "language/table.hpp"
#include "language/value_kinds.hpp"
#include "models/faults/stage.hpp"
#include "models/faults/target.hpp"
#include "models/values/law_keys.hpp"
#include "sim/random/law_spec.hpp"

namespace rehearse {

/// Whoever needs the CPU of the instance waits for it: throttled by a quota, or crowded out by
/// neighbours of its host. What it does itself takes longer, and so does taking a request (at its
/// door, before admission) and each attempt of a call that it makes: half of the stall before it
/// arrives, half before the answer does, as with the latency of the network. Both halves are one
/// draw, when the attempt is sent: one that was sent before the fault began is not met. In traces
/// that is what the self times of client spans of the instance grow by.
///
/// Tools that stress CPU say how many workers burn how much of it; what that does to requests is a
/// matter of quotas and neighbours, and is said here instead.
///
/// Draws from streams of the fault and the attempt: at the door whether it is met, which it always
/// is, and how long it waits; on the way how long.
struct CpuStress {
  static constexpr std::string_view word = "cpu_stress";
  static constexpr std::string_view meaning =
      "the instances wait for CPU: each request that comes to one and each attempt of a call that "
      "one makes takes 'stall' longer, and work 'factor' times as long";
  static constexpr std::string_view overlapping = "stalls add, factors multiply";
  static constexpr TargetRule targets{};
  static constexpr bool is_silent = false;

  LawSpec stall;
  double factor = 1;
  bool operator==(const CpuStress&) const = default;

  bool fails_attempts() const { return false; }
  DoorEffect at_door() const { return {1, Law(stall)}; }
  LinkEffect on_links() const { return {.stall = Law(stall)}; }
  void start(FaultStage& stage) const {
    stage.stand_at_doors();
    stage.disturb_links();
    if (factor != 1) stage.slow_work(factor);
  }
  void end(FaultStage& stage) const {
    if (factor != 1) stage.restore_work();
    stage.leave_links();
    stage.leave_doors();
  }
};

template <class Visitor, SpecOf<CpuStress> Spec>
void describe(Visitor& visitor, Spec& spec) {
  visitor.key(
      {"stall",
       "What a request, and a call, waits for CPU: what the self times of client spans grow "
       "by.",
       Need::required},
      spec.stall, LawTable{});
  visitor.key({"factor", "Work takes so many times as long."}, spec.factor,
              Number{0, 1e6, Number::Lower::excluded});
}

}  // namespace rehearse
