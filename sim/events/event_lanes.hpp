#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/events/scheduled_event.hpp"
#include "sim/expects.hpp"

namespace rehearse {

/// Events with constant delays, a first-in-first-out lane for each delay: within a lane times never
/// fall, so that scheduling is writing behind the last. Also the place of what is pending at most
/// once, such as a source's next arrival. The earliest of the lanes' heads is kept at hand; up to
/// eight heads are compared one by one, more of them in a tournament, of which a changed head
/// replays only its own matches.
///
/// Allocates only when a lane holds more events than ever before.
template <class Payload>
class EventLanes {
 public:
  using Event = ScheduledEvent<Payload>;

  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }

  /// Where the earliest event stands in the order of all; after all when there is none.
  const EventKey& earliest() const { return earliest_; }

  /// Expects no events.
  void set_count(std::uint32_t count) {
    expects(empty(), "the number of lanes changes while no event is pending");
    lanes_.assign(count, Lane());
    const std::uint32_t leaves = std::bit_ceil(count);
    heads_.assign(leaves, EventKey());
    winners_.assign(count > compared_one_by_one ? leaves : 0, 0);
    clear();
  }

  /// Expects a lane that exists, and a time not before the last in this lane. Moves back among its
  /// equals in time.
  void schedule(std::uint32_t number, EventKey key, Payload payload) {
    Lane& lane = lanes_[number];
    if (lane.count == lane.events.size()) [[unlikely]]
      lane.grow();
    std::uint32_t place = lane.count++;
    for (; place > 0 && leaves_before(key, lane.at(place - 1)); --place) {
      lane.at(place) = lane.at(place - 1);
    }
    put(lane.at(place), key, payload);
    ++size_;
    if (place == 0) enter(number, key);
  }

  /// Takes the earliest event out. Expects that there is one.
  Event pop() {
    Lane& lane = lanes_[best_];
    const Event event = lane.at(0);
    lane.first = (lane.first + 1) & lane.mask();
    --lane.count;
    --size_;
    heads_[best_] = lane.count == 0 ? EventKey() : EventKey{lane.at(0).time, lane.at(0).order};
    winners_.empty() ? compare_all() : replay(best_);
    earliest_ = heads_[best_];
    return event;
  }

  /// Forgets the events; keeps the lanes and their memory.
  void clear() {
    for (Lane& lane : lanes_) lane.first = lane.count = 0;
    for (EventKey& head : heads_) head = EventKey();
    for (std::size_t match = winners_.size(); match-- > 1;) winners_[match] = winner_of(match);
    size_ = 0;
    best_ = 0;
    earliest_ = EventKey();
  }

 private:
  static constexpr std::uint32_t compared_one_by_one = 8;

  /// A ring of events, its length a power of two.
  struct Lane {
    std::vector<Event> events;
    std::uint32_t first = 0;
    std::uint32_t count = 0;

    std::uint32_t mask() const { return static_cast<std::uint32_t>(events.size() - 1); }
    Event& at(std::uint32_t place) { return events[(first + place) & mask()]; }

    void grow() {
      std::vector<Event> longer(events.empty() ? 4 : 2 * events.size());
      for (std::uint32_t place = 0; place < count; ++place) longer[place] = at(place);
      events.swap(longer);
      first = 0;
    }
  };

  /// A lane has a new head.
  void enter(std::uint32_t number, EventKey key) {
    heads_[number] = key;
    if (!winners_.empty()) replay(number);
    if (!leaves_before(key, earliest_) && size_ > 1) return;
    best_ = number;
    earliest_ = key;
  }

  void compare_all() {
    best_ = 0;
    for (std::uint32_t lane = 1; lane < lanes_.size(); ++lane) {
      if (is_ahead(lane, best_)) best_ = lane;
    }
  }

  /// Plays the matches of one lane again, from the first round to the final, match 1.
  void replay(std::uint32_t lane) {
    for (std::size_t match = (winners_.size() + lane) / 2; match > 0; match /= 2) {
      winners_[match] = winner_of(match);
    }
    best_ = winners_[1];
  }

  std::uint32_t winner_of(std::size_t match) const {
    const std::uint32_t left = contestant(2 * match);
    const std::uint32_t right = contestant(2 * match + 1);
    return is_ahead(right, left) ? right : left;
  }

  /// Who comes out of a match; numbers beyond the matches stand for the lanes themselves.
  std::uint32_t contestant(std::size_t match) const {
    const std::size_t matches = winners_.size();
    return match < matches ? winners_[match] : static_cast<std::uint32_t>(match - matches);
  }

  bool is_ahead(std::uint32_t a, std::uint32_t b) const {
    return leaves_before(heads_[a], heads_[b]);
  }

  std::vector<Lane> lanes_;
  std::vector<EventKey> heads_;         // of empty lanes, after all
  std::vector<std::uint32_t> winners_;  // by match; empty when heads are compared one by one
  EventKey earliest_;
  std::size_t size_ = 0;
  std::uint32_t best_ = 0;
};

}  // namespace rehearse
