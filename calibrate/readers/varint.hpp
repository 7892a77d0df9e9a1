#pragma once

#include <cstdint>
#include <optional>

namespace rehearse {

/// A number as protobuf writes it: seven bits a byte, the lowest first. `next_byte` gives one byte
/// after another, and what is negative at the end. Nothing when it ends within the number, or when
/// that is longer than ten bytes.
template <class NextByte>
std::optional<std::uint64_t> varint_from(const NextByte& next_byte) {
  constexpr int longest = 10;
  std::uint64_t number = 0;
  for (int i = 0; i < longest; ++i) {
    const int byte = next_byte();
    if (byte < 0) return std::nullopt;
    number |= static_cast<std::uint64_t>(byte & 0x7F) << (7 * i);
    if (byte < 0x80) return number;
  }
  return std::nullopt;
}

}  // namespace rehearse
