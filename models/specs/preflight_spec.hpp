#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>

#include "language/table.hpp"
#include "language/value_kinds.hpp"
#include "sim/enumerators.hpp"

namespace rehearse {

/// What a gate refuses whatever the objectives say, unless somebody waives it by name. These rows
/// and `find_trips` are the rules; everything else refers to them.
enum class SafetyNet {
  blast_radius_service,
  blast_radius_system,
  no_stop_condition,
  all_targets,
  fault_without_end,
  no_rollback,
  no_objective,
};

struct SafetyNetRow {
  SafetyNet net;
  const char* word;
  const char* meaning;  // when it trips
};

inline constexpr std::array<SafetyNetRow, enumerator_count<SafetyNet>()> safety_nets = {{
    {SafetyNet::blast_radius_service, "blast-radius-service",
     "Faults that overlap in time can meet more than 80 % of the instances of one service."},
    {SafetyNet::blast_radius_system, "blast-radius-system",
     "Faults that overlap in time can meet more than 66 % of all instances of the system."},
    {SafetyNet::no_stop_condition, "no-stop-condition",
     "There is a fault, and no stop condition whose action is abort_and_roll_back and that can "
     "ring before all faults are over."},
    {SafetyNet::all_targets, "all-targets",
     "The mode of a target chooses by random, and leaves out nobody who matches."},
    {SafetyNet::fault_without_end, "fault-without-end",
     "A fault lasts until the run ends: nobody sees the system recover."},
    {SafetyNet::no_rollback, "no-rollback",
     "There is a rollout with neither an analysis nor a stop condition whose action is "
     "abort_and_roll_back and that can ring in time."},
    {SafetyNet::no_objective, "no-objective",
     "No objective is about what users meet: a workload, an endpoint that one asks for, or "
     "everybody."},
}};
static_assert(lists_every(safety_nets, &SafetyNetRow::net));

inline const char* word(SafetyNet net) {
  return safety_nets[static_cast<std::size_t>(net)].word;
}

/// Safety nets that are switched off, each with the reason that somebody gave.
struct WaiversSpec {
  std::array<std::optional<std::string>, safety_nets.size()> reasons;  // [SafetyNet]
  bool operator==(const WaiversSpec&) const = default;

  const std::optional<std::string>& reason(SafetyNet net) const {
    return reasons[static_cast<std::size_t>(net)];
  }
};

/// What the gate of a pipeline is told; no run depends on it.
struct PreflightSpec {
  WaiversSpec waive;
  bool operator==(const PreflightSpec&) const = default;
};

template <class Visitor, SpecOf<WaiversSpec> Spec>
void describe(Visitor& visitor, Spec& spec) {
  for (const SafetyNetRow& row : safety_nets) {
    visitor.key({row.word, row.meaning, Need::conditional},
                spec.reasons[static_cast<std::size_t>(row.net)], Text{"a reason"});
  }
}

/// Blanks are no reason.
inline void inspect(Reader& reader, const Node& node, const WaiversSpec& spec) {
  for (const SafetyNetRow& row : safety_nets) {
    const std::optional<std::string>& reason = spec.reason(row.net);
    if (!reason || reason->empty() || reason->find_first_not_of(" \t\r\n") != std::string::npos) {
      continue;
    }
    reader.mistake(*node.find(row.word),
                   std::string("'") + row.word + "' is blank; it must be a reason");
  }
}

template <class Visitor, SpecOf<PreflightSpec> Spec>
void describe(Visitor& visitor, Spec& spec) {
  visitor.key({"waive",
               "Safety nets that `rehearse preflight` shall not fail for, each with the reason, "
               "which reports repeat."},
              spec.waive, Table{Layout::brief});
}

}  // namespace rehearse
