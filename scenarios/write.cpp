#include "scenarios/write.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "language/spec_path.hpp"
#include "language/toml_text.hpp"
#include "models/specs/model_spec.hpp"
#include "scenarios/documents.hpp"

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
  static bool is_block_array(const Node& node) {
    return node.type == Node::Type::array && !node.items.empty() &&
           node.items.front().type == Node::Type::table &&
           node.items.front().layout == Layout::block;
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
    if (!node.many_lines || node.items.empty()) {
      text_ += key + " = " + toml_value(node, defaults());
      end_line(path, TextStyle::Place::line);
      return;
    }
    text_ += key + " = [\n";
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      text_ += "  " + toml_value(node.items[i], defaults()) + ",";
      end_line(indexed_path(path, i), TextStyle::Place::line);
    }
    text_ += "]\n";
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

std::string evidence_comment(const EvidenceSpec& evidence) {
  std::string text(word_of(evidence.basis, basis_words));
  if (evidence.n > 0) text += fmt::format(", n = {}", evidence.n);
  if (!evidence.note.empty()) text += ": " + evidence.note;
  return text;
}

/// Evidence by paths spelt in the one way that writers use.
std::map<std::string, std::string> comments_of(const ModelSpec& model) {
  std::map<std::string, std::string> comments;
  for (const auto& [path, evidence] : model.evidence) {
    const auto parts = parse_path(path);
    comments[parts ? path_text(*parts) : path] = evidence_comment(evidence);
  }
  return comments;
}

}  // namespace

std::string toml_text(const Node& root, const TextStyle& style) {
  return DocumentWriter(style).write(root);
}

std::string write_model(const ModelSpec& model) {
  const auto comments = comments_of(model);
  TextStyle style;
  style.comment = [&](const std::string& path, TextStyle::Place place) {
    std::string text;
    if (path.rfind("evidence", 0) == 0) return text;
    for (auto i = comments.lower_bound(path); i != comments.end(); ++i) {
      if (i->first.compare(0, path.size(), path) != 0) break;
      const bool exact = i->first.size() == path.size();
      const bool inside = !exact && (i->first[path.size()] == '.' || i->first[path.size()] == '[');
      if (!exact && (!inside || place == TextStyle::Place::header)) continue;
      const std::string name = exact ? "" : i->first.substr(path.size() + 1) + " ";
      text += (text.empty() ? "" : "; ") + name + i->second;
    }
    return text;
  };
  return toml_text(written_model(model), style);
}

}  // namespace rehearse
