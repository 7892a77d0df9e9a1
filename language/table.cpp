#include "language/table.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "language/suggestions.hpp"

namespace rehearse {
namespace {

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text += i + 1 == names.size() ? " and " : ", ";
    text += fmt::format("'{}'", names[i]);
  }
  return text;
}

SchemaValue simple_value(const Node& node) {
  switch (node.type) {
    case Node::Type::boolean:
      return node.boolean;
    case Node::Type::integer:
      return node.integer;
    case Node::Type::real:
      return node.real;
    case Node::Type::text:
      return node.text;
    default:
      return std::monostate();
  }
}

}  // namespace

const Node* TableReader::take(const Key& key) {
  known_.emplace_back(key.name);
  const Node* node = table_.find(key.name);
  if (node == nullptr && key.need == Need::required) {
    reader_.mistake_of_keys(table_.position,
                            fmt::format("'{}' is missing{}", key.name,
                                        reader_.path().empty() ? "" : " in " + reader_.path()),
                            std::string(key.sentence));
  }
  return node;
}

void TableReader::exactly_one(std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) choices_.emplace_back(name);
}

void TableReader::check_choice(bool any_unknown) {
  std::vector<const Entry*> given;
  for (const std::string& name : choices_) {
    for (const Entry& entry : table_.entries) {
      if (entry.key == name) given.push_back(&entry);
    }
  }
  // A choice that is missing beside an unknown key is that key, misspelt.
  if (given.empty() && !any_unknown && !choices_.empty()) {
    reader_.mistake(table_,
                    fmt::format("'{}' needs exactly one of {}", reader_.name(), joined(choices_)));
  }
  for (std::size_t i = 1; i < given.size(); ++i) {
    reader_.mistake(given[i]->key_position,
                    fmt::format("'{}' cannot stand beside '{}': exactly one of {} is needed",
                                given[i]->key, given[0]->key, joined(choices_)));
  }
}

/// The table holds the alternative of this word.
void TableReader::hold(const Key& tag, std::string_view word) {
  word_ = word;
  tag_ = fmt::format("{} \"{}\"", tag.name, word);
}

void TableReader::add_foreign(const std::string& key, std::string_view owner) {
  const auto known = std::find_if(foreign_.begin(), foreign_.end(),
                                  [&](const Foreign& other) { return other.key == key; });
  if (known == foreign_.end()) {
    foreign_.push_back({key, {std::string(owner)}});
  } else {
    known->owners.emplace_back(owner);
  }
}

/// Where it is not known which alternative is meant, the keys of all of them may be right.
bool TableReader::is_foreign(const Entry& entry) {
  const auto foreign = std::find_if(foreign_.begin(), foreign_.end(),
                                    [&](const Foreign& other) { return other.key == entry.key; });
  if (foreign == foreign_.end()) return false;
  if (!word_.empty()) {
    reader_.mistake(entry.node, fmt::format("{} has no '{}'", tag_, entry.key),
                    fmt::format("'{}' belongs to {}", entry.key, joined(foreign->owners)));
  }
  return true;
}

void TableReader::finish() {
  bool any_unknown = false;
  for (const Entry& entry : table_.entries) {
    if (std::find(known_.begin(), known_.end(), entry.key) != known_.end()) continue;
    if (is_foreign(entry)) continue;
    any_unknown = true;
    const std::string hint =
        did_you_mean(entry.key, known_, fmt::format("the keys here are {}", joined(known_)));
    const std::string where = reader_.path().empty() ? "" : " in " + reader_.path();
    reader_.mistake_of_keys(entry.key_position, fmt::format("unknown key '{}'{}", entry.key, where),
                            hint);
  }
  check_choice(any_unknown);
}

void TableWriter::add(const Key& key, Node value) {
  if (key.need == Need::conditional && value.type == Node::Type::none) return;
  if (key.need == Need::shown || key.need == Need::required) shown_.emplace_back(key.name);
  table_.add(std::string(key.name), std::move(value));
}

void TableWriter::mark_defaults(const Node& defaults) {
  for (Entry& entry : table_.entries) {
    if (std::find(shown_.begin(), shown_.end(), entry.key) != shown_.end()) continue;
    const Node* default_node = defaults.find(entry.key);
    entry.node.is_default = default_node != nullptr && entry.node == *default_node;
  }
}

void TableSchema::exactly_one(std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) table_.exactly_one.emplace_back(name);
}

void TableSchema::add(const Key& key, SchemaNode node, const Node& default_value) {
  node.description = std::string(key.sentence);
  if (key.need == Need::required) {
    table_.required.emplace_back(key.name);
  } else {
    node.default_value = simple_value(default_value);
  }
  table_.properties.push_back(SchemaProperty{std::string(key.name), std::move(node)});
}

}  // namespace rehearse
