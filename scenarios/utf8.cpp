#include "scenarios/utf8.hpp"

namespace rehearse {

std::size_t utf8_length(std::string_view text) {
  const auto first = static_cast<unsigned char>(text.front());
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 0;
  if (length == 0 || first > 0xf4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xc0) != 0x80) return 0;
  }
  return length;
}

std::vector<std::string> utf8_characters(std::string_view line) {
  std::vector<std::string> characters;
  while (!line.empty()) {
    const std::size_t length = utf8_length(line);
    const auto first = static_cast<unsigned char>(line.front());
    if (length == 0 || (length == 1 && (first < 0x20 || first == 0x7f))) {
      characters.emplace_back(first == '\t' ? " " : "?");
      line.remove_prefix(1);
    } else {
      characters.emplace_back(line.substr(0, length));
      line.remove_prefix(length);
    }
  }
  return characters;
}

}  // namespace rehearse
