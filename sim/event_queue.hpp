#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "sim/bucket_ring.hpp"
#include "sim/event_front.hpp"
#include "sim/event_pool.hpp"
#include "sim/far_wheel.hpp"

namespace rehearse {

template <class Payload>
class EventQueue {
 public:
  using Event = ScheduledEvent<Payload>;

  bool empty() const { return front_.empty(); }
  std::size_t size() const { return count_; }
  const Event& earliest() const { return front_.earliest(); }

  void schedule(const Event& event) {
    if (++count_ > grow_at_) [[unlikely]]
      rebuild(sampled_shift());
    const std::uint64_t bucket = bucket_of(event.time);
    if (bucket <= opened_) {
      debt_ += std::int64_t(front_.insert(event)) - affordable;
      if (debt_ > credit_) [[unlikely]]
        narrow();
    } else {
      const std::uint32_t slot = pool_.take(event);
      place(bucket, slot);
    }
  }

  Event pop() {
    const Event event = front_.earliest();
    front_.drop();
    --count_;
    if (front_.empty() && count_ > 0) open_next();
    return event;
  }

  void clear() {
    front_.clear();
    pool_.clear();
    count_ = 0;
    become_small();
  }

 private:
  static constexpr std::int64_t affordable = 6;
  static constexpr std::size_t few = 12;
  static constexpr std::size_t prefetched_from = 2048;
  static constexpr std::uint64_t ahead = 6;

  static std::uint64_t instant(Time time) {
    return std::uint64_t(time.since_start().in_nanoseconds()) ^ std::uint64_t{1} << 63;
  }
  std::uint64_t bucket_of(Time time) const { return instant(time) >> shift_; }

  void place(std::uint64_t bucket, std::uint32_t slot) {
    const std::uint64_t section = bucket >> section_shift_;
    if (section <= far_.reached()) [[likely]] {
      ring_.push(bucket, slot, pool_.next(slot));
      ++in_ring_;
    } else {
      far_.push(section, slot, pool_.next(slot));
    }
  }

  void sort_in(std::uint32_t chain) {
    while (chain != 0) {
      const std::uint32_t next = pool_.next(chain);
      pool_.prefetch(next);
      place(bucket_of(pool_[chain].time), chain);
      chain = next;
    }
  }

  void open_next() {
    if (count_ < shrink_at_) [[unlikely]]
      return rebuild(shift_);
    const auto in = [this](std::uint32_t chain) { sort_in(chain); };
    while (in_ring_ == 0) {
      far_.jump(in);
      opened_ = (far_.reached() << section_shift_) - 1;
    }
    opened_ = ring_.next_filled(opened_);
    while (far_.reached() < (opened_ >> section_shift_) + 3) far_.advance(in);
    if (count_ > prefetched_from) pool_.prefetch(ring_.head(opened_ + ahead));
    open(ring_.take(opened_));
  }

  void open(const std::uint32_t chain) {
    std::size_t size = 0;
    std::size_t work = 0;
    std::uint32_t last = chain;
    for (std::uint32_t slot = chain; slot != 0; slot = pool_.next(slot)) {
      if (++size <= 24) {
        work += front_.insert(pool_[slot]);
      } else {
        front_.append(pool_[slot]);
      }
      last = slot;
    }
    pool_.give_back(chain, last);
    if (size > 24) work += front_.sort();
    in_ring_ -= size;
    debt_ = std::max<std::int64_t>(0, debt_ + std::int64_t(work) - affordable * std::int64_t(size));
    ++openings_;
    opened_events_ += size;
    sparse_ = std::max<std::int64_t>(0, size == 1 ? sparse_ + 1 : sparse_ - 3);
    if (debt_ > credit_) [[unlikely]]
      return narrow();
    if (sparse_ > std::int64_t(count_) + 256) [[unlikely]]
      widen();
  }

  void narrow() {
    debt_ = 0;
    if (shrink_at_ == 0) return;
    front_.sort_late();
    if (front_.size() >= 32) {
      const std::size_t rank = front_.size() / 2;
      const std::uint64_t span = instant(front_.at(rank).time) - instant(front_.at(0).time);
      if (span == 0) return;
      return rebuild(shift_for(span, rank));
    }
    const std::uint64_t size = opened_events_ / std::max<std::uint64_t>(1, openings_);
    rebuild(std::max(0, shift_ - std::max(1, int(std::bit_width(size)) - 2)));
  }

  void widen() {
    const std::uint64_t buckets = (opened_ - opened_at_rebuild_) / openings_;
    rebuild(std::min(shift_ + std::clamp(int(std::bit_width(buckets)), 1, 3), 56));
  }

  static int shift_for(std::uint64_t span, std::size_t events) {
    const std::uint64_t width = 3 * (span / events) / 2;
    return std::min(int(std::bit_width(width)), 56);
  }

  int sampled_shift() {
    std::array<std::uint64_t, 128> sample;
    collect();
    const std::size_t step = std::max<std::size_t>(1, pool_.size() / sample.size());
    std::size_t size = 0;
    for (std::size_t slot = 1; slot <= pool_.size() && size < sample.size(); slot += step) {
      sample[size++] = instant(pool_[std::uint32_t(slot)].time);
    }
    std::sort(sample.begin(), sample.begin() + std::ptrdiff_t(size));
    const std::size_t rank = size / 4;
    return shift_for(sample[rank] - sample[0], std::max<std::size_t>(1, rank * step));
  }

  /// Moves everything into slots 1, 2, ... of the pool.
  void collect() {
    front_.sort_late();
    for (std::size_t rank = 0; rank < front_.size(); ++rank) pool_.take(front_.at(rank));
    front_.clear();
    pool_.compact();
  }

  void rebuild(int shift) {
    collect();
    const std::size_t events = pool_.size();
    if (events < few) {
      become_small();
    } else {
      become_ring(shift, events);
    }
    std::uint32_t dead = 0;
    for (std::uint32_t slot = 1; slot <= events; ++slot) {
      const std::uint64_t bucket = bucket_of(pool_[slot].time);
      if (bucket > opened_) {
        place(bucket, slot);
      } else {
        front_.append(pool_[slot]);
        pool_.give_back(slot, slot);
      }
    }
    (void)dead;
    front_.sort();
  }

  void become_ring(int shift, std::size_t events) {
    std::uint64_t first = ~std::uint64_t{0};
    for (std::uint32_t slot = 1; slot <= events; ++slot) {
      first = std::min(first, instant(pool_[slot].time));
    }
    ring_.resize(std::max<std::size_t>(256, std::bit_ceil(2 * events)));
    section_shift_ = int(std::bit_width(ring_.size())) - 3;
    shift_ = shift;
    opened_ = first >> shift_;
    opened_at_rebuild_ = opened_;
    far_.restart((opened_ >> section_shift_) + 3);
    in_ring_ = 0;
    grow_at_ = std::max<std::size_t>(256, ring_.size());
    shrink_at_ = ring_.size() == 256 ? few : ring_.size() / 16;
    learn_anew(events);
  }

  void become_small() {
    shift_ = 0;
    opened_ = ~std::uint64_t{0};
    in_ring_ = 0;
    grow_at_ = EventFront<Payload>::reach;
    shrink_at_ = 0;
    learn_anew(0);
  }

  void learn_anew(std::size_t events) {
    debt_ = 0;
    sparse_ = 0;
    openings_ = 0;
    opened_events_ = 0;
    credit_ = 16 * std::int64_t(events) + 4096;
  }

  EventFront<Payload> front_;
  EventPool<Payload> pool_;
  BucketRing ring_;
  FarWheel far_;
  std::uint64_t opened_ = ~std::uint64_t{0};
  std::uint64_t opened_at_rebuild_ = 0;
  int shift_ = 0;
  int section_shift_ = 0;
  std::size_t count_ = 0;
  std::size_t in_ring_ = 0;
  std::size_t grow_at_ = EventFront<Payload>::reach;
  std::size_t shrink_at_ = 0;
  std::int64_t debt_ = 0;
  std::int64_t credit_ = 4096;
  std::int64_t sparse_ = 0;
  std::uint64_t openings_ = 0;
  std::uint64_t opened_events_ = 0;
};

}  // namespace rehearse
