#pragma once

#include <string>
#include <string_view>

#include "language/document.hpp"

namespace rehearse {

/// Pieces of TOML text. What is not UTF-8 becomes U+FFFD, for TOML has no other text.
std::string toml_quoted(std::string_view text);
std::string toml_key(std::string_view key);
std::string toml_comment(std::string_view text);

/// Whether the keys of tables in a line that equal their defaults are written.
enum class Defaults { left_out, written };

/// A value in one line.
std::string toml_value(const Node& node, Defaults defaults = Defaults::left_out);

}  // namespace rehearse
