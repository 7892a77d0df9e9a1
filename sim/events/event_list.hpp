#pragma once

#include <cstddef>
#include <cstdint>

#include "sim/events/event_lanes.hpp"
#include "sim/events/event_queue.hpp"
#include "sim/events/scheduled_event.hpp"
#include "sim/expects.hpp"

namespace rehearse {

/// The future events of a run, earliest first. Events at one instant leave by rising `order`, which
/// the scheduling entity makes from its own address and its own count, so that the sequence does
/// not depend on how the run is cut into partitions.
///
/// Random delays go into a queue that learns how dense events are; constant delays go into lanes,
/// which only add at their ends. Neither is seen in the result.
///
/// A value: a copy pops the same. `Payload` is plain data of about 16 bytes. Allocates only when
/// more events are pending than ever before, or when they lie otherwise. One thread at a time.
template <class Payload>
class EventList {
 public:
  using Event = ScheduledEvent<Payload>;

  bool empty() const { return queue_.empty() && lanes_.empty(); }
  std::size_t size() const { return queue_.size() + lanes_.size(); }

  /// The instant of the earliest event; Time::never() when there is none.
  Time next_time() const {
    const Time queued = queue_.earliest().time;
    const Time laned = lanes_.earliest().time;
    return laned < queued ? laned : queued;
  }

  /// How many lanes there are; none at first. Expects that no event is pending.
  void set_lanes(std::uint32_t count) { lanes_.set_count(count); }

  /// Expects a time not before that of the last event popped. It may well be before next_time(),
  /// and at one instant the order may be less than that of an event popped already.
  void schedule(Time time, std::uint64_t order, Payload payload) {
    queue_.schedule({time, order}, payload);
  }

  /// The same for an event whose delay is that of all events in this lane. Expects, in addition,
  /// that the lane exists and that its times never fall.
  void schedule_in(std::uint32_t lane, Time time, std::uint64_t order, Payload payload) {
    lanes_.schedule(lane, {time, order}, payload);
  }

  /// Takes the earliest event out. Expects that there is one.
  Event pop() {
    expects(!empty(), "an event is left to be taken");
    if (leaves_before(lanes_.earliest(), queue_.earliest())) return lanes_.pop();
    return queue_.pop([](const Payload&, int) {});
  }

  /// Takes the earliest event out if it is before `end`; false when there is none.
  template <class Foresee>
  bool pop_before(Time end, Event& event, Foresee&& foresee) {
    const EventKey& laned = lanes_.earliest();
    const Event& queued = queue_.earliest();
    if (leaves_before(laned, queued)) {
      if (laned.time >= end) return false;
      event = lanes_.pop();
      return true;
    }
    if (queued.time >= end) return false;
    event = queue_.pop(foresee);
    return true;
  }

  /// Forgets the events and what was learnt of them; keeps the lanes and the memory.
  void clear() {
    queue_.clear();
    lanes_.clear();
  }

 private:
  EventQueue<Payload> queue_;
  EventLanes<Payload> lanes_;
};

}  // namespace rehearse
