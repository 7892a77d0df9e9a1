#pragma once

#include <cstddef>
#include <cstdint>

#include "sim/event_queue.hpp"

namespace rehearse {
template <class Payload>
class EventList {
 public:
  using Event = ScheduledEvent<Payload>;
  bool empty() const { return queue_.empty(); }
  std::size_t size() const { return queue_.size(); }
  Time next_time() const { return queue_.earliest().time; }
  void schedule(Time time, std::uint64_t order, const Payload& payload) {
    queue_.schedule({time, order, payload});
  }
  Event pop() { return queue_.pop(); }
  void clear() { queue_.clear(); }
 private:
  EventQueue<Payload> queue_;
};
}  // namespace rehearse
