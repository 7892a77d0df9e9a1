#include "scenarios/write.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "language/spec_path.hpp"
#include "language/toml_text.hpp"
#include "scenarios/documents.hpp"
#include "scenarios/named_laws.hpp"

namespace rehearse {
namespace {

/// Writes tables under headers, and all else as lines.
class DocumentWriter {
 public:
  explicit DocumentWriter(const TextStyle& style) : style_(style) {}

  std::string write(const Node& root) {
    write_lines(root, "", "");
    write_blocks(root, "", "");
    return std::move(text_);
  }

 private:
  bool is_block_array(const Node& node) const {
    if (node.type != Node::Type::array || node.items.empty() ||
        node.items.front().type != Node::Type::table) {
      return false;
    }
    return node.items.front().layout == Layout::block || needs_headers(node);
  }
  /// Steps with many keys: each under a header of its own, a key a line.
  bool needs_headers(const Node& steps) const {
    const bool of_tables =
        std::all_of(steps.items.begin(), steps.items.end(),
                    [](const Node& item) { return item.type == Node::Type::table; });
    return steps.many_lines && of_tables &&
           std::any_of(steps.items.begin(), steps.items.end(), [&](const Node& item) {
             return is_too_wide("  " + folded_value(item, 2, 2) + ",");
           });
  }
  static bool is_block(const Node& node) {
    return node.type == Node::Type::table && node.layout == Layout::block;
  }
  bool is_skipped(const Node& node) const {
    return !style_.with_defaults && (node.type == Node::Type::none || node.is_default);
  }
  Defaults defaults() const {
    return style_.with_defaults ? Defaults::written : Defaults::left_out;
  }
  static bool is_empty_array(const Node& node) {
    return node.type == Node::Type::array && node.items.empty();
  }

  void end_line(const std::string& path, TextStyle::Place place) {
    const std::string comment = style_.comment ? style_.comment(path, place) : "";
    if (!comment.empty()) text_ += "  # " + toml_comment(comment);
    text_ += '\n';
  }

  /// `prefix`: the dotted keys before the key, inside of the current header.
  void write_lines(const Node& table, const std::string& path, const std::string& prefix) {
    for (const Entry& entry : table.entries) {
      const Node& node = entry.node;
      if (is_skipped(node) || is_block(node) || is_block_array(node)) continue;
      const std::string key_path = extended_path(path, entry.key);
      const std::string key = prefix + toml_key(entry.key);
      if (node.type == Node::Type::none) {
        if (table.one_of_many) continue;
        text_ += fmt::format("# {} is not set", key);
        end_line(key_path, TextStyle::Place::line);
      } else if (style_.with_defaults && node.type == Node::Type::table &&
                 node.layout == Layout::brief) {
        write_lines(node, key_path, key + ".");
      } else {
        write_line(node, key_path, key);
      }
    }
  }

  void write_line(const Node& node, const std::string& path, const std::string& key) {
    if (node.many_lines && !node.items.empty()) {
      text_ += key + " = [\n";
      for (std::size_t i = 0; i < node.items.size(); ++i) {
        text_ += "  " + folded_value(node.items[i], 2, 2) + ",";
        end_line(indexed_path(path, i), TextStyle::Place::line);
      }
      text_ += "]\n";
      return;
    }
    const std::string value = folded_value(node, 0, key.size() + 3);
    const bool splits = node.type == Node::Type::table && !node.entries.empty();
    if (splits && is_too_wide(key + " = " + value)) {
      write_lines(node, path, key + ".");
      return;
    }
    text_ += key + " = " + value;
    end_line(path, TextStyle::Place::line);
  }

  bool is_too_wide(std::string_view text) const {
    if (style_.widest == 0) return false;
    while (!text.empty()) {
      const std::size_t length = std::min(text.find('\n'), text.size());
      if (length > style_.widest) return true;
      text.remove_prefix(std::min(length + 1, text.size()));
    }
    return false;
  }

  /// A value that begins at `column`, over many lines where it has to: arrays item by item, texts
  /// between words.
  std::string folded_value(const Node& node, std::size_t indent, std::size_t column) const {
    std::string text = toml_value(node, defaults());
    if (style_.widest == 0 || column + text.size() < style_.widest) return text;
    const std::string margin(indent + 2, ' ');
    switch (node.type) {
      case Node::Type::array: {
        text = "[\n";
        for (const Node& item : node.items) {
          text += margin + folded_value(item, indent + 2, indent + 2) + ",\n";
        }
        return text + std::string(indent, ' ') + "]";
      }
      case Node::Type::table:
        return folded_table(node, indent, column);
      case Node::Type::text:
        return folded_text(text, margin);
      default:
        return text;
    }
  }

  /// An inline table stays in one line but for what its values say.
  std::string folded_table(const Node& table, std::size_t indent, std::size_t column) const {
    std::string text = "{ ";
    for (const Entry& entry : table.entries) {
      if (is_skipped(entry.node) || entry.node.type == Node::Type::none) continue;
      if (text.size() > 2) text += ", ";
      text += toml_key(entry.key) + " = ";
      const std::size_t line_start = text.rfind('\n');
      const std::size_t place =
          line_start == std::string::npos ? column + text.size() : text.size() - line_start - 1;
      text += folded_value(entry.node, indent, place);
    }
    return text.size() > 2 ? text + " }" : "{}";
  }

  /// `quoted` between words; a backslash at the end of a line swallows the margin of the next.
  std::string folded_text(const std::string& quoted, const std::string& margin) const {
    std::string_view rest = std::string_view(quoted).substr(1, quoted.size() - 2);
    const std::size_t room = style_.widest - std::min(style_.widest / 2, margin.size() + 4);
    std::string text = "\"\"\"\\\n" + margin;
    while (rest.size() > room) {
      std::size_t end = rest.rfind(' ', room - 1);
      if (end == rest.npos) end = rest.find(' ', room);
      if (end != rest.npos) end = rest.find_first_not_of(' ', end);
      if (end == rest.npos) break;
      text += std::string(rest.substr(0, end)) + "\\\n" + margin;
      rest.remove_prefix(end);
    }
    return text + std::string(rest) + "\"\"\"";
  }

  bool has_lines(const Node& table) const {
    for (const Entry& entry : table.entries) {
      const Node& node = entry.node;
      if (!is_skipped(node) && !is_block(node) && !is_block_array(node)) return true;
    }
    return false;
  }

  /// An entry whose values are all defaults: only its header says that it exists.
  bool says_by_being_there(const Node& table) const {
    return !style_.with_defaults &&
           std::all_of(table.entries.begin(), table.entries.end(),
                       [&](const Entry& entry) { return is_skipped(entry.node); });
  }

  void write_header(const std::string& header, const std::string& path) {
    if (!text_.empty()) text_ += '\n';
    text_ += header;
    end_line(path, TextStyle::Place::header);
  }

  /// `name`: the path as headers spell it, without indices.
  void write_blocks(const Node& table, const std::string& path, const std::string& name) {
    for (const Entry& entry : table.entries) {
      const Node& node = entry.node;
      if (is_skipped(node)) continue;
      const std::string key_path = extended_path(path, entry.key);
      const std::string key_name = (name.empty() ? "" : name + ".") + toml_key(entry.key);
      if (is_block(node)) {
        if (has_lines(node) || says_by_being_there(node))
          write_header(fmt::format("[{}]", key_name), key_path);
        write_lines(node, key_path, "");
        write_blocks(node, key_path, key_name);
      } else if (is_block_array(node)) {
        for (std::size_t i = 0; i < node.items.size(); ++i) {
          const std::string item_path = indexed_path(key_path, i);
          write_header(fmt::format("[[{}]]", key_name), item_path);
          write_lines(node.items[i], item_path, "");
          write_blocks(node.items[i], item_path, key_name);
        }
      }
    }
  }

  const TextStyle& style_;
  std::string text_;
};

/// A long table of percentiles as an array of short ones: only arrays go over many lines.
void fold_percentiles(Node& node, std::size_t widest, bool keys_are_names = false) {
  for (Entry& entry : node.entries) {
    const bool long_table = !keys_are_names && entry.key == "empirical" &&
                            entry.node.type == Node::Type::table &&
                            toml_value(entry.node, Defaults::left_out).size() > widest;
    if (!long_table) {
      fold_percentiles(entry.node, widest, !keys_are_names && holds_names(entry.key));
      continue;
    }
    Node rows = Node::of_array();
    for (Entry& point : entry.node.entries) {
      Node longer = rows.items.empty() ? Node::of_table(Layout::whole) : rows.items.back();
      longer.entries.push_back(point);
      const bool fits = toml_value(longer, Defaults::left_out).size() <= widest;
      if (fits && !rows.items.empty()) {
        rows.items.back() = std::move(longer);
      } else {
        Node row = Node::of_table(Layout::whole);
        row.entries.push_back(std::move(point));
        rows.items.push_back(std::move(row));
      }
    }
    entry.node = std::move(rows);
  }
  for (Node& item : node.items) fold_percentiles(item, widest);
}

}  // namespace

std::string toml_text(const Node& root, const TextStyle& style) {
  return DocumentWriter(style).write(root);
}

std::string write_model(const ModelSpec& model) {
  // A line is never wider than `widest`, as far as names allow; laws and rows of percentiles stand
  // inside of steps and arrays.
  constexpr std::size_t widest = 120;
  constexpr std::size_t widest_law = 96;
  Node root = written_model(model);
  name_long_laws(root, widest_law);
  fold_percentiles(root, widest_law);
  TextStyle style;
  style.widest = widest;
  return toml_text(root, style);
}

}  // namespace rehearse
