#include "calibrate/readers/zstd_frames.hpp"

#include <algorithm>
#include <array>

namespace rehearse {

void ZstdFrames::see(const char* bytes, std::size_t size) {
  while (size > 0) {
    if (to_skip_ > 0) {
      const auto skipped = std::min<std::uint64_t>(to_skip_, size);
      to_skip_ -= skipped;
      bytes += skipped;
      size -= skipped;
      continue;
    }
    part_ |= static_cast<std::uint32_t>(static_cast<unsigned char>(*bytes)) << (8 * got_);
    ++bytes;
    --size;
    if (++got_ == wanted_) take(part_);
  }
}

void ZstdFrames::expect(Part part, unsigned bytes) {
  next_ = part;
  wanted_ = bytes;
  got_ = 0;
  part_ = 0;
}

void ZstdFrames::take(std::uint32_t part) {
  constexpr std::uint32_t skippable = 0x184D2A50;
  switch (next_) {
    case Part::magic:
      if ((part & 0xFFFFFFF0) == skippable) return expect(Part::skippable_size, 4);
      return expect(Part::descriptor, 1);
    case Part::skippable_size:
      to_skip_ = part;
      return expect(Part::magic, 4);
    case Part::descriptor:
      return take_descriptor(part);
    case Part::block_header:
      return take_block_header(part);
  }
}

void ZstdFrames::take_descriptor(std::uint32_t descriptor) {
  constexpr std::array<unsigned, 4> bytes_of_content_size{0, 2, 4, 8};
  constexpr std::array<unsigned, 4> bytes_of_dictionary_id{0, 1, 2, 4};
  const bool single_segment = ((descriptor >> 5) & 1) != 0;
  const std::uint32_t content_size = descriptor >> 6;
  has_checksum_ = ((descriptor >> 2) & 1) != 0;
  to_skip_ = bytes_of_content_size[content_size] + bytes_of_dictionary_id[descriptor & 3];
  // A single segment has no window, and always says its size.
  if (!single_segment || content_size == 0) ++to_skip_;
  expect(Part::block_header, 3);
}

void ZstdFrames::take_block_header(std::uint32_t header) {
  constexpr std::uint32_t one_byte_repeated = 1;
  constexpr unsigned bytes_of_checksum = 4;
  const bool last = (header & 1) != 0;
  to_skip_ = ((header >> 1) & 3) == one_byte_repeated ? 1 : header >> 3;
  if (!last) return expect(Part::block_header, 3);
  if (has_checksum_) to_skip_ += bytes_of_checksum;
  expect(Part::magic, 4);
}

}  // namespace rehearse
