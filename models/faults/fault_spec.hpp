#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "language/table.hpp"
#include "language/value_kinds.hpp"
#include "models/faults/abort.hpp"
#include "models/faults/cpu_stress.hpp"
#include "models/faults/instance_kill.hpp"
#include "models/faults/latency.hpp"
#include "models/faults/load_spike.hpp"
#include "models/faults/packet_loss.hpp"
#include "models/faults/slow_down.hpp"
#include "models/faults/target.hpp"
#include "models/faults/zone_down.hpp"
#include "sim/time.hpp"

namespace rehearse {

/// What can go wrong: a further kind is a file beside this one, and its name here. Each has its
/// `word`, `meaning` and what it does `overlapping` with others of its kind, says whom it
/// `targets`, whether it may fail attempts and whether callers hear nothing then (`is_silent`), and
/// what it does to a FaultStage when it starts and ends. One that stands at doors has `at_door()`,
/// one that disturbs links `on_links()`, one that meets a share of the requests `percentage`.
using FaultKind = std::variant<LatencyFault, AbortFault, InstanceKill, SlowDown, LoadSpike,
                               ZoneDown, PacketLoss, CpuStress>;

/// One fault: what it does, to whom, and when.
struct FaultSpec {
  std::string name;
  FaultKind kind;
  TargetSpec target;
  Duration at;
  Duration duration;
  bool operator==(const FaultSpec&) const = default;
};

inline const TargetRule& targets_of(const FaultKind& kind) {
  return std::visit([](const auto& one) -> const TargetRule& { return one.targets; }, kind);
}
/// Whether an attempt that meets it may fail.
inline bool fails_attempts(const FaultKind& kind) {
  return std::visit([](const auto& one) { return one.fails_attempts(); }, kind);
}
/// Whether its victims answer nothing, so that only timeouts tell.
inline bool is_silent(const FaultKind& kind) {
  return std::visit([](const auto& one) { return one.is_silent; }, kind);
}
/// Of the requests that come to it, so many percent are met: all, unless the kind says otherwise.
inline double percentage_of(const FaultKind& kind) {
  return std::visit(
      [](const auto& one) -> double {
        if constexpr (requires { one.percentage; }) {
          return one.percentage;
        } else {
          return 100;
        }
      },
      kind);
}

template <class Visitor, SpecOf<FaultSpec> Spec>
void describe(Visitor& visitor, Spec& spec) {
  visitor.key({"name", "What people call it.", Need::required}, spec.name, Text{"a name"});
  visitor.tag({"kind", "What happens.", Need::required}, spec.kind);
  visitor.key({"target", "Whom it meets; never a default.", Need::required}, spec.target,
              Via<TargetKeys>{Layout::brief});
  visitor.key({"at", "When it starts, from the start of the run.", Need::required}, spec.at,
              Extent{});
  visitor.key({"duration", "How long it lasts; never a default.", Need::required}, spec.duration,
              positive_span);
  visitor.keys_of(spec.kind);
}

/// Its target is one that this kind of fault can meet.
inline void inspect(Reader& reader, const Node& node, const FaultSpec& spec) {
  const Node* const kind = node.find("kind");
  const Node* const target = node.find("target");
  if (kind == nullptr || kind->text != word_of(spec.kind)) return;
  if (target == nullptr || target->type != Node::Type::table) return;
  check_target(reader, *target, targets_of(spec.kind), word_of(spec.kind));
}

}  // namespace rehearse
