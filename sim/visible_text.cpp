#include "sim/visible_text.hpp"

#include <algorithm>
#include <array>

namespace rehearse {
namespace {

constexpr const char* hexadecimal = "0123456789abcdef";

/// The last `digits` of a number.
std::string hexadecimal_text(std::uint32_t number, int digits) {
  std::string text;
  for (int digit = digits - 1; digit >= 0; --digit) {
    text += hexadecimal[(number >> (4 * digit)) & 0xf];
  }
  return text;
}

struct Range {
  std::uint32_t first;
  std::uint32_t last;
};

/// C0; DEL and C1; the Arabic letter mark; marks of direction and ends of lines and paragraphs with
/// the overrides; isolates and their deprecated kin; the mark of byte order; what hides
/// annotations.
constexpr std::array<Range, 8> obeyed = {{{0x0000, 0x001f},
                                          {0x007f, 0x009f},
                                          {0x061c, 0x061c},
                                          {0x200e, 0x200f},
                                          {0x2028, 0x202e},
                                          {0x2066, 0x206f},
                                          {0xfeff, 0xfeff},
                                          {0xfff9, 0xfffb}}};

/// Takes the first character, or the first byte that is none, from `rest`.
std::string take_visible(std::string_view& rest, bool lines_stay) {
  const Utf8Character first = first_character(rest);
  const auto byte = static_cast<unsigned char>(rest.front());
  const std::string_view taken = rest.substr(0, std::max<std::size_t>(1, first.length));
  rest.remove_prefix(taken.size());
  if (first.length == 0) return "\\x" + hexadecimal_text(byte, 2);
  if (is_visible(first.code) || (first.code == '\n' && lines_stay)) return std::string(taken);
  if (first.code == '\n') return "\\n";
  if (first.code == '\t') return "\\t";
  return "\\u" + hexadecimal_text(first.code, 4);
}

/// Where the character begins that holds the byte at `position`, as far as UTF-8 tells.
std::size_t beginning_of_character(std::string_view text, std::size_t position) {
  for (int back = 0; back < 3 && position > 0; ++back) {
    if ((static_cast<unsigned char>(text[position]) & 0xc0) != 0x80) break;
    --position;
  }
  return position;
}

}  // namespace

Utf8Character first_character(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  if (text.empty()) return {};
  const std::uint32_t head = byte(0);
  if (head < 0x80) return {1, head};
  const std::size_t length = head >= 0xf0 ? 4 : head >= 0xe0 ? 3 : head >= 0xc2 ? 2 : 0;
  if (length == 0 || head > 0xf4 || text.size() < length) return {};
  std::uint32_t code = head & (0x7fU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0U) != 0x80) return {};
    code = (code << 6) | (byte(i) & 0x3fU);
  }
  constexpr std::array<std::uint32_t, 5> least = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code >= 0xd800 && code <= 0xdfff;
  if (code < least[length] || code > 0x10ffff || surrogate) return {};
  return {length, code};
}

bool is_visible(std::uint32_t code) {
  return std::none_of(obeyed.begin(), obeyed.end(), [&](const Range& range) {
    return code >= range.first && code <= range.last;
  });
}

std::string visible_text(std::string_view text) {
  std::string visible;
  visible.reserve(text.size());
  while (!text.empty()) visible += take_visible(text, true);
  return visible;
}

std::string visible_line(std::string_view text) {
  std::string visible;
  while (!text.empty()) visible += take_visible(text, false);
  return visible;
}

std::string visible_sentence(std::string_view text) {
  constexpr std::size_t longest_part = 2000;
  if (text.size() <= 2 * longest_part) return visible_line(text);
  const std::size_t first = beginning_of_character(text, longest_part);
  const std::size_t last = beginning_of_character(text, text.size() - longest_part);
  return visible_line(text.substr(0, first)) + " ... " + visible_line(text.substr(last));
}

std::string visible_name(std::string_view name) {
  constexpr int most_characters = 200;
  std::string visible;
  for (int shown = 0; !name.empty(); ++shown) {
    if (shown == most_characters) return visible + "...";
    visible += take_visible(name, false);
  }
  return visible;
}

}  // namespace rehearse
