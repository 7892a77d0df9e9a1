#include "tests/fuzz/mutation.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace rehearse::test {
namespace {

constexpr std::array<std::string_view, 24> stumbling_blocks{"9223372036854775807",
                                                            "-9223372036854775808",
                                                            "18446744073709551615",
                                                            "1e400",
                                                            "-0",
                                                            "NaN",
                                                            "-Infinity",
                                                            "null",
                                                            "true",
                                                            "{}",
                                                            "[]",
                                                            "\"\"",
                                                            "\\u0000",
                                                            "\\ud800",
                                                            "\x1b[2J",
                                                            "\xff\xfe",
                                                            "\xe2\x80\xae",
                                                            "[[[[[[[[",
                                                            "{\"data\":[",
                                                            "\n",
                                                            "\"",
                                                            ",",
                                                            std::string_view("\0\0\0\0\0\0\0\0", 8),
                                                            "\xff\xff\xff\xff\xff\xff\xff\xff\x7f"};

/// A stretch of at most 32 letters.
struct Stretch {
  std::size_t from = 0;
  std::size_t size = 0;
};

Stretch some_stretch(const std::string& text, RandomStream& luck) {
  constexpr std::uint64_t longest = 32;
  Stretch stretch;
  stretch.from = luck.below(text.size() + 1);
  stretch.size = std::min(luck.below(longest) + 1, text.size() - stretch.from);
  return stretch;
}

void flip_bit(std::string& text, RandomStream& luck) {
  if (text.empty()) return;
  char& letter = text[luck.below(text.size())];
  letter = static_cast<char>(static_cast<unsigned char>(letter) ^ (1U << luck.below(8)));
}

void mutate_once(std::string& text, const std::string& other, RandomStream& luck) {
  const Stretch stretch = some_stretch(text, luck);
  const std::string found = text.substr(stretch.from, stretch.size);
  switch (luck.below(8)) {
    case 0:
      return flip_bit(text, luck);
    case 1:
      text.erase(stretch.from, stretch.size);
      return;
    case 2:
      text.insert(stretch.from, found);
      return;
    case 3:
      text.insert(luck.below(text.size() + 1), found);
      return;
    case 4:
      text.resize(stretch.from);
      return;
    case 5: {
      const Stretch foreign = some_stretch(other, luck);
      text.replace(stretch.from, stretch.size, other, foreign.from, foreign.size);
      return;
    }
    case 6:
      text.insert(stretch.from, stumbling_blocks[luck.below(stumbling_blocks.size())]);
      return;
    default:
      text.replace(stretch.from, stretch.size,
                   stumbling_blocks[luck.below(stumbling_blocks.size())]);
  }
}

}  // namespace

std::string mutated(std::string text, const std::string& other, RandomStream& luck) {
  constexpr std::uint64_t most_changes = 6;
  const std::uint64_t changes = luck.below(most_changes) + 1;
  for (std::uint64_t i = 0; i < changes; ++i) mutate_once(text, other, luck);
  return text;
}

}  // namespace rehearse::test
