#pragma once

#include <cstdint>
#include <string_view>

namespace rehearse {

/// A bijective 64-bit mixer (Stafford's variant 13, the finaliser of SplitMix64): every input bit
/// reaches every output bit.
constexpr std::uint64_t mixed(std::uint64_t value) {
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9ULL;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebULL;
  return value ^ (value >> 31);
}

/// Extends a hash by one word; the order of the words matters.
constexpr std::uint64_t extended(std::uint64_t hash, std::uint64_t word) {
  return mixed(hash * 0x9e3779b97f4a7c15ULL + word + 0x632be59bd9b4e019ULL);
}

/// The same value for the same bytes on every machine, compiler and run. Not for adversaries.
constexpr std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325ULL ^ text.size();
  for (const char letter : text) {
    hash = (hash ^ static_cast<unsigned char>(letter)) * 0x100000001b3ULL;
  }
  return mixed(hash);
}

}  // namespace rehearse
