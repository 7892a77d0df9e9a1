#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "calibrate/readers/span.hpp"

namespace rehearse {

/// Why a span has no parent in its tree.
enum class Top : std::uint8_t {
  no,      // it has one
  root,    // it says that it has none
  orphan,  // its parent was not recorded
  cut,     // it stood in a circle of parents, which was opened here
};

struct ForestCounts {
  std::uint64_t traces = 0;
  std::uint64_t traces_without_root = 0;
  std::uint64_t traces_with_several_roots = 0;
  std::uint64_t roots = 0;
  std::uint64_t orphans = 0;
  std::uint64_t cycles = 0;
  std::uint64_t duplicates = 0;               // dropped: the same trace and span id
  std::uint64_t differing_duplicates = 0;     // of these: not equal to the one that was kept
  std::uint64_t ids_shared_by_two_sides = 0;  // client and server reported under one id: both kept
  std::uint64_t children_ending_late = 0;     // after their parent
  std::uint64_t children_starting_late = 0;   // after their parent has ended
  bool operator==(const ForestCounts&) const = default;
};

/// The spans of all traces as trees. Everything is walked without recursion: chains of 1e5 spans
/// and 1e6 children of one are met in practice.
struct TraceForest {
  static constexpr std::uint32_t none = 0xFFFFFFFF;

  std::vector<Span> spans;  // by trace, then id
  std::vector<std::uint32_t> parent;
  std::vector<Top> top;
  std::vector<std::uint32_t> first_child;  // [span + 1]: into child_list
  std::vector<std::uint32_t> child_list;   // by start
  ForestCounts counts;

  std::span<const std::uint32_t> children(std::uint32_t span) const {
    return {child_list.data() + first_child[span], first_child[span + 1] - first_child[span]};
  }

  /// By span: whether no span of its trace is a root. What began such a trace was not recorded.
  std::vector<bool> in_traces_without_root() const;
};

/// Drops duplicates, links children to parents, opens circles. All spans of a trace take the
/// largest adjusted count found in it: sampling is decided for whole traces. Expects normalised
/// spans (`normalise`).
TraceForest plant(std::vector<Span> spans);

}  // namespace rehearse
