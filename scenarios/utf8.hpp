#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace rehearse {

/// The length of the well-formed UTF-8 character at the front of `text`; 0 when there is none.
/// Expects text.
std::size_t utf8_length(std::string_view text);

/// The characters of a text, fit for a terminal: a tab becomes a blank, control characters and
/// bytes that are not UTF-8 become question marks.
std::vector<std::string> utf8_characters(std::string_view text);

}  // namespace rehearse
