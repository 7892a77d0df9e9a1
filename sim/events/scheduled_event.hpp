#pragma once

#include <cstdint>
#include <limits>

#include "sim/time.hpp"

namespace rehearse {

/// What is going to happen, and when. `Payload` is plain data, best of two words: events are copied
/// whole when they are sorted, and two words travel in registers.
template <class Payload>
struct ScheduledEvent {
  Time time;
  std::uint64_t order = 0;
  Payload payload{};
};

/// The place of an event in the one order in which all events leave. The default, the last order
/// of the last instant, is after all; no event may have it.
struct EventKey {
  Time time = Time::never();
  std::uint64_t order = std::numeric_limits<std::uint64_t>::max();
};

/// Writes an event member by member. The processor forwards a store to a load only if one store
/// holds all that is loaded; an event that is first put together elsewhere and then copied in
/// pieces of another size costs it a dozen idle cycles.
template <class Payload>
void put(ScheduledEvent<Payload>& place, EventKey key, Payload payload) {
  place.time = key.time;
  place.order = key.order;
  place.payload = payload;
}

/// Whether `a` leaves before `b`: by time, and at one instant by order. Both are events or keys.
template <class A, class B>
constexpr bool leaves_before(const A& a, const B& b) {
  if (a.time != b.time) [[likely]] {
    return a.time < b.time;
  }
  return a.order < b.order;
}

}  // namespace rehearse
