#pragma once

#include <string>
#include <string_view>

#include "scenarios/document.hpp"

namespace rehearse {

/// Pieces of TOML text. What is not UTF-8 becomes U+FFFD, for TOML has no other text.
std::string toml_quoted(std::string_view text);
std::string toml_key(std::string_view key);
std::string toml_comment(std::string_view text);

/// A value in one line; of tables, only what is not a default.
std::string toml_value(const Node& node);

}  // namespace rehearse
