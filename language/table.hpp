#pragma once

#include <concepts>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "language/document.hpp"
#include "language/reader.hpp"
#include "language/schema.hpp"
#include "language/value_kinds.hpp"

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

/// The words of a closed family: each of its alternatives has one, and a sentence.
template <class... Alternatives>
std::vector<std::string> words_of(const std::variant<Alternatives...>&) {
  return {std::string(Alternatives::word)...};
}
template <class... Alternatives>
std::string_view word_of(const std::variant<Alternatives...>& value) {
  return std::visit([](const auto& one) { return std::string_view(one.word); }, value);
}
template <class... Alternatives>
std::string_view meaning_of(const std::variant<Alternatives...>& value) {
  return std::visit([](const auto& one) { return std::string_view(one.meaning); }, value);
}

/// Visitor that lists the keys of a table.
class TableKeys {
 public:
  template <class Value, class Kind>
  void key(const Key& key, const Value&, const Kind&) {
    names.emplace_back(key.name);
  }
  std::vector<std::string> names;
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
  /// The key that says which alternative of a family the table holds.
  template <class... Alternatives>
  void tag(const Key& key, std::variant<Alternatives...>& value);
  /// The keys that go with that alternative.
  template <class... Alternatives>
  void keys_of(std::variant<Alternatives...>& value);
  /// Reports the keys that nobody asked for, and choices that were not made or made twice.
  void finish();

 private:
  /// A key of other alternatives only.
  struct Foreign {
    std::string key;
    std::vector<std::string> owners;  // words of alternatives
  };
  void check_choice(bool any_unknown);
  void hold(const Key& tag, std::string_view word);
  void add_foreign(const std::string& key, std::string_view owner);
  bool is_foreign(const Entry& entry);
  const Node* take(const Key& key);
  Reader& reader_;
  const Node& table_;
  std::vector<std::string> known_;
  std::vector<std::string> choices_;
  std::string tag_;   // the key and the word of the alternative: kind "latency"
  std::string word_;  // empty: it was not understood
  std::vector<Foreign> foreign_;
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
  template <class... Alternatives>
  void tag(const Key& key, const std::variant<Alternatives...>& value) {
    add(key, Node::of_text(std::string(word_of(value))));
  }
  template <class... Alternatives>
  void keys_of(const std::variant<Alternatives...>& value);
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
  template <class... Alternatives>
  void tag(const Key& key, const std::variant<Alternatives...>& value) {
    add(key, schema_of_words(words_of(value)), Node::of_text(std::string(word_of(value))));
    table_.tag = std::string(key.name);
  }
  template <class... Alternatives>
  void keys_of(const std::variant<Alternatives...>&) {
    (add_variant<Alternatives>(), ...);
  }
  SchemaNode take() { return std::move(table_); }

 private:
  void add(const Key& key, SchemaNode node, const Node& default_value);
  template <class Alternative>
  void add_variant() {
    TableSchema own;
    const Alternative said{};
    describe(own, said);
    SchemaNode node = own.take();
    node.description = std::string(Alternative::meaning);
    table_.variants.push_back(SchemaProperty{std::string(Alternative::word), std::move(node)});
  }
  SchemaNode table_ = [] {
    SchemaNode node;
    node.type = SchemaNode::Type::table;
    return node;
  }();
};

template <class... Alternatives>
void TableReader::tag(const Key& key, std::variant<Alternatives...>& value) {
  const Node* node = take(key);
  if (node == nullptr) {
    if (key.need != Need::required) hold(key, word_of(value));
    return;
  }
  const Reader::Within within(reader_, key.name);
  const std::vector<std::string> words = words_of(value);
  const auto index = read_word(reader_, *node, words);
  if (!index) return;
  hold(key, words[*index]);
  const auto emplace = [&]<class Alternative>(std::type_identity<Alternative>) {
    if (word_ == Alternative::word) value = Alternative{};
  };
  (emplace(std::type_identity<Alternatives>()), ...);
}

template <class... Alternatives>
void TableReader::keys_of(std::variant<Alternatives...>& value) {
  const auto list = [&]<class Alternative>(std::type_identity<Alternative>) {
    TableKeys keys;
    const Alternative said{};
    describe(keys, said);
    for (const std::string& name : keys.names) add_foreign(name, Alternative::word);
  };
  (list(std::type_identity<Alternatives>()), ...);
  if (word_.empty()) return;
  std::visit([this](auto& one) { describe(*this, one); }, value);
}

template <class... Alternatives>
void TableWriter::keys_of(const std::variant<Alternatives...>& value) {
  const auto write = [this]<class Alternative>(const Alternative& one) {
    TableWriter own(table_.layout);
    describe(own, one);
    TableWriter unsaid(table_.layout);
    const Alternative default_value{};
    describe(unsaid, default_value);
    own.mark_defaults(unsaid.table_);
    for (Entry& entry : own.table_.entries) {
      shown_.push_back(entry.key);  // what is a default was settled here
      table_.entries.push_back(std::move(entry));
    }
  };
  std::visit(write, value);
}

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
