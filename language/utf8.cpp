#include "language/utf8.hpp"

#include <algorithm>

#include "sim/visible_text.hpp"

namespace rehearse {

std::size_t utf8_length(std::string_view text) {
  return first_character(text).length;
}

std::vector<std::string> utf8_characters(std::string_view line) {
  std::vector<std::string> characters;
  while (!line.empty()) {
    const Utf8Character first = first_character(line);
    const std::size_t length = std::max<std::size_t>(1, first.length);
    if (first.length > 0 && is_visible(first.code)) {
      characters.emplace_back(line.substr(0, length));
    } else {
      characters.emplace_back(line.front() == '\t' ? " " : "?");
    }
    line.remove_prefix(length);
  }
  return characters;
}

}  // namespace rehearse
