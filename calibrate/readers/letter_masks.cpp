#include "calibrate/readers/letter_masks.hpp"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace rehearse {

LetterMasks portable_masks_of(const char* letters) {
  LetterMasks masks;
  for (std::size_t i = 0; i < letters_of_masks; ++i) {
    const char letter = letters[i];
    const bool bracket = letter == '{' || letter == '}' || letter == '[' || letter == ']';
    masks.quotes |= std::uint64_t{letter == '"'} << i;
    masks.backslashes |= std::uint64_t{letter == '\\'} << i;
    masks.brackets |= std::uint64_t{bracket} << i;
  }
  return masks;
}

#if defined(__SSE2__)

LetterMasks masks_of(const char* letters) {
  constexpr std::size_t letters_at_once = 16;
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i backslash = _mm_set1_epi8('\\');
  // A square bracket and the curly one of its direction differ in this bit only.
  const __m128i curly = _mm_set1_epi8(0x20);
  const __m128i opening = _mm_set1_epi8('{');
  const __m128i closing = _mm_set1_epi8('}');
  const auto bits = [](__m128i equal) {
    return static_cast<std::uint64_t>(static_cast<unsigned>(_mm_movemask_epi8(equal)));
  };
  LetterMasks masks;
  for (std::size_t i = 0; i < letters_of_masks; i += letters_at_once) {
    const __m128i some = _mm_loadu_si128(reinterpret_cast<const __m128i*>(letters + i));
    const __m128i curled = _mm_or_si128(some, curly);
    masks.quotes |= bits(_mm_cmpeq_epi8(some, quote)) << i;
    masks.backslashes |= bits(_mm_cmpeq_epi8(some, backslash)) << i;
    masks.brackets |=
        bits(_mm_or_si128(_mm_cmpeq_epi8(curled, opening), _mm_cmpeq_epi8(curled, closing))) << i;
  }
  return masks;
}

#else

LetterMasks masks_of(const char* letters) {
  return portable_masks_of(letters);
}

#endif

std::uint64_t prefix_xor(std::uint64_t bits) {
  for (int shift = 1; shift < 64; shift *= 2) bits ^= bits << shift;
  return bits;
}

}  // namespace rehearse
