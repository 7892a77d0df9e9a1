#pragma once

#include <cstdint>

#include "models/plan.hpp"
#include "sim/slab.hpp"
#include "sim/time.hpp"

namespace rehearse {

/// How an attempt, a call or a request ends.
enum class Status : std::uint8_t {
  ok,
  failed,       // answered with an error: 500
  refused,      // found the queue full: 503
  aborted,      // by an abort fault
  unreachable,  // nobody there
  lost,         // the instance died while it worked
  timed_out,    // the caller gave up: 504
  cancelled,    // withdrawn by the caller
};

/// A call or a frame as the child of a frame; the top bit tells which.
struct ChildId {
  std::uint32_t value = none;
  static ChildId call(std::uint32_t slot) { return {slot}; }
  static ChildId frame(std::uint32_t slot) { return {slot | 0x80000000U}; }
  bool is_frame() const { return (value & 0x80000000U) != 0; }
  std::uint32_t slot() const { return value & 0x7fffffffU; }
  explicit operator bool() const { return value != none; }
  bool operator==(const ChildId&) const = default;
};

/// The list of a frame's children runs through the children themselves.
struct Siblings {
  ChildId previous;
  ChildId next;
};

/// A call on the caller's side: one attempt after another until it is over. In two cache lines:
/// what its end needs, and what only an attempt or the timer does.
struct Call {
  enum class State : std::uint8_t { attempting, backing_off };
  alignas(64) std::uint64_t path = 0;
  Time started;
  SlabId job;  // of this attempt; a ticket when it is away
  Siblings siblings;
  std::uint32_t generation = 0;
  std::uint32_t attempts = 0;
  Index client = none;
  Index instance = none;
  std::uint32_t frame = none;  // who waits for it; none: a user, or nobody
  Index origin = none;         // the frame's step, or its branch; the source of a user's request
  std::uint32_t interval = none;
  State state = State::attempting;
  bool retrying = false;  // counted in its client's retries

  alignas(64) std::uint64_t request = 0;  // path of the user's request that all this is for
  Time deadline;                          // of the whole call
  Time expires;                   // of the attempt, or of the whole call: what the timer waits for
  Time timer_at = Time::never();  // the slot's one pending timer event
  std::uint64_t order = 0;        // of the timer; the one after is for what it does next
  Duration latency;               // of the network, one way, of this attempt
  Index endpoint = none;
  std::uint32_t timer = 0;  // counts the timer events of the slot
  std::uint32_t user = none;
  std::uint32_t round = 0;
};
static_assert(sizeof(Call) == 128);

/// An attempt on the callee's side. Its path is that of its first strand.
struct Job {
  enum class Place : std::uint8_t { on_its_way, at_the_door, admitted };
  alignas(64) std::uint64_t request = 0;
  Time arrived;
  Duration latency;  // of the network, one way: the answer takes as long as the request
  SlabId call;       // in its caller's partition
  std::uint32_t attempt = 0;
  Index endpoint = none;
  Index instance = none;
  Index column = none;  // of the outcome
  std::uint32_t interval = none;
  std::uint32_t home = none;    // the caller's partition, if it is another one
  std::uint32_t ticket = none;  // there
  Place place = Place::on_its_way;
  bool holds_worker = false;
};
static_assert(sizeof(Job) == 64);

/// A strand of a job: a sequence of steps under way. The first strand of a job has the job's own
/// slot; branches of parallel steps and rounds of repeated ones have slots of their own.
struct Frame {
  enum class State : std::uint8_t { waiting, queued, working };
  alignas(64) std::uint64_t path = 0;
  std::uint64_t remaining = 0;  // repeat: rounds; work, unless it shares cores: its end, in ns
  Siblings siblings;
  ChildId first_child;
  std::uint32_t generation = 0;
  std::uint32_t job = none;
  std::uint32_t parent = none;
  Index step = none;            // under way; none: the sequence is over
  std::uint32_t succeeded = 0;  // parallel: branches so far
  std::uint32_t failed = 0;
  std::uint32_t queue_previous = none;
  std::uint32_t queue_next = none;
  State state = State::waiting;
  bool owns_worker = false;  // event loop: for this piece of work only

  void work_ends_at(Time end) {
    remaining = static_cast<std::uint64_t>(end.since_start().in_nanoseconds());
  }
  Time work_ends() const {
    return Time() + Duration::nanoseconds(static_cast<std::int64_t>(remaining));
  }
};
static_assert(sizeof(Frame) == 64);

/// How far a frame has come: it waits for an event, or its sequence is over.
enum class Progress : std::uint8_t { waiting, succeeded, failed };

/// What an event says. Plain data: `slot` and `stamp` name a record and tell whether it is still
/// the one that was meant.
struct RunEvent {
  enum class Kind : std::uint8_t {
    attempt_arrives,
    answer_arrives,
    cancel_arrives,
    door_passed,
    work_done,
    cores_fire,
    timer,
    backoff_over,
    source_fires,
    user_asks,
  };
  Kind kind = Kind::attempt_arrives;
  Status status = Status::ok;
  std::uint32_t slot = 0;
  std::uint32_t stamp = 0;
  std::uint32_t extra = 0;
};

/// The turn of an event among those of one instant, as the top bits of its order: work that ends
/// frees its worker before anybody asks for one; an answer at the very deadline is in time. Among
/// events of one turn the hosts decide, by lot, and at one host the sequence.
constexpr std::uint64_t turn_among_ties(RunEvent::Kind kind) {
  constexpr int shift = 61;
  switch (kind) {
    case RunEvent::Kind::work_done:
    case RunEvent::Kind::cores_fire:
      return 0;
    case RunEvent::Kind::answer_arrives:
      return std::uint64_t{1} << shift;
    case RunEvent::Kind::attempt_arrives:
    case RunEvent::Kind::cancel_arrives:
    case RunEvent::Kind::door_passed:
      return std::uint64_t{2} << shift;
    case RunEvent::Kind::source_fires:
    case RunEvent::Kind::user_asks:
      return std::uint64_t{3} << shift;
    case RunEvent::Kind::timer:
    case RunEvent::Kind::backoff_over:
      return std::uint64_t{4} << shift;
  }
  return 0;
}

/// A RunEvent as the event list keeps it: two words, made and read in registers. Members of other
/// sizes would be stored in pieces and loaded whole, which a processor cannot forward.
struct PackedEvent {
  std::uint64_t name = 0;   // kind, status, slot
  std::uint64_t claim = 0;  // stamp, extra

  static PackedEvent of(const RunEvent& event) {
    return {static_cast<std::uint64_t>(event.kind) | static_cast<std::uint64_t>(event.status) << 8 |
                std::uint64_t{event.slot} << 32,
            event.stamp | std::uint64_t{event.extra} << 32};
  }
  RunEvent unpacked() const {
    return {.kind = static_cast<RunEvent::Kind>(name & 0xff),
            .status = static_cast<Status>(name >> 8 & 0xff),
            .slot = static_cast<std::uint32_t>(name >> 32),
            .stamp = static_cast<std::uint32_t>(claim),
            .extra = static_cast<std::uint32_t>(claim >> 32)};
  }
};

/// What the caller's partition keeps of a job in another one, as long as that job lives: a name to
/// cancel it by.
struct Ticket {
  std::uint32_t generation = 0;
};

/// An attempt on its way to another partition.
struct AttemptMessage {
  Time time;
  std::uint64_t order = 0;
  std::uint64_t path = 0;
  Job job;
};

/// An answer or a cancellation on its way to another partition. Of a cancellation, `slot` is the
/// ticket of the attempt.
struct EventMessage {
  Time time;
  std::uint64_t order = 0;
  RunEvent event;
};

/// One caller instance's view of one callee service: its own, and nobody else's.
struct Client {
  Index edge = none;          // into the plan's edges
  Index host = none;          // the caller's
  std::uint32_t cursor = 0;   // round robin
  std::uint32_t active = 0;   // calls under way
  std::uint32_t retries = 0;  // of them, retrying or backing off
  std::uint32_t first_outstanding = 0;
};

}  // namespace rehearse
