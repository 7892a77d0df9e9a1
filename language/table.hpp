#pragma once

#include <concepts>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "language/document.hpp"
#include "language/reader.hpp"
#include "language/schema.hpp"

/// One table drives everything. For each type of spec a function template `describe(visitor, spec)`
/// names every key once: its word, its sentence, its value and the kind of that value. Visitors
/// read it, write it, and make its schema; the default of a key is what the spec says when nothing
/// is said.
namespace rehearse {

/// required: a mistake when absent. shown: written even when it is the default. conditional:
/// belongs only beside some other values; its absence is not worth a word.
enum class Need { optional, shown, required, conditional };

struct Key {
  std::string_view name;
  std::string_view sentence;
  Need need = Need::optional;
};

/// `Spec` or `const Spec`: readers change it, writers do not.
template <class Type, class Spec>
concept SpecOf = std::same_as<std::remove_const_t<Type>, Spec>;

template <class Type>
struct IsOptional : std::false_type {};
template <class Value>
struct IsOptional<std::optional<Value>> : std::true_type {};
/// What is not optional: keeps the overloads below unambiguous.
template <class Type>
concept Present = !IsOptional<Type>::value;

/// Kind of a value that is itself a described table.
struct Table {
  Layout layout = Layout::block;
};

/// Kind of a spec that is written with the keys of another type: Keys::of(spec) and keys.spec().
template <class Keys>
struct Via {
  Layout layout = Layout::block;
};

/// Kind of a map: any key is a name.
template <class Item>
struct Named {
  std::string_view name;  // "SERVICE", for the documentation
  Item item;
  std::size_t most = 100'000;
  /// What is wrong with a name, if anything.
  std::string (*complaint)(std::string_view name) = [](std::string_view) { return std::string(); };
};

/// Kind of an array.
template <class Item>
struct List {
  Item item;
  std::size_t least = 0;
  std::size_t most = 100'000;
  bool many_lines = false;  // written with one item a line
};

/// Cross-checks of a table that was read, of which most have none.
template <class Spec>
void inspect(Reader&, const Node&, const Spec&) {}

/// Visitor that reads.
class TableReader {
 public:
  TableReader(Reader& reader, const Node& table) : reader_(reader), table_(table) {}

  template <class Value, class Kind>
  void key(const Key& key, Value& value, const Kind& kind) {
    if (const Node* node = take(key)) {
      const Reader::Within within(reader_, key.name);
      read(reader_, *node, value, kind);
    }
  }
  void exactly_one(std::initializer_list<std::string_view> names);
  /// Whether keys that belong only beside some other values, which are there or not, are described.
  bool describes_beside(bool) const { return true; }
  /// Reports the keys that nobody asked for, and choices that were not made or made twice.
  void finish();

 private:
  void check_choice(bool any_unknown);
  const Node* take(const Key& key);
  Reader& reader_;
  const Node& table_;
  std::vector<std::string> known_;
  std::vector<std::string> choices_;
};

/// Visitor that writes.
class TableWriter {
 public:
  /// those_that_belong: keys that have no meaning beside the values here are left out.
  enum class Keys { all, those_that_belong };
  TableWriter(Layout layout, Keys keys) : table_(Node::of_table(layout)), keys_(keys) {}

  template <class Value, class Kind>
  void key(const Key& key, const Value& value, const Kind& kind) {
    add(key, written(value, kind));
  }
  void exactly_one(std::initializer_list<std::string_view>) { table_.one_of_many = true; }
  bool describes_beside(bool there) const { return there || keys_ == Keys::all; }
  Node take() { return std::move(table_); }
  /// Marks what equals the same key of `defaults`, unless it is shown anyway.
  void mark_defaults(const Node& defaults);

 private:
  void add(const Key& key, Node value);
  Node table_;
  Keys keys_;
  std::vector<std::string> shown_;
};

/// Visitor that makes the schema.
class TableSchema {
 public:
  template <class Value, class Kind>
  void key(const Key& key, const Value& value, const Kind& kind) {
    add(key, schema(value, kind), written(value, kind));
  }
  void exactly_one(std::initializer_list<std::string_view> names);
  bool describes_beside(bool) const { return true; }
  SchemaNode take() { return std::move(table_); }

 private:
  void add(const Key& key, SchemaNode node, const Node& default_value);
  SchemaNode table_ = [] {
    SchemaNode node;
    node.type = SchemaNode::Type::table;
    return node;
  }();
};

// How those kinds are read, written, and put into schemas.

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
  TableWriter visitor(kind.layout, TableWriter::Keys::those_that_belong);
  describe(visitor, spec);
  TableWriter default_visitor(kind.layout, TableWriter::Keys::all);
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
