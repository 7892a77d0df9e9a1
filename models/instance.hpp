#pragma once

#include <cstdint>
#include <vector>

#include "models/job.hpp"
#include "models/outcome.hpp"
#include "sim/time.hpp"

namespace rehearse {

/// Processor sharing by virtual time: each of n jobs at work runs at min(1, cores / n), so all
/// finish in the order of (virtual arrival + work), and one event an instance suffices.
struct SharedCores {
  struct Piece {
    double finish = 0;  // virtual time, in nanoseconds of work
    std::uint64_t sequence = 0;
    SlabId frame;
    bool operator<(const Piece& other) const {
      return finish != other.finish ? finish > other.finish : sequence > other.sequence;
    }
  };
  std::vector<Piece> pieces;  // a heap; pieces of dropped frames stay until they surface
  double virtual_now = 0;
  Time updated;
  std::uint64_t sequence = 0;
  std::uint32_t running = 0;
  std::uint32_t stamp = 0;  // of the valid event
};

/// A running copy of a service.
struct Instance {
  bool up = true;       // started, and not killed
  bool started = true;  // those of a canary only once a weight has asked for them
  bool silent = false;  // died without a word: nobody answers for it
  bool wanted = true;   // the rollout sends it traffic
  bool known_dead = false;
  bool listed = true;        // callers choose it: wanted, and not known to be dead
  bool dispatching = false;  // free workers are being handed out right now
  double work_factor = 1;
  std::uint32_t busy = 0;       // workers
  std::uint32_t waiting = 0;    // frames in the queue
  std::uint32_t in_system = 0;  // admitted jobs
  std::uint32_t queue_first = none;
  std::uint32_t queue_last = none;
  std::uint32_t first_job = none;
  std::uint32_t door_faults = 0;  // active latency and abort faults that target it
  std::uint32_t kills = 0;        // active faults that keep it down
  std::uint32_t blackouts = 0;    // of them, those that leave nobody to answer
  SharedCores cores;

  // Integrals since they were last collected.
  Time settled;
  Integral busy_millis = 0;
  Integral capacity_millis = 0;
  Integral waiting_time = 0;
  Integral in_system_time = 0;
  Integral up_time = 0;
  std::uint32_t longest_queue = 0;
  std::uint32_t most_in_system = 0;
};

/// Where the listed instances of one version of a service stand in one array.
struct ListedRange {
  std::uint32_t first = 0;
  std::uint32_t count = 0;
};

struct SourceState {
  std::uint64_t ordinal = 0;
  Time next;
  Index segment = 0;      // open loop
  std::size_t entry = 0;  // replay
  Duration shift;         // replay: start of the current pass
  bool stopped = false;
};

struct FaultState {
  bool active = false;
  bool cancelled = false;  // stopped before its time
  bool met = false;        // somebody was there
  std::vector<Index> targets;
  std::vector<bool> hits;  // [instance]; latency and abort
};

struct RolloutState {
  std::size_t step = 0;
  double canary_weight = 0;  // percent
  bool running = false;
  std::vector<int> failures;  // [analysis]
};

}  // namespace rehearse
