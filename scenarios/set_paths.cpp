#include "scenarios/set_paths.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "language/spec_path.hpp"
#include "language/suggestions.hpp"

namespace rehearse {
namespace {

/// Whether the table at this depth of the path holds named things, which an override cannot invent.
bool holds_names(const std::vector<PathPart>& parts, std::size_t depth) {
  const auto is = [&](std::size_t index, std::string_view word) {
    const auto* key = std::get_if<std::string>(&parts[index]);
    return key != nullptr && *key == word;
  };
  if (depth == 1) return is(0, "services") || is(0, "workloads");
  return depth == 3 && is(0, "services") && is(2, "endpoints");
}

std::string nearest_key(const std::string& key, const Node& table) {
  std::vector<std::string> keys;
  for (const Entry& entry : table.entries) keys.push_back(entry.key);
  return did_you_mean(key, keys);
}

class Override {
 public:
  Override(Reader& reader, const Entry& entry, std::vector<PathPart> parts)
      : reader_(reader), entry_(entry), parts_(std::move(parts)) {}

  void apply(Node& model) {
    Node* node = &model;
    for (std::size_t depth = 0; depth < parts_.size() && node != nullptr; ++depth) {
      const auto* index = std::get_if<std::size_t>(&parts_[depth]);
      // 0 is an index in an array, and a name in a table.
      node =
          index && node->type != Node::Type::table
              ? at_index(*node, *index)
              : at_key(*node, index ? std::to_string(*index) : std::get<std::string>(parts_[depth]),
                       depth);
    }
    if (node == nullptr) return;
    if (is_one_value()) {
      *node = entry_.node;
    } else {
      put(*node, entry_.node);
    }
  }

 private:
  bool is_one_value() const {
    return std::any_of(parts_.begin(), parts_.end(), [](const PathPart& part) {
      const auto* key = std::get_if<std::string>(&part);
      return key != nullptr && holds_one_value(*key);
    });
  }

  /// Key by key where both are tables: what is not said stays as it was.
  static void put(Node& node, const Node& value) {
    if (node.type != Node::Type::table || value.type != Node::Type::table) {
      node = value;
      return;
    }
    for (const Entry& entry : value.entries) {
      Node* inner = node.find(entry.key);
      if (inner == nullptr) {
        node.entries.push_back(entry);
      } else if (holds_one_value(entry.key)) {
        *inner = entry.node;
      } else {
        put(*inner, entry.node);
      }
    }
  }

  Node* at_index(Node& node, std::size_t index) {
    if (node.type == Node::Type::array && index < node.items.size()) return &node.items[index];
    if (node.type != Node::Type::array) {
      refuse(fmt::format("an index needs an array, and there is {}", found_text(node)));
    } else if (node.items.empty()) {
      refuse("that array is empty");
    } else {
      refuse(fmt::format("the last item of that array is [{}]", node.items.size() - 1));
    }
    return nullptr;
  }

  Node* at_key(Node& node, const std::string& key, std::size_t depth) {
    if (node.type == Node::Type::array && !key.empty() &&
        key.find_first_not_of("0123456789") == std::string::npos && key.size() < 9) {
      return at_index(node, std::stoul(key));
    }
    if (node.type != Node::Type::table) {
      refuse(fmt::format("'{}' cannot be set inside of {}", key, found_text(node)));
      return nullptr;
    }
    if (Node* next = node.find(key)) return next;
    if (holds_names(parts_, depth)) {
      refuse(fmt::format("the model has no '{}' there", key), nearest_key(key, node));
      return nullptr;
    }
    Node table = Node::of_table();
    table.position = entry_.key_position;
    node.entries.push_back(Entry{key, entry_.key_position, std::move(table)});
    return &node.entries.back().node;
  }

  void refuse(const std::string& why, const std::string& hint = "") {
    reader_.diagnostics().add(entry_.key_position,
                              fmt::format("cannot set {}: {}", entry_.key, why), hint);
  }

  Reader& reader_;
  const Entry& entry_;
  std::vector<PathPart> parts_;
};

/// Keys as text: an index may be written [0] or .0 .
std::vector<std::string> words_of(std::string_view path) {
  std::vector<std::string> words;
  for (const PathPart& part : parse_path(path).value_or(std::vector<PathPart>())) {
    const auto* index = std::get_if<std::size_t>(&part);
    words.push_back(index != nullptr ? std::to_string(*index) : std::get<std::string>(part));
  }
  return words;
}

/// Whether an override says the value at a path that begins with its own. A table that is set key
/// by key says nothing about other keys.
bool gives(const Entry& entry, const std::vector<std::string>& path) {
  const std::vector<std::string> own = words_of(entry.key);
  if (own.empty() || own.size() > path.size()) return false;
  if (!std::equal(own.begin(), own.end(), path.begin())) return false;
  const Node* node = &entry.node;
  for (std::size_t depth = own.size(); depth < path.size(); ++depth) {
    if (node->type != Node::Type::table || holds_one_value(path[depth - 1])) return true;
    node = node->find(path[depth]);
    if (node == nullptr) return false;
  }
  return true;
}

}  // namespace

bool holds_one_value(std::string_view key) {
  constexpr std::array<std::string_view, 9> words{"arrivals", "mix",      "work",
                                                  "repeat",   "size",     "think_time",
                                                  "latency",  "evidence", "network_latency"};
  return std::find(words.begin(), words.end(), key) != words.end();
}

void apply_overrides(Reader& reader, const Node& set, Node& model) {
  if (set.type != Node::Type::table) return;
  for (const Entry& entry : set.entries) {
    auto parts = parse_path(entry.key);
    if (!parts) {
      reader.diagnostics().add(
          entry.key_position, fmt::format("'{}' is not a path of the model", entry.key),
          "write \"services.cart.instances\" or \"workloads.web.arrivals.poisson.rate\"");
      continue;
    }
    if (parts->size() == 1) {
      reader.diagnostics().add(entry.key_position, "a whole part of the model cannot be set",
                               "paths have quotes around them: \"services.cart.instances\" = 3");
      continue;
    }
    Override(reader, entry, *std::move(parts)).apply(model);
  }
}

void mark_given(const Node& set, ModelSpec& model) {
  if (set.type != Node::Type::table) return;
  const auto is_given = [&set](const std::string& text) {
    const std::vector<std::string> path = words_of(text);
    return std::any_of(set.entries.begin(), set.entries.end(),
                       [&](const Entry& entry) { return gives(entry, path); });
  };
  for (auto& [text, one] : model.evidence) {
    if (is_given(text)) one.basis = Basis::given;
  }
  if (model.provenance.calibrated_by.empty()) return;
  for (const auto& [name, service] : model.services) {
    const std::string workers = extended_path(extended_path("services", name), "workers");
    if (is_given(workers)) model.evidence[workers].basis = Basis::given;
  }
}

}  // namespace rehearse
