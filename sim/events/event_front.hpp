#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/events/scheduled_event.hpp"

namespace rehearse {

/// The next few events, sorted, the earliest at the back. What belongs far from the back of a long
/// front goes to a four-ary heap instead, `late`, so that no event moves more than `reach` others:
/// thousands at one instant cost what they cost a heap, not the square of it. The earliest of all
/// is always at the back; a late event moves there when its turn has come.
///
/// Every function that sorts in returns the work it took, in events moved, from which the queue
/// learns whether its fronts are too long.
template <class Payload>
class EventFront {
 public:
  using Event = ScheduledEvent<Payload>;
  static constexpr std::size_t reach = 48;

  EventFront() : sorted_(reach) { clear(); }

  bool empty() const { return count_ == 0; }
  std::size_t size() const { return count_ + late_.size(); }

  /// The earliest event; when there is none, something at Time::never().
  const Event& earliest() const { return sorted_[count_]; }

  std::size_t insert(EventKey key, Payload payload) {
    if (count_ > reach && leaves_before(sorted_[count_ - reach], key)) [[unlikely]] {
      return insert_late({key.time, key.order, payload});
    }
    make_room();
    Event* place = &sorted_[++count_];
    Event* const end = place;
    while (leaves_before(place[-1], key)) {
      place[0] = place[-1];
      --place;
    }
    put(*place, key, payload);
    return std::size_t(end - place);
  }

  /// Drops the earliest event. Expects that there is one.
  void drop() {
    --count_;
    if (!late_.empty()) [[unlikely]]
      call_late();
  }

  /// Adds without sorting; `sort` must follow before anything else.
  void append(const Event& event) {
    make_room();
    sorted_[++count_] = event;
  }

  std::size_t sort() {
    const auto first = sorted_.begin() + 1;
    std::sort(first, first + std::ptrdiff_t(count_), leaves_after);
    return count_ * std::size_t(std::bit_width(count_)) / 2;
  }

  /// Brings the late events into the sorted part.
  std::size_t sort_late() {
    for (const Event& event : late_) append(event);
    late_.clear();
    return sort();
  }

  /// The event that leaves after `rank` others. Expects that none is late.
  const Event& at(std::size_t rank) const { return sorted_[count_ - rank]; }

  void clear() {
    count_ = 0;
    late_.clear();
    const EventKey last;
    sorted_[0].time = last.time;  // ends every search for a place
    sorted_[0].order = last.order;
  }

 private:
  static bool leaves_after(const Event& a, const Event& b) { return leaves_before(b, a); }

  void make_room() {
    if (count_ + 1 == sorted_.size()) [[unlikely]]
      sorted_.resize(2 * sorted_.size());
  }

  [[gnu::noinline]] std::size_t insert_late(const Event& event) {
    late_.push_back(event);
    std::size_t position = late_.size() - 1;
    while (position > 0) {
      const std::size_t parent = (position - 1) / 4;
      if (!leaves_before(event, late_[parent])) break;
      late_[position] = late_[parent];
      position = parent;
    }
    late_[position] = event;
    return 16;
  }

  /// Moves late events to the back until the earliest of all is there. Many at once are sorted: a
  /// sort is faster than as many steps of a heap.
  [[gnu::noinline]] void call_late() {
    if (count_ == 0 && late_.size() > reach) {
      sort_late();
    } else if (count_ == 0 || leaves_before(late_.front(), sorted_[count_])) {
      append(late_.front());
      drop_first_late();
    }
  }

  void drop_first_late() {
    const Event moving = late_.back();
    late_.pop_back();
    const std::size_t size = late_.size();
    if (size == 0) return;
    std::size_t position = 0;
    for (std::size_t first = 1; first < size; first = position * 4 + 1) {
      const std::size_t last = first + 4 < size ? first + 4 : size;
      std::size_t best = first;
      for (std::size_t child = first + 1; child < last; ++child) {
        if (leaves_before(late_[child], late_[best])) best = child;
      }
      if (!leaves_before(late_[best], moving)) break;
      late_[position] = late_[best];
      position = best;
    }
    late_[position] = moving;
  }

  std::vector<Event> sorted_;  // from 1 to count_; 0 is after everything
  std::vector<Event> late_;
  std::size_t count_ = 0;
};

}  // namespace rehearse
