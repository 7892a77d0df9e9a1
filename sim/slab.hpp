#pragma once

#include <cstdint>
#include <vector>

#include "sim/expects.hpp"
#include "sim/huge_pages.hpp"

namespace rehearse {

/// Names a record of a Slab. A record's name dies with it: the generation tells an old name of a
/// reused slot from the new one.
struct SlabId {
  static constexpr std::uint32_t no_slot = 0xffffffffU;
  std::uint32_t slot = no_slot;
  std::uint32_t generation = 0;
  bool operator==(const SlabId&) const = default;
  explicit operator bool() const { return slot != no_slot; }
};

/// Records addressed by index, reused last in first out, so that the same few stay in the cache and
/// a copy of the slab is a copy of the state. Allocates only when it grows beyond its largest size
/// so far. `Record` must have a member `std::uint32_t generation`, which the slab keeps: odd while
/// the record is in use.
template <class Record>
class Slab {
 public:
  /// A slot that is free for use. Its record keeps what its last user left in it; only `generation`
  /// is new.
  std::uint32_t take() {
    if (free_count_ == 0) [[unlikely]] {
      grow();
    }
    const std::uint32_t slot = free_[--free_count_];
    ++records_[slot].generation;
    return slot;
  }

  void give_back(std::uint32_t slot) {
    expects(in_use(slot), "a record is given back once");
    ++records_[slot].generation;
    free_[free_count_++] = slot;
  }

  Record& operator[](std::uint32_t slot) { return records_[slot]; }
  const Record& operator[](std::uint32_t slot) const { return records_[slot]; }

  SlabId id(std::uint32_t slot) const { return {slot, records_[slot].generation}; }
  bool is_live(SlabId id) const { return records_[id.slot].generation == id.generation; }
  bool in_use(std::uint32_t slot) const { return (records_[slot].generation & 1U) != 0; }

  std::size_t in_use() const { return records_.size() - free_count_; }
  /// Slots that exist, in use or not.
  std::size_t size() const { return records_.size(); }

  /// Forgets every record and keeps the memory. Generations start again, so that a reused slab
  /// behaves like a new one.
  void clear() {
    records_.clear();
    free_.clear();
    free_count_ = 0;
  }

 private:
  void grow() {
    expects(records_.size() < SlabId::no_slot, "slots are numbered by 32 bits");
    free_.push_back(0);
    free_[free_count_++] = static_cast<std::uint32_t>(records_.size());
    records_.emplace_back();
  }

  HugeVector<Record> records_;
  std::vector<std::uint32_t> free_;  // as long as records_, so that giving back checks nothing
  std::size_t free_count_ = 0;
};

}  // namespace rehearse
