#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace rehearse {

/// The length of the well-formed UTF-8 character at the front of `text`; 0 when there is none.
/// Expects text.
std::size_t utf8_length(std::string_view text);

/// The characters of a text, each of them one that a terminal shows, so that they can be counted: a
/// tab becomes a blank, what `is_visible` is not and what is not UTF-8 becomes a question mark.
std::vector<std::string> utf8_characters(std::string_view text);

}  // namespace rehearse
