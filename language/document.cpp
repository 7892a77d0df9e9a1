#include "language/document.hpp"

#include <fmt/format.h>

#include <cmath>

#include "language/spec_path.hpp"

namespace rehearse {

Node Node::of_boolean(bool value) {
  Node node;
  node.type = Type::boolean;
  node.boolean = value;
  return node;
}

Node Node::of_integer(std::int64_t value) {
  Node node;
  node.type = Type::integer;
  node.integer = value;
  return node;
}

Node Node::of_number(double value) {
  if (std::abs(value) < 1e15 && value == std::floor(value)) {
    return of_integer(static_cast<std::int64_t>(value));
  }
  Node node;
  node.type = Type::real;
  node.real = value;
  return node;
}

Node Node::of_text(std::string value) {
  Node node;
  node.type = Type::text;
  node.text = std::move(value);
  return node;
}

Node Node::of_array() {
  Node node;
  node.type = Type::array;
  return node;
}

Node Node::of_table(Layout layout) {
  Node node;
  node.type = Type::table;
  node.layout = layout;
  return node;
}

const Node* Node::find(std::string_view key) const {
  for (const Entry& entry : entries) {
    if (entry.key == key) return &entry.node;
  }
  return nullptr;
}

Node* Node::find(std::string_view key) {
  return const_cast<Node*>(static_cast<const Node*>(this)->find(key));
}

Node& Node::add(std::string key, Node value) {
  entries.push_back(Entry{std::move(key), Position{}, std::move(value)});
  return entries.back().node;
}

bool Node::operator==(const Node& other) const {
  return type == other.type && boolean == other.boolean && integer == other.integer &&
         real == other.real && text == other.text && items == other.items &&
         entries == other.entries;
}

bool Entry::operator==(const Entry& other) const {
  return key == other.key && node == other.node;
}

std::string found_text(const Node& node) {
  constexpr std::size_t most = 60;
  switch (node.type) {
    case Node::Type::none:
      return "nothing";
    case Node::Type::boolean:
      return node.boolean ? "true" : "false";
    case Node::Type::integer:
      return fmt::format("{}", node.integer);
    case Node::Type::real: {
      const bool whole = std::abs(node.real) < 1e15 && node.real == std::floor(node.real);
      return fmt::format("{}{}", node.real, whole ? ".0" : "");
    }
    case Node::Type::text: {
      const bool long_text = node.text.size() > most;
      return fmt::format("\"{}{}\"", node.text.substr(0, most), long_text ? "..." : "");
    }
    case Node::Type::array:
      return "an array";
    case Node::Type::table:
      return "a table";
    case Node::Type::date:
      return "a date or time";
  }
  return "something else";
}

void leave_out_unsaid(Node& node) {
  std::erase_if(node.entries, [](const Entry& entry) {
    return entry.node.type == Node::Type::none || entry.node.is_default;
  });
  for (Entry& entry : node.entries) leave_out_unsaid(entry.node);
  for (Node& item : node.items) leave_out_unsaid(item);
}

const Node* NodeFinder::find(const Node& table, const std::string& key) {
  constexpr std::size_t large = 32;
  if (table.entries.size() < large) return table.find(key);
  auto& index = indexed_[&table];
  if (index.empty()) {
    for (const Entry& entry : table.entries) index.emplace(entry.key, &entry.node);
  }
  const auto place = index.find(key);
  return place == index.end() ? nullptr : place->second;
}

const Node& NodeFinder::nearest(const std::string& path) {
  const Node* node = root_;
  const auto parts = parse_path(path);
  if (!parts) return *node;
  for (const PathPart& part : *parts) {
    const Node* next = nullptr;
    if (const auto* index = std::get_if<std::size_t>(&part)) {
      if (*index < node->items.size()) next = &node->items[*index];
    } else {
      next = find(*node, std::get<std::string>(part));
    }
    if (next == nullptr) break;
    node = next;
  }
  return *node;
}

}  // namespace rehearse
