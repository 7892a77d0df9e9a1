#include "sim/visible_text.hpp"

#include <catch2/catch.hpp>

namespace rehearse {
namespace {

/// Any code, as UTF-8.
std::string encoded(std::uint32_t code) {
  const auto tail = [&](int shift) { return static_cast<char>(0x80 | ((code >> shift) & 0x3f)); };
  if (code < 0x80) return {static_cast<char>(code)};
  if (code < 0x800) return {static_cast<char>(0xc0 | (code >> 6)), tail(0)};
  if (code < 0x10000) return {static_cast<char>(0xe0 | (code >> 12)), tail(6), tail(0)};
  return {static_cast<char>(0xf0 | (code >> 18)), tail(12), tail(6), tail(0)};
}

}  // namespace

TEST_CASE("what a terminal obeys is shown instead", "[sim]") {
  CHECK(visible_text("\x1b]0;pwned\x07") == "\\u001b]0;pwned\\u0007");
  CHECK(visible_text("a\nb\r\tc\x7f") == "a\nb\\u000d\\tc\\u007f");
  CHECK(visible_line("a\nb") == "a\\nb");
  CHECK(visible_text(std::string("\0", 1)) == "\\u0000");
  CHECK(visible_text("\u009b2J \u202e \u2066 \u200f \u2028") ==
        "\\u009b2J \\u202e \\u2066 \\u200f \\u2028");
  CHECK(visible_text("Größe, 大小, 😀") == "Größe, 大小, 😀");
}

TEST_CASE("bytes that are not UTF-8 are shown as such", "[sim]") {
  // C1 as a raw byte, and hidden in forms that are too long; a surrogate; beyond the last; cut off.
  CHECK(visible_text("\x9b") == "\\x9b");
  CHECK(visible_text("\xc0\x9b") == "\\xc0\\x9b");
  CHECK(visible_text("\xe0\x82\x9b") == "\\xe0\\x82\\x9b");
  CHECK(visible_text("\xed\xa0\x80") == "\\xed\\xa0\\x80");
  CHECK(visible_text("\xf4\x90\x80\x80") == "\\xf4\\x90\\x80\\x80");
  CHECK(visible_text("\xe2\x80") == "\\xe2\\x80");
}

TEST_CASE("every character is itself or escaped, and nothing else happens to it", "[sim]") {
  std::size_t escaped = 0;
  for (std::uint32_t code = 0; code <= 0x10ffff; ++code) {
    const std::string character = encoded(code);
    const bool surrogate = code >= 0xd800 && code <= 0xdfff;
    if ((first_character(character).length == character.size()) == surrogate) FAIL(code);
    const std::string shown = visible_line(character);
    if (shown == character) continue;
    ++escaped;
    if (visible_text(shown) != shown) FAIL(code);
  }
  constexpr std::size_t surrogates = 2048;
  CHECK(escaped == surrogates + 32 + 33 + 1 + 2 + 7 + 10 + 1 + 3);
}

TEST_CASE("long names are cut, between characters", "[sim]") {
  std::string name;
  for (int i = 0; i < 1000; ++i) name += "ä";

  CHECK(visible_name("short") == "short");
  CHECK(visible_name(name) == name.substr(0, 400) + "...");
  const std::string sentence = visible_sentence("a" + name + name + name);
  CHECK(sentence.size() <= 4010);
  CHECK(sentence.find("\\x") == std::string::npos);
}

}  // namespace rehearse
