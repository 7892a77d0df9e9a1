#pragma once

#include <concepts>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "scenarios/document.hpp"
#include "scenarios/reader.hpp"
#include "scenarios/schema.hpp"

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
  explicit TableWriter(Layout layout) : table_(Node::of_table(layout)) {}

  template <class Value, class Kind>
  void key(const Key& key, const Value& value, const Kind& kind) {
    add(key, written(value, kind));
  }
  void exactly_one(std::initializer_list<std::string_view>) { table_.one_of_many = true; }
  Node take() { return std::move(table_); }
  /// Marks what equals the same key of `defaults`, unless it is shown anyway.
  void mark_defaults(const Node& defaults);

 private:
  void add(const Key& key, Node value);
  Node table_;
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
  SchemaNode take() { return std::move(table_); }

 private:
  void add(const Key& key, SchemaNode node, const Node& default_value);
  SchemaNode table_ = [] {
    SchemaNode node;
    node.type = SchemaNode::Type::table;
    return node;
  }();
};

}  // namespace rehearse
