#include "scenarios/value_difference.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "language/diagnostics.hpp"
#include "language/quantity_text.hpp"
#include "language/reader.hpp"
#include "language/spec_path.hpp"
#include "language/toml_text.hpp"
#include "models/values/law_keys.hpp"
#include "scenarios/named_laws.hpp"
#include "sim/expects.hpp"

namespace rehearse {
namespace {

using Kind = ModelChange::Kind;
using Part = ModelChange::Part;

bool is_absent(const Node* node) {
  return node == nullptr || node->type == Node::Type::none;
}

/// Without the keys that say nothing.
Node said_in(const Node& node) {
  Node said = node;
  said.entries.clear();
  for (const Entry& entry : node.entries) {
    if (entry.node.type == Node::Type::none) continue;
    said.entries.push_back(Entry{entry.key, entry.key_position, said_in(entry.node)});
  }
  for (Node& item : said.items) item = said_in(item);
  return said;
}

/// The law that a written tree holds.
std::optional<LawSpec> law_in(const Node& node) {
  Diagnostics diagnostics;
  Reader reader(diagnostics, "");
  LawSpec law;
  read(reader, said_in(node), law, LawTable{});
  return diagnostics.empty() ? std::optional(law) : std::nullopt;
}

/// What a value is as a number: itself, seconds, or events per second.
std::optional<double> number_in(const Node& node) {
  switch (node.type) {
    case Node::Type::integer:
      return static_cast<double>(node.integer);
    case Node::Type::real:
      return node.real;
    case Node::Type::text:
      if (const auto duration = parse_duration(node.text)) return duration->in_seconds();
      if (const auto rate = parse_rate(node.text)) return rate->per_second;
      return std::nullopt;
    default:
      return std::nullopt;
  }
}

double distance(double before, double after) {
  ModelChange change;
  if (std::isfinite(before) && std::isfinite(after)) {
    measure(change, before, after);
    return change.size;
  }
  return before == after ? 0 : size_from_nothing;
}

class ValueComparison {
 public:
  ValueComparison(Part part, std::vector<ModelChange>& changes) : part_(part), changes_(changes) {}

  void compare(const Node* before, const Node* after, const std::string& path,
               std::string_view key = "") {
    const bool was = !is_absent(before);
    const bool is = !is_absent(after);
    if (!was && !is) return;
    if (!was || !is) {
      add(was ? Kind::went : Kind::came, path, was ? toml_value(*before) : "",
          is ? toml_value(*after) : "", size_from_nothing);
      return;
    }
    if (*before == *after) return;
    if (is_key_of_law(key) && compare_laws(*before, *after, path)) return;
    const bool tables = before->type == Node::Type::table && after->type == Node::Type::table;
    const bool arrays = before->type == Node::Type::array && after->type == Node::Type::array;
    if (tables && say_the_same_kind(*before, *after)) {
      compare_tables(*before, *after, path);
    } else if (arrays && before->items.size() == after->items.size()) {
      for (std::size_t i = 0; i < before->items.size(); ++i) {
        compare(&before->items[i], &after->items[i], indexed_path(path, i));
      }
    } else {
      compare_values(*before, *after, path);
    }
  }

  void compare_tables(const Node& before, const Node& after, const std::string& path) {
    std::map<std::string_view, const Node*> rest;
    for (const Entry& entry : after.entries) rest.emplace(entry.key, &entry.node);
    for (const Entry& entry : before.entries) {
      const auto other = rest.find(entry.key);
      compare(&entry.node, other == rest.end() ? nullptr : other->second,
              extended_path(path, entry.key), entry.key);
      if (other != rest.end()) rest.erase(other);
    }
    for (const auto& [key, node] : rest) compare(nullptr, node, extended_path(path, key), key);
  }

  /// Of tables that say one of several things: whether they say the same one.
  static bool say_the_same_kind(const Node& before, const Node& after) {
    if (!before.one_of_many) return true;
    const auto& entries = before.entries;
    return std::any_of(entries.begin(), entries.end(), [&](const Entry& entry) {
      return !is_absent(&entry.node) && !entry.node.is_default && !is_absent(after.find(entry.key));
    });
  }

  bool compare_laws(const Node& before, const Node& after, const std::string& path) {
    const std::optional<LawSpec> was = law_in(before);
    const std::optional<LawSpec> is = law_in(after);
    if (!was || !is) return false;
    const LawFigures old_figures = figures_of(*was);
    const LawFigures new_figures = figures_of(*is);
    const double size = std::max(
        {distance(old_figures.mean, new_figures.mean), distance(old_figures.p50, new_figures.p50),
         distance(old_figures.p90, new_figures.p90), distance(old_figures.p99, new_figures.p99)});
    add(Kind::changed, path, toml_value(before), toml_value(after), size).law =
        std::pair(old_figures, new_figures);
    return true;
  }

  void compare_values(const Node& before, const Node& after, const std::string& path) {
    ModelChange& change =
        add(Kind::changed, path, toml_value(before), toml_value(after), size_of_word);
    const std::optional<double> old_number = number_in(before);
    const std::optional<double> new_number = number_in(after);
    if (old_number && new_number) measure(change, *old_number, *new_number);
  }

 private:
  ModelChange& add(Kind kind, const std::string& path, std::string before, std::string after,
                   double size) {
    changes_.push_back(
        ModelChange{kind, part_, path, std::move(before), std::move(after), {}, {}, size});
    return changes_.back();
  }

  Part part_;
  std::vector<ModelChange>& changes_;
};

}  // namespace

void measure(ModelChange& change, double before, double after) {
  change.size = before == after ? 0 : size_from_nothing;
  if (!(before > 0 && after > 0)) return;
  change.ratio = after / before;
  change.size = std::abs(std::log(after) - std::log(before));
}

void add_differences(const Node* before, const Node* after, const std::string& path, Part part,
                     std::string_view key, std::vector<ModelChange>& changes) {
  ValueComparison(part, changes).compare(before, after, path, key);
}

}  // namespace rehearse
