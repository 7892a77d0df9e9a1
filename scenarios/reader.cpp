#include "scenarios/reader.hpp"

#include <fmt/format.h>

#include "models/spec_path.hpp"

namespace rehearse {
namespace {

/// The first two parts of a path: services.cart of services.cart.queue.capacity.
std::string part_of(const std::string& path) {
  auto parts = parse_path(path);
  if (!parts || parts->size() < 2) return "";
  parts->resize(2);
  return path_text(*parts);
}

}  // namespace

void Reader::mistake(Position position, const std::string& sentence, const std::string& hint) {
  doubtful_parts_.insert(part_of(path_));
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
  wrong(node, "an array");
  return false;
}

bool Reader::expect_array(const Node& node, std::size_t least, std::size_t most) {
  if (!expect_array(node)) return false;
  if (node.items.size() >= least && node.items.size() <= most) return true;
  mistake(node, fmt::format("'{}' must have from {} to {} items, not {}", name_, least, most,
                            node.items.size()));
  return false;
}

bool Reader::doubts(const std::string& path) const {
  return doubtful_parts_.count("") != 0 || doubtful_parts_.count(part_of(path)) != 0;
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
