#pragma once

#include <cstddef>
#include <cstdint>

namespace rehearse {

/// Letters of JSON are looked at so many at a time.
constexpr std::size_t letters_of_masks = 64;

/// What matters among 64 letters of JSON, a bit each, the first letter's the lowest: quotes,
/// backslashes, and brackets of either kind, opening or closing.
struct LetterMasks {
  std::uint64_t quotes = 0;
  std::uint64_t backslashes = 0;
  std::uint64_t brackets = 0;
  bool operator==(const LetterMasks&) const = default;
};

/// Expects 64 letters; sixteen at a time where the processor is known to do so.
LetterMasks masks_of(const char* letters);
/// The same on any processor.
LetterMasks portable_masks_of(const char* letters);

/// Each bit with all that are below it, xor: set from an odd one to before the next even one.
std::uint64_t prefix_xor(std::uint64_t bits);

}  // namespace rehearse
