#pragma once

#include <string_view>

#include "language/table.hpp"
#include "language/value_kinds.hpp"
#include "models/faults/stage.hpp"
#include "models/faults/target.hpp"
#include "sim/decimals.hpp"

namespace rehearse {

/// What is lost is lost for good, as when a connection hangs: the caller notices by its timeouts
/// alone. The work of an attempt whose answer is lost was done. Attempts that are sent while the
/// fault lasts are met, with their answers, whenever those come. What withdraws an attempt is lost
/// as often as attempts are. Two draws from a stream of the
/// fault and the attempt: whether it is lost, and whether its answer would be.
///
/// Correlated as netem does it: the luck of a message is u (1 - c) + l c, with u its own draw and l
/// the luck of the one before it (of the same client: attempts, and answers, each by themselves; in
/// the order in which they are sent, what withdraws an attempt among attempts; of the first it is
/// u), and it is lost when that is below the percentage. Losses then come in bursts, and are fewer
/// than the percentage says where that is small.
struct PacketLoss {
  /// Seen from the caller: what goes to the targets, what comes from them, or each of them.
  enum class Direction { to, from, both };

  static constexpr std::string_view word = "packet_loss";
  static constexpr std::string_view meaning =
      "attempts that are sent in that time never arrive at the instances, or their answers never "
      "at "
      "the callers: callers wait for their timeouts, and without one for ever";
  static constexpr std::string_view overlapping =
      "each takes its share of what the others leave, before anything else can happen";
  static constexpr TargetRule targets{.caller = true};
  static constexpr bool is_silent = true;

  double percentage = 100;
  Direction direction = Direction::both;
  double correlation = 0;  // percent
  bool operator==(const PacketLoss&) const = default;

  bool fails_attempts() const { return percentage > 0; }
  LinkEffect on_links() const {
    const double lost = fraction_of_percent(percentage);
    return {.attempts_lost = direction == Direction::from ? 0 : lost,
            .answers_lost = direction == Direction::to ? 0 : lost,
            .correlation = fraction_of_percent(correlation),
            .stall = std::nullopt};
  }
  void start(FaultStage& stage) const { stage.disturb_links(); }
  void end(FaultStage& stage) const { stage.leave_links(); }
};

inline constexpr Choice<PacketLoss::Direction> direction_words{
    {PacketLoss::Direction::to, "to"},
    {PacketLoss::Direction::from, "from"},
    {PacketLoss::Direction::both, "both"}};

template <class Visitor, SpecOf<PacketLoss> Spec>
void describe(Visitor& visitor, Spec& spec) {
  visitor.key(
      {"percentage", "Of the attempts, and of the answers, so many are lost; never a default.",
       Need::required},
      spec.percentage, zero_to_hundred);
  visitor.key(
      {"direction", "Whether attempts to the instances are lost, answers from them, or both."},
      spec.direction, direction_words);
  visitor.key({"correlation",
               "Of the luck of a message with that of the one before it, in percent, "
               "as in netem: losses come in bursts."},
              spec.correlation, zero_to_hundred);
}

}  // namespace rehearse
