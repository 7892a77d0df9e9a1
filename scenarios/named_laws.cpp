#include "scenarios/named_laws.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "language/spec_path.hpp"
#include "language/suggestions.hpp"
#include "language/toml_text.hpp"
#include "models/values/law_keys.hpp"

namespace rehearse {
namespace {

constexpr std::string_view laws_key = "laws";

/// A duration begins with a digit, a sign or a point.
bool could_be_name(std::string_view text) {
  return !text.empty() && std::string_view("0123456789+-. ").find(text[0]) == text.npos;
}

std::size_t count_values(const Node& node) {
  std::size_t count = 1;
  for (const Node& item : node.items) count += count_values(item);
  for (const Entry& entry : node.entries) count += count_values(entry.node);
  return count;
}

/// What stands in for a law that was reported: nothing follows from it.
Node harmless_law(Position position) {
  Node law = Node::of_text("1ms");
  law.position = position;
  return law;
}

/// Takes long laws out of a written tree.
class LawNamer {
 public:
  explicit LawNamer(std::size_t widest) : widest_(widest) {}

  void visit(Node& node, const std::vector<std::string>& path, bool keys_are_names = false) {
    for (Entry& entry : node.entries) {
      if (entry.key == "evidence" && path.empty()) continue;
      if (!keys_are_names && is_key_of_law(entry.key) && is_long(entry)) {
        std::string name = unused_name(path);
        Node law = std::exchange(entry.node, Node::of_text(name));
        laws.add(std::move(name), std::move(law));
        continue;
      }
      std::vector<std::string> inner = path;
      inner.push_back(entry.key);
      visit(entry.node, inner, !keys_are_names && holds_names(entry.key));
    }
    for (Node& item : node.items) visit(item, path);
  }

  Node laws = Node::of_table();

 private:
  bool is_long(const Entry& entry) const {
    return entry.node.type == Node::Type::table &&
           toml_value(entry.node, Defaults::left_out).size() > widest_;
  }

  /// services.cart.endpoints."GET /" is cart/GET /, services.cart.calls.stock is cart -> stock.
  static std::string owner(const std::vector<std::string>& path) {
    if (path.size() < 2) return path.empty() ? "law" : path.front();
    if (path.size() < 4) return path[1];
    return path[1] + (path[2] == "calls" ? " -> " : "/") + path[3];
  }

  std::string unused_name(const std::vector<std::string>& path) {
    std::string name = owner(path);
    if (!could_be_name(name)) name = "law of " + name;
    std::size_t& uses = uses_[name];
    std::string candidate = ++uses == 1 ? name : fmt::format("{}, {}", name, uses);
    while (!taken_.insert(candidate).second) candidate = fmt::format("{}, {}", name, ++uses);
    return candidate;
  }

  std::size_t widest_;
  std::map<std::string, std::size_t> uses_;
  std::set<std::string> taken_;
};

}  // namespace

bool holds_names(std::string_view key) {
  return key == "services" || key == "endpoints" || key == "calls" || key == "workloads" ||
         key == laws_key;
}

bool is_key_of_law(std::string_view key) {
  return key == "work" || key == "network_latency" || key == "latency" || key == "think_time";
}

NamedLaws::NamedLaws(Reader& reader, Node& model) : reader_(reader) {
  const auto place = std::find_if(model.entries.begin(), model.entries.end(),
                                  [](const Entry& entry) { return entry.key == laws_key; });
  if (place == model.entries.end()) return;
  exists_ = true;
  Node table = std::move(place->node);
  model.entries.erase(place);
  const Reader::Within within(reader_, laws_key);
  if (!reader_.expect_table(table)) return;
  for (Entry& entry : table.entries) {
    const Reader::Within named(reader_, entry.key);
    if (!could_be_name(entry.key)) {
      reader_.mistake(entry.key_position, fmt::format("'{}' is not a name of a law", entry.key),
                      "names do not begin with a digit, a sign or a point, as durations do");
    }
    LawSpec law;
    read(reader_, entry.node, law, LawTable{});
    const bool sound = !reader_.doubts(reader_.path());
    const std::size_t values = count_values(entry.node);
    laws_[entry.key] = Law{std::move(entry.node), values, sound, 0};
  }
}

void NamedLaws::resolve(Node& model) {
  for (Entry& entry : model.entries) {
    if (entry.key == laws_key) {
      reader_.mistake(entry.key_position, "a law cannot be set under its name",
                      "set the values that name it: \"services.cart.calls.stock.network_latency\"");
    }
  }
  std::erase_if(model.entries, [](const Entry& entry) { return entry.key == laws_key; });
  if (!exists_) return;
  for (Entry& entry : model.entries) {
    if (entry.key == "evidence" || entry.key == "provenance") continue;
    const Reader::Within within(reader_, entry.key);
    resolve_inside(entry.node, holds_names(entry.key));
  }
}

void NamedLaws::resolve_inside(Node& node, bool keys_are_names) {
  for (Entry& entry : node.entries) {
    const bool names_law = !keys_are_names && is_key_of_law(entry.key) &&
                           entry.node.type == Node::Type::text && could_be_name(entry.node.text);
    if (!names_law && entry.node.entries.empty() && entry.node.items.empty()) continue;
    const Reader::Within within(reader_, entry.key);
    names_law ? replace(entry.node)
              : resolve_inside(entry.node, !keys_are_names && holds_names(entry.key));
  }
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    if (node.items[i].entries.empty() && node.items[i].items.empty()) continue;
    const Reader::Within within(reader_, i);
    resolve_inside(node.items[i], false);
  }
}

void NamedLaws::replace(Node& name) {
  const Position position = name.position;
  const auto place = laws_.find(name.text);
  if (place == laws_.end()) {
    std::vector<std::string> names;
    for (const auto& [known, law] : laws_) names.push_back(known);
    reader_.mistake(name, fmt::format("[laws] has no law '{}'", name.text),
                    did_you_mean(name.text, names));
    name = harmless_law(position);
    return;
  }
  Law& law = place->second;
  const bool is_copy = law.uses++ > 0;
  if (is_copy && copied_values_ + law.values > most_copied_values) {
    if (!too_many_) {
      reader_.mistake(name, fmt::format("laws named more than once: more than {} values in all",
                                        most_copied_values));
    }
    too_many_ = true;
    name = harmless_law(position);
    return;
  }
  if (is_copy) copied_values_ += law.values;
  // The place that names a law is where it is said, and where what follows from it is shown.
  name = law.sound ? law.node : harmless_law(position);
  name.position = position;
}

std::vector<std::string> NamedLaws::doubts() const {
  std::vector<std::string> sentences;
  for (const auto& [name, law] : laws_) {
    if (law.uses > 0) continue;
    sentences.push_back(fmt::format("the law '{}' of [laws] is used nowhere", name));
  }
  return sentences;
}

void name_long_laws(Node& model, std::size_t widest) {
  LawNamer namer(widest);
  namer.visit(model, {});
  if (namer.laws.entries.empty()) return;
  std::erase_if(model.entries, [](const Entry& entry) { return entry.key == laws_key; });
  const auto evidence = std::find_if(model.entries.begin(), model.entries.end(),
                                     [](const Entry& entry) { return entry.key == "evidence"; });
  model.entries.insert(evidence, Entry{std::string(laws_key), Position{}, std::move(namer.laws)});
}

}  // namespace rehearse
