#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "sim/events/bucket_ring.hpp"
#include "sim/events/event_pool.hpp"
#include "sim/events/far_wheel.hpp"
#include "sim/expects.hpp"

namespace rehearse {

/// The events after the present front, in buckets of equal width: the near ones in a ring, those
/// beyond it in a wheel, a section (a quarter of the ring) at a time. Buckets are opened in order;
/// an event that belongs into an opened one is the caller's to keep.
///
/// To put an event away costs the same however many wait, and so does opening the next bucket, for
/// each event in it.
template <class Payload>
class EventCalendar {
 public:
  using Event = ScheduledEvent<Payload>;
  static constexpr int widest = 56;

  /// Instants as counts that begin at zero for the earliest that a Time can hold.
  static std::uint64_t instant(Time time) {
    return std::uint64_t(time.since_start().in_nanoseconds()) ^ std::uint64_t{1} << 63;
  }

  bool has_opened(Time time) const { return bucket_of(time) <= opened_; }
  std::uint64_t opened() const { return opened_; }
  int shift() const { return shift_; }

  /// Expects that the bucket has not been opened.
  void put_away(EventKey key, Payload payload) {
    place(bucket_of(key.time), pool_.take(key, payload));
  }

  /// Opens the next bucket that has events, calls `take(event)` for each and returns how many.
  /// With `large`, more than the cache holds, it also asks memory for a bucket that comes later,
  /// and calls `foresee(payload, near)` for each event of four buckets between, `near` from 0 to 3
  /// as its turn comes nearer. Expects that an event waits.
  template <class Take, class Foresee>
  std::size_t open_next(bool large, Take&& take, Foresee&& foresee) {
    if (in_ring_ == 0) jump();
    opened_ = ring_.next_filled(opened_);
    while (far_.reached() < last_section_of_ring()) {
      far_.advance([this](std::uint32_t chain) { sort_in(chain); });
    }
    if (large) {
      pool_.prefetch(ring_.head(opened_ + prefetch_distance));
      look_at(opened_ + 8, [&](const Payload& payload) { foresee(payload, 0); });
      look_at(opened_ + 5, [&](const Payload& payload) { foresee(payload, 1); });
      look_at(opened_ + 3, [&](const Payload& payload) { foresee(payload, 2); });
      look_at(opened_ + 1, [&](const Payload& payload) { foresee(payload, 3); });
    }
    const std::uint32_t chain = ring_.take(opened_);
    std::uint32_t last = chain;
    std::size_t size = 0;
    for (std::uint32_t slot = chain; slot != 0; slot = pool_.next(slot)) {
      take(pool_[slot]);
      last = slot;
      ++size;
    }
    pool_.give_back(chain, last);
    in_ring_ -= size;
    return size;
  }

  /// Dissolves the buckets: until `cut_anew` or `clear`, the events only lie there by number.
  void dissolve() { pool_.compact(); }
  void lay_down(const Event& event) { pool_.take({event.time, event.order}, event.payload); }
  std::size_t lying() const { return pool_.size(); }
  const Event& lying(std::size_t number) const { return pool_[std::uint32_t(number + 1)]; }

  /// Cuts time into buckets of 2^shift nanoseconds, opens that of the earliest event and calls
  /// `take(event)` for each event in it, in no order. Expects dissolved buckets and an event, and
  /// as the number of buckets a power of two from 64 on. Walks through all events twice.
  template <class Take>
  void cut_anew(int shift, std::size_t buckets, Take&& take) {
    expects(shift >= 0 && shift <= widest, "a bucket is some nanoseconds wide");
    const auto size = static_cast<std::uint32_t>(pool_.size());
    std::uint64_t first = ~std::uint64_t{0};
    for (std::uint32_t i = 1; i <= size; ++i) first = std::min(first, instant(pool_[i].time));
    shift_ = shift;
    opened_ = first >> shift;
    in_ring_ = 0;
    ring_.resize(buckets);
    section_shift_ = std::countr_zero(buckets) - 2;
    far_.restart(last_section_of_ring());
    for (std::uint32_t slot = 1; slot <= size; ++slot) {
      if (has_opened(pool_[slot].time)) {
        take(pool_[slot]);
        pool_.give_back(slot, slot);
      } else {
        place(bucket_of(pool_[slot].time), slot);
      }
    }
  }

  /// As new, except that the memory is kept: every instant counts as opened.
  void clear() {
    pool_.clear();
    shift_ = 0;
    opened_ = ~std::uint64_t{0};
    in_ring_ = 0;
  }

 private:
  static constexpr std::uint64_t prefetch_distance = 11;

  std::uint64_t bucket_of(Time time) const { return instant(time) >> shift_; }
  std::uint64_t last_section_of_ring() const { return (opened_ >> section_shift_) + 3; }

  void place(std::uint64_t bucket, std::uint32_t slot) {
    const std::uint64_t section = bucket >> section_shift_;
    if (section <= far_.reached()) [[likely]] {
      ring_.push(bucket, slot, pool_.next(slot));
      ++in_ring_;
    } else {
      far_.push(section, slot, pool_.next(slot));
    }
  }

  template <class Look>
  void look_at(std::uint64_t bucket, Look&& look) {
    for (std::uint32_t slot = ring_.head(bucket); slot != 0; slot = pool_.next(slot)) {
      look(pool_[slot].payload);
    }
  }

  [[gnu::noinline]] void sort_in(std::uint32_t chain) {
    while (chain != 0) {
      const std::uint32_t next = pool_.next(chain);
      pool_.prefetch(next);
      place(bucket_of(pool_[chain].time), chain);
      chain = next;
    }
  }

  /// Over the empty time to the first event of the wheel.
  [[gnu::noinline]] void jump() {
    const std::uint32_t chain = far_.take_first();
    std::uint64_t first = ~std::uint64_t{0};
    for (std::uint32_t slot = chain; slot != 0; slot = pool_.next(slot)) {
      first = std::min(first, bucket_of(pool_[slot].time));
    }
    far_.continue_at(first >> section_shift_);
    opened_ = first - 1;
    sort_in(chain);
  }

  EventPool<Payload> pool_;
  BucketRing ring_;
  FarWheel far_;
  std::uint64_t opened_ = ~std::uint64_t{0};  // all buckets up to this one
  std::size_t in_ring_ = 0;
  int shift_ = 0;
  int section_shift_ = 0;
};

}  // namespace rehearse
