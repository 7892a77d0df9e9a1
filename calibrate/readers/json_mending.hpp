#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace rehearse {

/// Stands in a mended text for what could not be read.
constexpr std::string_view unreadable_mark = "\xEF\xBF\xBD";  // U+FFFD

/// A JSON text after its odd values were replaced, and what was wrong with it.
struct MendedJson {
  std::string text;
  std::uint64_t values = 0;  // that were replaced
  std::size_t first = 0;     // where the first of them stood in the text as it was
  std::string_view why;      // what was wrong with it
};

/// Writes `text` anew so that what is wrong with one value costs that value alone. In a text, bytes
/// that are no UTF-8, halves of a surrogate, escapes that mean nothing and control characters
/// become the mark; a number too large for 64 bits becomes a text of its digits; a word that is
/// none becomes the mark. An object with something else than members becomes null; what stands in a
/// list and is no value is left out. Expects brackets that match, as ElementScanner cuts them;
/// otherwise the result is no better than `text`. Linear in time and memory.
MendedJson mend_json(std::string_view text);

}  // namespace rehearse
