#pragma once

#include <cstddef>
#include <cstdint>

namespace rehearse {

/// Follows the frames of a zstd file (RFC 8878) as its compressed bytes pass by: the decompressor
/// does not tell a file that was cut from one that ended. Holds nothing of the file. What is no
/// frame at all is for the decompressor to refuse.
class ZstdFrames {
 public:
  void see(const char* bytes, std::size_t size);
  /// Whether all frames that began have ended.
  bool all_ended() const { return next_ == Part::magic && got_ == 0 && to_skip_ == 0; }

 private:
  enum class Part { magic, skippable_size, descriptor, block_header };
  void expect(Part part, unsigned bytes);
  void take(std::uint32_t part);
  void take_descriptor(std::uint32_t descriptor);
  void take_block_header(std::uint32_t header);

  Part next_ = Part::magic;
  unsigned wanted_ = 4;  // bytes of the next part
  unsigned got_ = 0;
  std::uint32_t part_ = 0;
  std::uint64_t to_skip_ = 0;  // before it
  bool has_checksum_ = false;
};

}  // namespace rehearse
