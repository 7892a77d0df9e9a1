#include "language/reader.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "language/spec_path.hpp"

namespace rehearse {
namespace {

/// Of very many mistakes, only the first ones are remembered: nobody reads on.
constexpr std::size_t most_doubts = 1'000;

/// Whether `inner` is `outer` or inside of it.
bool is_inside(const std::string& inner, const std::string& outer) {
  if (outer.empty()) return true;
  if (inner.compare(0, outer.size(), outer) != 0) return false;
  return inner.size() == outer.size() || inner[outer.size()] == '.' || inner[outer.size()] == '[';
}

/// Whether `inner` is a key or item of `outer` itself.
bool is_directly_inside(const std::string& inner, const std::string& outer) {
  const auto inner_parts = parse_path(inner);
  const auto outer_parts = parse_path(outer);
  const std::size_t outer_size = outer_parts ? outer_parts->size() : 0;
  return is_inside(inner, outer) && inner_parts && inner_parts->size() <= outer_size + 1;
}

}  // namespace

void Reader::mistake(Position position, const std::string& sentence, const std::string& hint) {
  if (doubtful_values_.size() < most_doubts) doubtful_values_.push_back(path_);
  diagnostics_.add(position, sentence, hint);
}

void Reader::mistake_of_keys(Position position, const std::string& sentence,
                             const std::string& hint) {
  if (doubtful_tables_.size() < most_doubts) doubtful_tables_.push_back(path_);
  diagnostics_.add(position, sentence, hint);
}

void Reader::mistake_in_text(const Node& node, std::size_t offset, const std::string& sentence,
                             const std::string& hint) {
  Position position = node.position;
  position.column += static_cast<int>(offset) + 1;  // past the quote
  mistake(position, sentence, hint);
}

void Reader::wrong(const Node& node, const std::string& must_be, const std::string& hint) {
  mistake(node, fmt::format("'{}' must be {}, not {}", name_, must_be, found_text(node)), hint);
}

bool Reader::expect_table(const Node& node) {
  if (node.type == Node::Type::table) return true;
  wrong(node, "a table");
  return false;
}

bool Reader::expect_array(const Node& node) {
  if (node.type == Node::Type::array) return true;
  const bool lonely = node.type == Node::Type::table && path_ == name_;
  wrong(node, "an array", lonely ? fmt::format("each of them begins with [[{}]]", name_) : "");
  return false;
}

bool Reader::expect_array(const Node& node, std::size_t least, std::size_t most) {
  if (!expect_array(node)) return false;
  if (node.items.size() >= least && node.items.size() <= most) return true;
  const std::string wanted =
      least == most ? fmt::format("{}", least) : fmt::format("from {} to {}", least, most);
  mistake(node, fmt::format("'{}' must have {} items, not {}", name_, wanted, node.items.size()));
  return false;
}

bool Reader::doubts(const std::string& path) const {
  for (const std::string& value : doubtful_values_) {
    if (is_inside(path, value) || is_inside(value, path)) return true;
  }
  for (const std::string& table : doubtful_tables_) {
    // A misspelt [services] leaves everything dangling.
    const bool at_the_top = table.empty();
    if (at_the_top || is_directly_inside(path, table) || is_inside(table, path)) return true;
  }
  return false;
}

bool Reader::lost(const std::string& path) const {
  const auto around = [&](const std::string& place) { return is_inside(path, place); };
  return std::any_of(doubtful_values_.begin(), doubtful_values_.end(), around) ||
         std::any_of(doubtful_tables_.begin(), doubtful_tables_.end(),
                     [&](const std::string& table) {
                       return path == table || is_directly_inside(path, table);
                     });
}

Reader::Within::Within(Reader& reader, std::string_view key)
    : reader_(reader), path_before_(reader.path_), name_before_(reader.name_) {
  reader.path_ = extended_path(reader.path_, key);
  reader.name_ = std::string(key);
}

Reader::Within::Within(Reader& reader, std::size_t index)
    : reader_(reader), path_before_(reader.path_), name_before_(reader.name_) {
  reader.path_ = indexed_path(reader.path_, index);
  reader.name_ = indexed_path(reader.name_, index);
}

Reader::Within::~Within() {
  reader_.path_ = std::move(path_before_);
  reader_.name_ = std::move(name_before_);
}

}  // namespace rehearse
