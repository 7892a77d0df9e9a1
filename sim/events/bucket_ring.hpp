#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/expects.hpp"

namespace rehearse {

/// A ring of chains of slots, one for each of so many consecutive bucket numbers. Two levels of
/// bits say which are not empty, so that 64 empty buckets cost no more than one, and 4,096 little
/// more. The links of the chains belong to the caller.
class BucketRing {
 public:
  /// Makes all buckets empty. Expects a power of two, at least 64.
  void resize(std::size_t buckets) {
    expects(std::has_single_bit(buckets) && buckets >= 64, "a ring has words full of buckets");
    heads_.assign(buckets, 0);
    filled_.assign(buckets / 64, 0);
    filled_words_.assign((buckets / 64 + 63) / 64, 0);
    mask_ = buckets - 1;
  }

  std::size_t size() const { return heads_.size(); }

  /// Puts `slot` before the chain of bucket `number`; `next` is the slot's link.
  void push(std::uint64_t number, std::uint32_t slot, std::uint32_t& next) {
    const std::uint64_t bucket = number & mask_;
    next = heads_[bucket];
    heads_[bucket] = slot;
    filled_[bucket / 64] |= std::uint64_t{1} << bucket % 64;
    filled_words_[bucket / 4096] |= std::uint64_t{1} << bucket / 64 % 64;
  }

  std::uint32_t head(std::uint64_t number) const { return heads_[number & mask_]; }

  /// Empties bucket `number` and returns its chain.
  std::uint32_t take(std::uint64_t number) {
    const std::uint64_t bucket = number & mask_;
    const std::uint32_t head = heads_[bucket];
    heads_[bucket] = 0;
    filled_[bucket / 64] &= ~(std::uint64_t{1} << bucket % 64);
    if (filled_[bucket / 64] == 0) {
      filled_words_[bucket / 4096] &= ~(std::uint64_t{1} << bucket / 64 % 64);
    }
    return head;
  }

  /// The number of the first bucket after `number` which is not empty. Expects that there is one.
  std::uint64_t next_filled(std::uint64_t number) const {
    const std::uint64_t start = (number + 1) & mask_;
    const std::uint64_t here = filled_[start / 64] >> start % 64;
    if (here != 0) [[likely]] {
      return number + 1 + std::uint64_t(std::countr_zero(here));
    }
    const std::uint64_t word = next_filled_word(start / 64);
    const std::uint64_t bucket = word * 64 + std::uint64_t(std::countr_zero(filled_[word]));
    return number + 1 + ((bucket - start) & mask_);
  }

 private:
  /// Goes round: the last word it looks at is `word` itself.
  std::uint64_t next_filled_word(std::uint64_t word) const {
    std::uint64_t group = word / 64;
    std::uint64_t rest = filled_words_[group] & ((~std::uint64_t{0} << word % 64) << 1);
    while (rest == 0) {
      group = group + 1 < filled_words_.size() ? group + 1 : 0;
      rest = filled_words_[group];
    }
    return group * 64 + std::uint64_t(std::countr_zero(rest));
  }

  std::vector<std::uint32_t> heads_;
  std::vector<std::uint64_t> filled_;        // a bit for each bucket
  std::vector<std::uint64_t> filled_words_;  // a bit for each word of filled_
  std::uint64_t mask_ = 0;
};

}  // namespace rehearse
