#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "sim/events/bucket_width.hpp"
#include "sim/events/event_calendar.hpp"
#include "sim/events/event_front.hpp"

namespace rehearse {

/// Events at random times, earliest first: a sorted front, refilled bucket by bucket from a
/// calendar. The width of the buckets follows the density of events, their number that of the
/// events. With few events all of them stand in the front and there are no buckets.
///
/// An event costs the same however many are pending, as long as not very many share one bucket;
/// those cost what they would cost a heap or a sort.
template <class Payload>
class EventQueue {
 public:
  using Event = ScheduledEvent<Payload>;

  bool empty() const { return front_.empty(); }
  std::size_t size() const { return size_; }

  /// When it is empty, something at Time::never().
  const Event& earliest() const { return front_.earliest(); }

  void schedule(EventKey key, Payload payload) {
    if (++size_ > most_) [[unlikely]]
      grow();
    if (calendar_.has_opened(key.time)) {
      width_.note_insertion(front_.insert(key, payload));
      if (width_.is_too_wide()) [[unlikely]]
        narrow();
    } else {
      calendar_.put_away(key, payload);
    }
  }

  /// Expects that it is not empty.
  template <class Foresee>
  Event pop(Foresee&& foresee) {
    const Event event = front_.earliest();
    front_.drop();
    --size_;
    if (front_.empty()) {
      if (size_ > 0) {
        refill(foresee);
      } else if (fewest_ > 0) {
        become_small();
      }
    }
    return event;
  }

  void clear() {
    front_.clear();
    size_ = 0;
    become_small();
  }

 private:
  using Calendar = EventCalendar<Payload>;
  static constexpr std::size_t most_without_buckets = EventFront<Payload>::reach;
  static constexpr std::size_t fewest_with_buckets = 12;
  static constexpr std::size_t fewest_buckets = 256;
  static constexpr std::size_t large = 16'384;
  static constexpr std::size_t sorted_one_by_one = 24;

  /// Brings the next bucket into the empty front.
  template <class Foresee>
  void refill(Foresee&& foresee) {
    if (size_ < fewest_) [[unlikely]]
      return rebuild(calendar_.shift());
    std::size_t moves = 0;
    const std::size_t events = calendar_.open_next(
        size_ > large,
        [&](const Event& event) {
          if (front_.size() < sorted_one_by_one) {
            moves += front_.insert({event.time, event.order}, event.payload);
          } else {
            front_.append(event);
          }
        },
        foresee);
    if (events > sorted_one_by_one) moves += front_.sort();
    width_.note_opening(events, moves);
    if (width_.is_too_wide()) [[unlikely]]
      return narrow();
    if (width_.is_too_narrow()) [[unlikely]]
      rebuild(calendar_.shift() + width_.too_narrow_by(calendar_.opened()));
  }

  /// The front itself shows how dense events are, if it is long enough.
  [[gnu::noinline]] void narrow() {
    width_.forgive();
    if (fewest_ == 0) return;
    front_.sort_late();
    if (front_.size() < 32) return rebuild(calendar_.shift() - width_.too_wide_by());
    const std::size_t half = front_.size() / 2;
    const std::uint64_t span =
        Calendar::instant(front_.at(half).time) - Calendar::instant(front_.at(0).time);
    if (span > 0) rebuild(BucketWidth::shift_for(span, half));
  }

  /// Many events may have come since any left: a sample of all of them shows how dense they are.
  [[gnu::noinline]] void grow() {
    dissolve();
    std::array<std::uint64_t, 128> sample;
    const std::size_t step = std::max<std::size_t>(1, calendar_.lying() / sample.size());
    std::size_t count = 0;
    for (std::size_t i = 0; i < calendar_.lying() && count < sample.size(); i += step) {
      sample[count++] = Calendar::instant(calendar_.lying(i).time);
    }
    rebuild(BucketWidth::shift_for_sample({sample.data(), count}, step));
  }

  [[gnu::noinline]] void rebuild(int shift) {
    dissolve();
    const std::size_t events = calendar_.lying();
    if (events < fewest_with_buckets) {
      for (std::size_t i = 0; i < events; ++i) front_.append(calendar_.lying(i));
      become_small();
    } else {
      most_ = std::max(fewest_buckets, std::bit_ceil(2 * events));
      fewest_ = most_ == fewest_buckets ? fewest_with_buckets : most_ / 16;
      calendar_.cut_anew(std::clamp(shift, 0, Calendar::widest), most_,
                         [this](const Event& event) { front_.append(event); });
      width_.restart(events, calendar_.opened());
    }
    front_.sort();
  }

  void dissolve() {
    front_.sort_late();
    for (std::size_t rank = 0; rank < front_.size(); ++rank) calendar_.lay_down(front_.at(rank));
    front_.clear();
    calendar_.dissolve();
  }

  void become_small() {
    calendar_.clear();
    most_ = most_without_buckets;
    fewest_ = 0;
    width_.restart(0, 0);
  }

  EventFront<Payload> front_;
  Calendar calendar_;
  BucketWidth width_;
  std::size_t size_ = 0;
  std::size_t most_ = most_without_buckets;  // more: cut anew
  std::size_t fewest_ = 0;                   // fewer: cut anew, or do without buckets
};

}  // namespace rehearse
