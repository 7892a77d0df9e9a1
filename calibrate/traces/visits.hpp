#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "calibrate/traces/roles.hpp"
#include "calibrate/traces/trace_forest.hpp"

namespace rehearse {

/// One call that a visit made. Its times are the caller's where a client span was recorded,
/// otherwise the callee's.
struct RecordedCall {
  std::uint32_t endpoint = 0;                // called: index into VisitTable::endpoints
  std::uint32_t client = TraceForest::none;  // span; none: not recorded
  std::uint32_t callee = TraceForest::none;  // span; none: not recorded
  std::int64_t start = 0;
  std::int64_t end = 0;
  bool failed = false;       // at either side
  bool detached = false;     // nobody waits for it: fire and forget
  bool timed_out = false;    // given up by a timeout of its caller: see TimeoutFacts
  bool by_fallback = false;  // it failed, and ends as the call that was made instead
};

/// One endpoint span, with all internal spans below it collapsed into it.
struct Visit {
  std::uint32_t span = 0;
  std::uint32_t endpoint = 0;
  std::uint32_t first_call = 0;
  std::uint32_t call_count = 0;
  std::uint32_t attempt_count = 0;  // where attempts were joined
  bool cut_short = false;           // by a timeout of its caller: see TimeoutFacts
};

struct EndpointKey {
  NameId service = 0;
  NameId operation = 0;
  /// Never seen itself, only from its callers' side: an uninstrumented peer.
  bool peer_only = false;
};

/// From caller to callee: indices into VisitTable::endpoints, which are the same for all tables of
/// one forest.
using EndpointEdge = std::pair<std::uint32_t, std::uint32_t>;

struct VisitCounts {
  std::uint64_t peers_called = 0;          // calls to uninstrumented peers that were named
  std::uint64_t unnamed_peers = 0;         // and not named: part of the caller's own time
  std::uint64_t servers_not_recorded = 0;  // the callee is known from other calls of its kind
  std::uint64_t calls_in_circles = 0;      // of such calls, those taken for the caller's own time
  std::uint64_t calls_shifted = 0;         // as clocks differ: see ClockOffsets
  std::uint64_t fragments = 0;             // spans below no endpoint, as their top was not recorded
  bool operator==(const VisitCounts&) const = default;
};

struct VisitTable {
  std::vector<EndpointKey> endpoints;  // by service, then operation
  std::vector<Visit> visits;           // in the order of their spans
  std::vector<RecordedCall> calls;     // those of a visit by start
  std::vector<RecordedCall> attempts;  // the calls before attempts were joined; empty: none were
  std::vector<std::uint32_t> visit_of_span;
  VisitCounts counts;

  std::span<const RecordedCall> calls_of(const Visit& visit) const {
    return {calls.data() + visit.first_call, visit.call_count};
  }
  std::span<const RecordedCall> attempts_of(const Visit& visit) const {
    if (attempts.empty()) return calls_of(visit);
    return {attempts.data() + visit.first_call, visit.attempt_count};
  }
};

/// The grain of the clock that recorded the spans of each service: the largest of 1 ms and 1 us
/// that divides every start, else 1 ns; 1 ns with fewer than 20 spans. Indexed by NameId.
std::vector<std::int64_t> clock_grains(const TraceForest& forest);

/// Finds all visits and their calls. A call is fire and forget when it is a message, by the kind of
/// a span. Of the other calls of an edge all are when at least a tenth of those without error end
/// after the visit that made them, where that did not fail (an awaited call never does, once clocks
/// that differ are allowed for, see ClockOffsets, unless it is given up after one time that is
/// longer than any other wait), or when most callees begin after the client span, which is not said
/// to be a call, was over.
///
/// A call whose server span was lost is a call to the usual endpoint, save on edges of
/// `without_lost`, where it is the caller's own time. Usual is whom client spans of that service
/// and operation reach; else, where it names a remote procedure and no callee, whom other callers
/// of this procedure reach, or of the same interface.
VisitTable find_visits(const TraceForest& forest, const std::vector<Role>& roles,
                       const std::set<EndpointEdge>& without_lost = {});

/// The edges on which calls may come back to their caller, directly or through others (and edges
/// between two such circles). Where server spans were lost, guessed calls on them may never end:
/// each visit would make another.
std::set<EndpointEdge> circular_edges(const VisitTable& table);

}  // namespace rehearse
