#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/plan/plan.hpp"
#include "models/run/outcome.hpp"
#include "sim/expects.hpp"
#include "sim/time.hpp"

namespace rehearse {

/// How many faults meet an instance at once.
using FaultCount = std::uint16_t;

/// A running copy of a service, in two cache lines, for there may be very many.
///
/// The integral over time of a count is exact and costs one addition a change: who comes subtracts
/// the instant, who goes adds it, and those who are there go, as it were, when it is collected.
struct Instance {
  alignas(64) ServiceId service;
  std::uint32_t busy = 0;       // workers
  std::uint32_t waiting = 0;    // frames in the queue
  std::uint32_t in_system = 0;  // admitted jobs
  std::uint32_t queue_first = none;
  std::uint32_t queue_last = none;
  std::uint32_t longest_queue = 0;  // since the integrals were last collected
  std::uint32_t most_in_system = 0;
  FaultCount door_faults = 0;  // active faults that stand at its door
  FaultCount kills = 0;        // active faults that keep it down
  FaultCount blackouts = 0;    // of them, those that leave nobody to answer
  bool up = true;              // started, and not killed
  bool canary = false;
  bool listed = true;        // callers choose it: wanted, and not known to be dead
  bool dispatching = false;  // free workers are being handed out right now
  bool silent = false;       // died without a word: nobody answers for it
  bool started = true;       // those of a canary only once a weight has asked for them
  bool wanted = true;        // the rollout sends it traffic
  bool known_dead = false;
  bool slowed = false;             // a fault has made it slower than its neighbours, now or before
  double work_factor = 1;          // how many times as long work takes now
  std::uint64_t offered_work = 0;  // ns of work begun since the load was last collected
  alignas(64) Integral busy_time = 0;
  Integral waiting_time = 0;
  Integral in_system_time = 0;
  Time serving_since;         // until when the next one runs
  std::uint64_t up_time = 0;  // ns since the integrals were last collected

  /// As at the beginning of a replication.
  void restart(const InstancePlan& place);

  LoadGroup load_group() const {
    if (slowed) return LoadGroup::slowed;
    return canary ? LoadGroup::canary : LoadGroup::stable;
  }

  void take_worker(Time now) {
    ++busy;
    busy_time -= instant(now);
  }
  void give_worker_back(Time now) {
    expects(busy > 0, "who gives a worker back had one");
    --busy;
    busy_time += instant(now);
  }
  void begin_to_wait(Time now) {
    ++waiting;
    waiting_time -= instant(now);
    longest_queue = std::max(longest_queue, waiting);
  }
  void end_to_wait(Time now) {
    expects(waiting > 0, "who ends to wait has waited");
    --waiting;
    waiting_time += instant(now);
  }
  void enter(Time now) {
    if (!listed) [[unlikely]]
      settle_serving(now);
    ++in_system;
    in_system_time -= instant(now);
    most_in_system = std::max(most_in_system, in_system);
  }
  void leave(Time now) {
    if (!listed) [[unlikely]]
      settle_serving(now);
    expects(in_system > 0, "who leaves was inside");
    --in_system;
    in_system_time += instant(now);
  }

  /// Brings the time in which it had its capacity up to `now`: before `up` or `listed` changes, and
  /// when who is not listed gets something to do or has done it.
  void settle_serving(Time now);

  /// What was integrated since the last time, save how busy cores were.
  ServiceOutcome collect(Time now, const ServicePlan& plan);

 private:
  static std::uint64_t instant(Time time) {
    return static_cast<std::uint64_t>(time.since_start().in_nanoseconds());
  }
};

static_assert(sizeof(Instance) == 128 && offsetof(Instance, busy_time) == 64,
              "what an instance remembers lies in two cache lines");

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
  std::vector<InstanceId> targets;
  double work_factor = 1;
  std::vector<std::uint8_t> hits;  // [instance]; of those at doors and on links
};

}  // namespace rehearse
