#pragma once

#include <cstdint>

#include "models/outcomes/status.hpp"

namespace rehearse {

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

static_assert(turn_among_ties(RunEvent::Kind::work_done) <
                  turn_among_ties(RunEvent::Kind::attempt_arrives),
              "a worker that is free now serves who comes now");
static_assert(turn_among_ties(RunEvent::Kind::answer_arrives) <
                  turn_among_ties(RunEvent::Kind::timer),
              "an answer at the deadline is in time");

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
static_assert(sizeof(PackedEvent) == 16, "an event travels in two registers");

}  // namespace rehearse
