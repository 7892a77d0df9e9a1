#include "language/toml_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/visible_text.hpp"

namespace rehearse {
namespace {

std::string table_text(const Node& table, Defaults defaults) {
  std::string text;
  for (const Entry& entry : table.entries) {
    const bool left_out = entry.node.is_default && defaults == Defaults::left_out;
    if (entry.node.type == Node::Type::none || left_out) continue;
    text += fmt::format("{}{} = {}", text.empty() ? "" : ", ", toml_key(entry.key),
                        toml_value(entry.node, defaults));
  }
  return text.empty() ? "{}" : "{ " + text + " }";
}

std::string array_text(const Node& array, Defaults defaults) {
  std::string text;
  for (const Node& item : array.items) {
    text += (text.empty() ? "" : ", ") + toml_value(item, defaults);
  }
  return "[" + text + "]";
}

std::string real_text(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
  std::string text = fmt::format("{}", value);
  // TOML takes 1e+30 for a float, but 15 for an integer.
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

}  // namespace

std::string toml_quoted(std::string_view text) {
  std::string quoted = "\"";
  while (!text.empty()) {
    const auto [length, first] = first_character(text);
    if (length == 0) {
      quoted += "\\uFFFD";
    } else if (first == '"' || first == '\\') {
      quoted += {'\\', static_cast<char>(first)};
    } else if (!is_visible(first)) {
      quoted += fmt::format("\\u{:04X}", first);
    } else {
      quoted += text.substr(0, length);
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return quoted + '"';
}

std::string toml_key(std::string_view key) {
  const auto is_bare = [](char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
           (letter >= '0' && letter <= '9') || letter == '_' || letter == '-';
  };
  const bool bare = !key.empty() && std::all_of(key.begin(), key.end(), is_bare);
  return bare ? std::string(key) : toml_quoted(key);
}

std::string toml_comment(std::string_view text) {
  return visible_line(text);
}

std::string toml_value(const Node& node, Defaults defaults) {
  switch (node.type) {
    case Node::Type::boolean:
      return node.boolean ? "true" : "false";
    case Node::Type::integer:
      return fmt::format("{}", node.integer);
    case Node::Type::real:
      return real_text(node.real);
    case Node::Type::text:
      return toml_quoted(node.text);
    case Node::Type::array:
      return array_text(node, defaults);
    case Node::Type::table:
      return table_text(node, defaults);
    case Node::Type::none:
    case Node::Type::date:
      break;
  }
  return "{}";
}

}  // namespace rehearse
