#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "sim/hash.hpp"

namespace rehearse {

/// Folds numbers into one, so that two runs can be compared at a glance; the order matters. Not for
/// adversaries.
class Digest {
 public:
  constexpr void add(std::uint64_t value) { value_ = extended(value_, value); }
  constexpr std::uint64_t value() const { return value_; }
  bool operator==(const Digest&) const = default;

 private:
  std::uint64_t value_ = 0;
};

/// Sixteen lower-case hexadecimal digits, the form in which people see a digest.
inline std::string to_hex(std::uint64_t value) {
  std::string text(16, '0');
  for (std::size_t i = text.size(); i > 0; --i, value >>= 4) {
    text[i - 1] = "0123456789abcdef"[value & 15];
  }
  return text;
}

}  // namespace rehearse
