#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace rehearse {

/// What a file, a trace or a command line names may hold anything; a terminal obeys some of it.
/// These make it visible: control characters (C0, DEL, C1), marks that reorder or hide text, and
/// other ends of lines become "\u001b", bytes that are not UTF-8 "\x9b". In JSON and in TOML the
/// former mean the same character as before.

/// The first character of a text. Its length is 0 where there is no well-formed UTF-8.
struct Utf8Character {
  std::size_t length = 0;
  std::uint32_t code = 0;
};
Utf8Character first_character(std::string_view text);

/// Whether a terminal shows this character, and does nothing else.
bool is_visible(std::uint32_t code);

/// A text of ours that may hold names of others: lines stay lines.
std::string visible_text(std::string_view text);

/// One line: the end of a line becomes "\n", a tab "\t".
std::string visible_line(std::string_view text);

/// One line; of a long one, the beginning and the end.
std::string visible_sentence(std::string_view text);

/// A name within a line, cut after 200 characters.
std::string visible_name(std::string_view name);

}  // namespace rehearse
