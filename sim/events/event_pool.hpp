#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "sim/events/scheduled_event.hpp"
#include "sim/expects.hpp"
#include "sim/huge_pages.hpp"

namespace rehearse {

/// Events that wait unsorted, addressed by slot and chained into buckets by `next`. A slot that was
/// given back is the first to be taken again, while it is still in the cache. The links stand apart
/// from the events so that a chain can be followed, and its events asked of memory in advance,
/// without touching them.
///
/// Slot 0 holds no event and ends every chain. Allocates only beyond its largest size so far.
template <class Payload>
class EventPool {
 public:
  using Event = ScheduledEvent<Payload>;
  static constexpr std::uint32_t none = 0;

  EventPool() : records_(1), next_(1, none) {}

  std::uint32_t take(EventKey key, Payload payload) {
    if (free_ == none) [[unlikely]]
      grow();
    const std::uint32_t slot = free_;
    free_ = next_[slot];
    put(records_[slot].event, key, payload);
    return slot;
  }

  /// Gives a whole chain back.
  void give_back(std::uint32_t first, std::uint32_t last) {
    next_[last] = free_;
    free_ = first;
  }

  /// Slots that exist, in use or given back.
  std::size_t size() const { return records_.size() - 1; }

  const Event& operator[](std::uint32_t slot) const { return records_[slot].event; }
  std::uint32_t& next(std::uint32_t slot) { return next_[slot]; }

  /// Asks memory for the first events of the chain that begins at `slot`, without waiting.
  void prefetch(std::uint32_t slot) const {
    for (; slot != none; slot = next_[slot]) __builtin_prefetch(&records_[slot]);
  }

  /// Forgets all chains and moves the events in use to slots 1, 2, ... up to size().
  /// Walks through memory from end to end: about 3 ns for each slot.
  void compact() {
    while (free_ != none) {
      const std::uint32_t slot = free_;
      free_ = next_[slot];
      next_[slot] = slot;  // no slot in use is its own successor
    }
    std::uint32_t used = 0;
    for (std::uint32_t slot = 1; slot < records_.size(); ++slot) {
      if (next_[slot] == slot) continue;
      records_[++used] = records_[slot];
      next_[used] = none;
    }
    records_.resize(used + 1);
    next_.resize(used + 1);
  }

  void clear() {
    records_.resize(1);
    next_.resize(1);
    free_ = none;
  }

 private:
  [[gnu::noinline]] void grow() {
    expects(records_.size() < std::numeric_limits<std::uint32_t>::max(),
            "slots are numbered by 32 bits");
    free_ = static_cast<std::uint32_t>(records_.size());
    records_.emplace_back();
    next_.push_back(none);
  }

  static constexpr bool fits_a_line = std::has_single_bit(sizeof(Event)) && sizeof(Event) <= 64;

  /// No event lies across two cache lines if that can be had without padding.
  struct alignas(fits_a_line ? sizeof(Event) : alignof(Event)) Record {
    Event event;
  };

  HugeVector<Record> records_;
  std::vector<std::uint32_t> next_;
  std::uint32_t free_ = none;
};

}  // namespace rehearse
