#include "language/toml_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

namespace rehearse::toml_parser {

/// An assertion of toml++ that a malformed document has broken.
struct BrokenAssertion {};

constexpr void check(bool holds) {
  if (!holds) throw BrokenAssertion();
}

}  // namespace rehearse::toml_parser

// toml++ 3.3 asserts what malformed keys make false; Debian's shared library then aborts, and with
// NDEBUG the compiler assumes it. So its parser is compiled here, with assertions that throw.
#undef NDEBUG
#undef TOML_SHARED_LIB
#undef TOML_HEADER_ONLY
#define TOML_HEADER_ONLY 1
#define TOML_ASSERT(condition) ::rehearse::toml_parser::check(static_cast<bool>(condition))
#include <toml++/toml.h>

namespace rehearse {
namespace {

/// A dotted key makes as many nested tables as it has parts, and tables are destroyed recursively.
constexpr int most_key_parts = 32;

Position position_of(const toml::source_region& region, int file) {
  return Position{file, static_cast<int>(region.begin.line), static_cast<int>(region.begin.column)};
}

Node converted(const toml::node& from, int file);

void convert_table(const toml::table& table, Node& node, int file) {
  node.type = Node::Type::table;
  for (const auto& [key, value] : table) {
    node.entries.push_back(
        Entry{std::string(key.str()), position_of(key.source(), file), converted(value, file)});
  }
}

void convert_array(const toml::array& array, Node& node, int file) {
  node.type = Node::Type::array;
  node.items.reserve(array.size());
  for (const toml::node& item : array) node.items.push_back(converted(item, file));
}

Node converted(const toml::node& from, int file) {
  Node node;
  if (const auto* table = from.as_table()) {
    convert_table(*table, node, file);
  } else if (const auto* array = from.as_array()) {
    convert_array(*array, node, file);
  } else if (const auto* text = from.as_string()) {
    node = Node::of_text(text->get());
  } else if (const auto* integer = from.as_integer()) {
    node = Node::of_integer(integer->get());
  } else if (const auto* real = from.as_floating_point()) {
    node.type = Node::Type::real;
    node.real = real->get();
  } else if (const auto* boolean = from.as_boolean()) {
    node = Node::of_boolean(boolean->get());
  } else {
    node.type = Node::Type::date;
  }
  node.position = position_of(from.source(), file);
  return node;
}

/// The position of a key with too many parts, if there is one. Strings are skipped, since keys may
/// be quoted; a new line ends them, since keys never span lines.
std::optional<Position> find_too_deep_key(std::string_view text, int file) {
  int line = 1;
  int dots = 0;
  std::size_t line_start = 0;
  char quote = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char letter = text[i];
    if (letter == '\n') {
      ++line;
      line_start = i + 1;
      dots = 0;
      quote = 0;
    } else if (quote != 0) {
      if (letter == '\\' && quote == '"' && i + 1 < text.size() && text[i + 1] != '\n') ++i;
      if (letter == quote) quote = 0;
    } else if (letter == '"' || letter == '\'') {
      quote = letter;
    } else if (letter == ',' || letter == '=' || letter == '{' || letter == '#') {
      dots = 0;
      if (letter == '#') i = std::min(text.find('\n', i), text.size()) - 1;
    } else if (letter == '.' && ++dots >= most_key_parts) {
      return Position{file, line, static_cast<int>(i - line_start) + 1};
    }
  }
  return std::nullopt;
}

/// Where a text first holds what no key may; of the file as a whole if it is all printable.
Position first_control_character(std::string_view text, int file) {
  int line = 1;
  std::size_t line_start = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto letter = static_cast<unsigned char>(text[i]);
    if (letter == '\n') {
      ++line;
      line_start = i + 1;
    } else if ((letter < 0x20 && letter != '\t' && letter != '\r') || letter == 0x7f) {
      return Position{file, line, static_cast<int>(i - line_start) + 1};
    }
  }
  return Position{file, 0, 0};
}

}  // namespace

Node read_toml(int source, Diagnostics& diagnostics) {
  const std::string& text = diagnostics.source_text(source);
  if (const auto position = find_too_deep_key(text, source)) {
    diagnostics.add(*position, fmt::format("a key has more than {} parts", most_key_parts));
    return Node::of_table();
  }
  try {
    const toml::table table = toml::parse(std::string_view(text));
    Node root = converted(table, source);
    root.position = Position{source, 1, 1};
    return root;
  } catch (const toml::parse_error& error) {
    diagnostics.add(position_of(error.source(), source),
                    fmt::format("this is not TOML: {}", error.description()));
    return Node::of_table();
  } catch (const toml_parser::BrokenAssertion&) {
    diagnostics.add(first_control_character(text, source), "this is not TOML: a key is malformed");
    return Node::of_table();
  }
}

}  // namespace rehearse
