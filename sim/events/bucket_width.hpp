#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

#include "sim/expects.hpp"

namespace rehearse {

/// Learns how wide buckets should be from the work they make. Work beyond what a bucket of two or
/// three events makes is a debt; when the debt exceeds what it would cost to cut time anew, it is
/// time to do so, with narrower buckets. So learning costs at most a constant for each event, and
/// what is learnt depends on the sequence of operations alone.
class BucketWidth {
 public:
  /// Begins anew, with so many events pending and buckets opened up to `opened`.
  void restart(std::size_t events, std::uint64_t opened) {
    *this = BucketWidth();
    pending_ = std::int64_t(events);
    credit_ = 16 * pending_ + 4096;
    first_opened_ = opened;
  }

  /// An event was sorted into the front by so many moves.
  void note_insertion(std::size_t moves) { debt_ += std::int64_t(moves) - affordable; }

  /// A bucket of so many events was opened and sorted.
  void note_opening(std::size_t events, std::size_t moves) {
    const std::int64_t balance = std::int64_t(moves) - affordable * std::int64_t(events);
    debt_ = std::max<std::int64_t>(0, debt_ + balance);
    lonely_ = std::max<std::int64_t>(0, events == 1 ? lonely_ + 1 : lonely_ - 3);
    ++openings_;
    events_ += events;
  }

  bool is_too_wide() const { return debt_ > credit_; }
  /// Buckets with a single event are the rule: half an event or less in each on average.
  bool is_too_narrow() const { return lonely_ > pending_ + 256; }
  void forgive() { debt_ = 0; }

  /// By how many powers of two to narrow, from the events in each opened bucket.
  int too_wide_by() const {
    const std::uint64_t events = events_ / std::max<std::uint64_t>(1, openings_);
    return std::max(1, int(std::bit_width(events)) - 2);
  }

  /// By how many powers of two to widen, from the empty buckets between.
  int too_narrow_by(std::uint64_t opened) const {
    const std::uint64_t distance = (opened - first_opened_) / std::max<std::uint64_t>(1, openings_);
    return std::clamp(int(std::bit_width(distance)), 1, 3);
  }

  /// The shift of a width that holds two or three of so many events in a `span` of nanoseconds.
  static int shift_for(std::uint64_t span, std::size_t events) {
    expects(events > 0, "a width is learned from events");
    const std::uint64_t gap = span / events;
    return int(std::bit_width(gap + gap / 2));
  }

  /// The same from instants of every `step`-th event: the first quarter of them shows how dense
  /// events are where the next ones leave. Expects at least four.
  static int shift_for_sample(std::span<std::uint64_t> instants, std::size_t step) {
    expects(instants.size() >= 4, "a sample has four quarters");
    std::sort(instants.begin(), instants.end());
    const std::size_t quarter = instants.size() / 4;
    return shift_for(instants[quarter] - instants[0], quarter * step);
  }

 private:
  static constexpr std::int64_t affordable = 3;  // moves for each event

  std::int64_t debt_ = 0;
  std::int64_t credit_ = 4096;
  std::int64_t lonely_ = 0;
  std::int64_t pending_ = 0;
  std::uint64_t openings_ = 0;
  std::uint64_t events_ = 0;
  std::uint64_t first_opened_ = 0;
};

}  // namespace rehearse
