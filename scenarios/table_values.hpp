#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "scenarios/table.hpp"

/// How the kinds of `table.hpp` are read, written, and put into schemas.
namespace rehearse {

template <Present Spec>
void read(Reader& reader, const Node& node, Spec& spec, const Table&) {
  if (!reader.expect_table(node)) return;
  TableReader visitor(reader, node);
  describe(visitor, spec);
  visitor.finish();
  inspect(reader, node, spec);
}
template <Present Spec>
Node written(const Spec& spec, const Table& kind) {
  TableWriter visitor(kind.layout);
  describe(visitor, spec);
  TableWriter default_visitor(kind.layout);
  const Spec default_spec{};
  describe(default_visitor, default_spec);
  visitor.mark_defaults(default_visitor.take());
  return visitor.take();
}
template <Present Spec>
SchemaNode schema(const Spec&, const Table&) {
  TableSchema visitor;
  const Spec default_spec{};
  describe(visitor, default_spec);
  return visitor.take();
}

template <Present Spec, class Keys>
void read(Reader& reader, const Node& node, Spec& spec, const Via<Keys>& kind) {
  Keys keys;
  read(reader, node, keys, Table{kind.layout});
  spec = keys.spec();
}
template <Present Spec, class Keys>
Node written(const Spec& spec, const Via<Keys>& kind) {
  return written(Keys::of(spec), Table{kind.layout});
}
template <Present Spec, class Keys>
SchemaNode schema(const Spec&, const Via<Keys>& kind) {
  return schema(Keys{}, Table{kind.layout});
}

template <class Value, class Kind>
void read(Reader& reader, const Node& node, std::optional<Value>& value, const Kind& kind) {
  Value present{};
  read(reader, node, present, kind);
  value = std::move(present);
}
template <class Value, class Kind>
Node written(const std::optional<Value>& value, const Kind& kind) {
  return value ? written(*value, kind) : Node();
}
template <class Value, class Kind>
SchemaNode schema(const std::optional<Value>&, const Kind& kind) {
  return schema(Value{}, kind);
}

template <class Value, class Item>
void read(Reader& reader, const Node& node, std::map<std::string, Value>& values,
          const Named<Item>& kind) {
  if (!reader.expect_table(node)) return;
  if (node.entries.size() > kind.most) {
    reader.wrong(node, "a table of at most " + std::to_string(kind.most) + " entries");
    return;
  }
  for (const Entry& entry : node.entries) {
    const Reader::Within within(reader, entry.key);
    if (const std::string complaint = kind.complaint(entry.key); !complaint.empty()) {
      reader.mistake(entry.key_position, complaint);
    }
    read(reader, entry.node, values[entry.key], kind.item);
  }
}
template <class Value, class Item>
Node written(const std::map<std::string, Value>& values, const Named<Item>& kind) {
  Node table = Node::of_table();
  for (const auto& [name, value] : values) table.add(name, written(value, kind.item));
  return table;
}
template <class Value, class Item>
SchemaNode schema(const std::map<std::string, Value>&, const Named<Item>& kind) {
  SchemaNode node;
  node.type = SchemaNode::Type::table;
  node.additional.push_back(schema(Value{}, kind.item));
  node.additional_name = kind.name;
  return node;
}

template <class Value, class Item>
void read(Reader& reader, const Node& node, std::vector<Value>& values, const List<Item>& kind) {
  if (!reader.expect_array(node, kind.least, kind.most)) return;
  values.assign(node.items.size(), Value{});
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const Reader::Within within(reader, i);
    read(reader, node.items[i], values[i], kind.item);
  }
}
template <class Value, class Item>
Node written(const std::vector<Value>& values, const List<Item>& kind) {
  Node array = Node::of_array();
  array.many_lines = kind.many_lines;
  for (const Value& value : values) array.items.push_back(written(value, kind.item));
  return array;
}
template <class Value, class Item>
SchemaNode schema(const std::vector<Value>&, const List<Item>& kind) {
  SchemaNode node;
  node.type = SchemaNode::Type::array;
  node.items.push_back(schema(Value{}, kind.item));
  return node;
}

}  // namespace rehearse
