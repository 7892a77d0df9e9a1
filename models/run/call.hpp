#pragma once

#include <cstdint>

#include "models/plan/plan.hpp"
#include "sim/slab.hpp"
#include "sim/time.hpp"

/// What the caller's side of a call remembers.
namespace rehearse {

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
  /// Stands for the job of an attempt that will never arrive.
  static constexpr SlabId lost{SlabId::no_slot - 1, 0};
  alignas(64) std::uint64_t path = 0;
  Time started;
  SlabId job;  // of this attempt; a ticket when it is away, `lost` when nobody has it
  Siblings siblings;
  std::uint32_t generation = 0;
  std::uint32_t attempts = 0;
  ClientId client;
  InstanceId instance;
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
  Duration latency;               // one way, of this attempt: of the network, and stalls
  EndpointId endpoint;
  std::uint32_t timer = 0;  // counts the timer events of the slot
  std::uint32_t user = none;
  std::uint32_t round = 0;
};
static_assert(sizeof(Call) == 128);

/// One caller instance's view of one callee service: its own, and nobody else's.
struct Client {
  EdgeId edge;
  HostId host;                // the caller's
  std::uint32_t cursor = 0;   // round robin
  std::uint32_t active = 0;   // calls under way
  std::uint32_t retries = 0;  // of them, retrying or backing off
  std::uint32_t first_outstanding = 0;
  ClientPolicies::Memory memory;
};
static_assert(sizeof(Client) == 32);

}  // namespace rehearse
