#pragma once

#include <string_view>

#include "language/table.hpp"
#include "language/value_kinds.hpp"
#include "models/faults/stage.hpp"
#include "models/faults/target.hpp"

namespace rehearse {

/// Also work that is under way is stretched, or shrunk: `factor` may be below 1.
struct SlowDown {
  static constexpr std::string_view word = "slow_down";
  static constexpr std::string_view meaning = "work takes 'factor' times as long";
  static constexpr std::string_view overlapping = "factors multiply";
  static constexpr TargetRule targets{};
  static constexpr bool is_silent = false;

  double factor = 1;
  bool operator==(const SlowDown&) const = default;

  bool fails_attempts() const { return false; }
  void start(FaultStage& stage) const { stage.slow_work(factor); }
  void end(FaultStage& stage) const { stage.restore_work(); }
};

template <class Visitor, SpecOf<SlowDown> Spec>
void describe(Visitor& visitor, Spec& spec) {
  visitor.key({"factor", "Work takes so many times as long.", Need::required}, spec.factor,
              Number{0, 1e6, Number::Lower::excluded});
}

}  // namespace rehearse
