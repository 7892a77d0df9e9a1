#pragma once

#include <algorithm>
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

  bool empty() const { return heap_.empty() && waiting_ == 0; }
  std::size_t size() const { return heap_.size() + waiting_; }

  Time next_time() const {
    const Time queued = heap_.empty() ? Time::never() : heap_.front().time;
    return best_ == no_lane ? queued : std::min(queued, lanes_[best_].head().time);
  }

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

  void set_lanes(std::uint32_t n) { lanes_.resize(n); }
  void schedule_in(std::uint32_t lane, Time time, std::uint64_t order, const Payload& payload) {
    lanes_[lane].push({time, order, payload});
    ++waiting_;
    if (best_ == no_lane || earlier(lanes_[lane].head(), lanes_[best_].head())) best_ = lane;
  }

  /// Takes the earliest event out. Expects that there is one.
  Event pop() {
    if (best_ != no_lane) {
      const Event& head = lanes_[best_].head();
      if (heap_.empty() || head.time < heap_.front().time ||
          (head.time == heap_.front().time && head.order < slots_[heap_.front().slot].order)) {
        const Event event = head;
        lanes_[best_].drop();
        --waiting_;
        best_ = no_lane;
        for (std::uint32_t i = 0; waiting_ > 0 && i < lanes_.size(); ++i) {
          if (lanes_[i].empty()) continue;
          if (best_ == no_lane || earlier(lanes_[i].head(), lanes_[best_].head())) best_ = i;
        }
        return event;
      }
    }
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
    for (Lane& lane : lanes_) lane.clear();
    waiting_ = 0;
    best_ = no_lane;
  }

 private:
  static constexpr std::uint32_t no_lane = 0xffffffffU;
  static bool earlier(const Event& a, const Event& b) {
    return a.time != b.time ? a.time < b.time : a.order < b.order;
  }
  struct Lane {
    std::vector<Event> ring = std::vector<Event>(16);
    std::size_t first = 0;
    std::size_t count = 0;
    bool empty() const { return count == 0; }
    const Event& head() const { return ring[first]; }
    Event& at(std::size_t i) { return ring[(first + i) & (ring.size() - 1)]; }
    void push(const Event& event) {
      if (count == ring.size()) grow();
      std::size_t place = count++;
      while (place > 0 && earlier(event, at(place - 1))) {
        at(place) = at(place - 1);
        --place;
      }
      at(place) = event;
    }
    void drop() {
      first = (first + 1) & (ring.size() - 1);
      --count;
    }
    void clear() { first = count = 0; }
    void grow() {
      std::vector<Event> larger(ring.size() * 2);
      for (std::size_t i = 0; i < count; ++i) larger[i] = at(i);
      ring = std::move(larger);
      first = 0;
    }
  };
  std::vector<Lane> lanes_;
  std::size_t waiting_ = 0;
  std::uint32_t best_ = no_lane;
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
