#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace rehearse {

/// Where something stands in one of the files that were read. Lines and columns count from one,
/// columns in characters; `file` is an index into Diagnostics, -1 for what no file says.
struct Position {
  int file = -1;
  int line = 0;
  int column = 0;
  auto operator<=>(const Position&) const = default;
};

struct Entry;

/// How a table is laid out in text. block: under a header of its own. brief: in one line where
/// brevity counts, key by key where origins do. whole: always in one line (laws, steps).
enum class Layout { block, brief, whole };

/// A value of a TOML document, free of the library that read it. Two nodes are equal when they say
/// the same, wherever they stand.
struct Node {
  enum class Type { none, boolean, integer, real, text, array, table, date };

  Type type = Type::none;
  Layout layout = Layout::block;
  bool boolean = false;
  bool is_default = false;   // written trees only: says what would hold without it
  bool one_of_many = false;  // written tables only: absent keys are other choices
  bool many_lines = false;   // written arrays only: one item a line
  std::int64_t integer = 0;
  double real = 0;
  std::string text;
  std::vector<Node> items;
  std::vector<Entry> entries;
  Position position;

  static Node of_boolean(bool value);
  static Node of_integer(std::int64_t value);
  /// A whole number where `value` is a small one: people write 5, not 5.0.
  static Node of_number(double value);
  static Node of_text(std::string value);
  static Node of_array();
  static Node of_table(Layout layout = Layout::block);

  /// The value of a key of a table; null when it is absent.
  const Node* find(std::string_view key) const;
  Node* find(std::string_view key);
  Node& add(std::string key, Node value);

  bool operator==(const Node& other) const;
};

struct Entry {
  std::string key;
  Position key_position;
  Node node;
  bool operator==(const Entry& other) const;
};

/// Takes out of a written tree what holds without being said, so that a file would not say it.
void leave_out_unsaid(Node& node);

/// What a value is, for sentences: "a table", "the text "abc"", "12".
std::string found_text(const Node& node);

/// Finds what stands at paths below a root, which must stay as it is. Large tables are indexed when
/// they are first met: as many paths as there are services cost as much as these, not their square.
class NodeFinder {
 public:
  explicit NodeFinder(const Node& root) : root_(&root) {}

  /// What stands at `path`, as `extended_path` of models writes it, or at its longest prefix that
  /// exists.
  const Node& nearest(const std::string& path);

 private:
  const Node* find(const Node& table, const std::string& key);

  const Node* root_;
  std::unordered_map<const Node*, std::unordered_map<std::string, const Node*>> indexed_;
};

}  // namespace rehearse
