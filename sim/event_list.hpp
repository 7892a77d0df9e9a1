#pragma once

#include <cstdint>
#include <vector>

#include "sim/time.hpp"

namespace rehearse {

/// The future events of a run, earliest first. Events at one instant leave by rising `order`, which
/// the scheduling entity makes from its own address and its own count, so that the sequence does
/// not depend on how the run is cut into partitions. A four-ary heap of 16-byte entries; an order
/// is looked up in the event's slot only when two times are equal.
///
/// `Payload` is plain data. Allocates only when more events are pending than ever before.
template <class Payload>
class EventList {
 public:
  struct Event {
    Time time;
    std::uint64_t order = 0;
    Payload payload;
  };

  bool empty() const { return heap_.empty(); }
  std::size_t size() const { return heap_.size(); }

  /// The instant of the earliest event; Time::never() when there is none.
  Time next_time() const { return heap_.empty() ? Time::never() : heap_.front().time; }

  void schedule(Time time, std::uint64_t order, const Payload& payload) {
    std::uint32_t slot;
    if (free_.empty()) {
      slot = static_cast<std::uint32_t>(slots_.size());
      slots_.push_back({order, payload});
    } else {
      slot = free_.back();
      free_.pop_back();
      slots_[slot] = {order, payload};
    }
    heap_.push_back({time, slot});
    sift_up(heap_.size() - 1);
  }

  void set_lanes(std::uint32_t) {}
  void schedule_in(std::uint32_t, Time time, std::uint64_t order, const Payload& payload) {
    schedule(time, order, payload);
  }

  /// Takes the earliest event out. Expects that there is one.
  Event pop() {
    const Entry top = heap_.front();
    const Slot& slot = slots_[top.slot];
    const Event event{top.time, slot.order, slot.payload};
    free_.push_back(top.slot);
    const Entry last = heap_.back();
    heap_.pop_back();
    if (!heap_.empty()) sift_down(last);
    return event;
  }

  void clear() {
    heap_.clear();
    slots_.clear();
    free_.clear();
  }

 private:
  struct Entry {
    Time time;
    std::uint32_t slot = 0;
  };
  struct Slot {
    std::uint64_t order;
    Payload payload;
  };

  bool before(const Entry& a, const Entry& b) const {
    if (a.time != b.time) [[likely]] {
      return a.time < b.time;
    }
    return slots_[a.slot].order < slots_[b.slot].order;
  }

  void sift_up(std::size_t position) {
    const Entry moving = heap_[position];
    while (position > 0) {
      const std::size_t parent = (position - 1) / 4;
      if (!before(moving, heap_[parent])) break;
      heap_[position] = heap_[parent];
      position = parent;
    }
    heap_[position] = moving;
  }

  /// Sinks the hole at the top to where `moving` belongs.
  void sift_down(const Entry& moving) {
    const std::size_t size = heap_.size();
    std::size_t position = 0;
    for (;;) {
      const std::size_t first = position * 4 + 1;
      if (first >= size) break;
      const std::size_t last = first + 4 < size ? first + 4 : size;
      std::size_t best = first;
      for (std::size_t child = first + 1; child < last; ++child) {
        if (before(heap_[child], heap_[best])) best = child;
      }
      if (!before(heap_[best], moving)) break;
      heap_[position] = heap_[best];
      position = best;
    }
    heap_[position] = moving;
  }

  std::vector<Entry> heap_;
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_;
};

}  // namespace rehearse
