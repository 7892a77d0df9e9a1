#include "scenarios/given_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "language/diagnostics.hpp"
#include "language/spec_path.hpp"
#include "language/text_file.hpp"
#include "language/toml_text.hpp"
#include "scenarios/documents.hpp"
#include "scenarios/named_laws.hpp"
#include "sim/counted_text.hpp"

namespace rehearse {
namespace {

using Path = std::vector<PathPart>;

std::string word_at(const Path& path, std::size_t depth) {
  if (depth >= path.size()) return "";
  const auto* index = std::get_if<std::size_t>(&path[depth]);
  return index != nullptr ? std::to_string(*index) : std::get<std::string>(path[depth]);
}

/// services.A.calls.B or workloads.W.calls.B, and what follows.
bool is_of_edge(const Path& path) {
  return path.size() > 4 && word_at(path, 2) == "calls";
}

bool is_on_error(const Path& path) {
  return path.size() == 5 && is_of_edge(path) && word_at(path, 0) == "services" &&
         word_at(path, 4) == "on_error";
}

/// What stands at a path; or what stands for it, to which the path is shortened: a list that it
/// leads into, a table that is absent, or, where another choice was made, the table with the
/// choice. Null where nothing could stand. Expects a path with parts.
const Node* find_value(const Node& root, Path& path, NodeFinder& nodes) {
  Path way;
  const Node* node = &root;
  for (std::size_t depth = 0; depth < path.size(); ++depth) {
    if (node->type == Node::Type::array || node->type == Node::Type::none) {
      path.resize(depth);
      return node;
    }
    way.emplace_back(word_at(path, depth));
    const Node& next = nodes.nearest(path_text(way));
    if (&next == node) return nullptr;
    if (next.type == Node::Type::none && node->one_of_many) {
      path.resize(depth);
      return node;
    }
    node = &next;
  }
  return node;
}

/// Puts values into a written model.
class ValuePutter {
 public:
  explicit ValuePutter(Node& root) : root_(root) {}

  /// Makes the tables that lead there where they are missing. Returns whether the path has a place.
  bool put(const Path& path, const Node& value) {
    Node* node = &root_;
    Path way;
    for (std::size_t depth = 0; depth < path.size(); ++depth) {
      const bool whole = depth + 1 == path.size() && value.type == Node::Type::table;
      Node* const next = entry_at(*node, path, depth, whole || made_.contains(path_text(way)));
      if (next == nullptr) return false;
      way.emplace_back(word_at(path, depth));
      if (depth + 1 == path.size()) {
        *next = value;
        return true;
      }
      if (next->type == Node::Type::none) {
        *next = Node::of_table();
        made_.insert(path_text(way));
      }
      next->is_default = false;
      if (next->type != Node::Type::table) return false;
      node = next;
    }
    return false;
  }

 private:
  /// Null where a model without this key could not have it: a part of a service is none, a service
  /// that is given whole may be new.
  static Node* entry_at(Node& table, const Path& path, std::size_t depth, bool may_be_new) {
    Node* const entry = table.find(word_at(path, depth));
    if (entry == nullptr) {
      return may_be_new ? &table.add(word_at(path, depth), Node()) : nullptr;
    }
    return entry->type == Node::Type::none && table.one_of_many ? nullptr : entry;
  }

  Node& root_;
  std::set<std::string> made_;
};

/// The word that all calls of one service to another have for failures; nothing where they differ,
/// or where one has a fallback, or tolerates a share of them.
std::optional<OnError> common_on_error(const ServiceSpec& caller, const std::string& callee) {
  std::set<OnError> words;
  for (const auto& [operation, endpoint] : caller.endpoints) {
    for (const BehaviourSpec& behaviour : endpoint.behaviours) {
      for_each_step(behaviour.steps, [&](const StepSpec& step) {
        const auto* call = std::get_if<CallSpec>(&step.action);
        if (call == nullptr || call->endpoint.service != callee) return;
        words.insert(call->tolerated > 0 ? OnError::fallback : call->on_error);
      });
    }
  }
  if (words.size() != 1 || *words.begin() == OnError::fallback) return std::nullopt;
  return *words.begin();
}

std::optional<OnError> on_error_at(const ModelSpec& model, const Path& path) {
  const auto caller = model.services.find(word_at(path, 1));
  if (caller == model.services.end()) return std::nullopt;
  return common_on_error(caller->second, word_at(path, 3));
}

Node text_of(OnError word) {
  return Node::of_text(std::string(word_of(word, on_error_words)));
}

void set_on_error(StepSequence& steps, const std::string& callee, OnError word) {
  for (StepSpec& step : steps) {
    if (auto* call = std::get_if<CallSpec>(&step.action)) {
      if (call->endpoint.service == callee) {
        call->on_error = word;
        call->tolerated = 0;
        call->fallback.clear();
      } else {
        set_on_error(call->fallback, callee, word);
      }
    } else if (auto* repeat = std::get_if<RepeatSpec>(&step.action)) {
      set_on_error(repeat->steps, callee, word);
    } else if (auto* parallel = std::get_if<ParallelSpec>(&step.action)) {
      for (StepSequence& branch : parallel->branches) set_on_error(branch, callee, word);
    }
  }
}

/// Returns whether the model has such calls.
bool put_on_error(ModelSpec& model, const Path& path, const Node& word) {
  const auto caller = model.services.find(word_at(path, 1));
  const std::string callee = word_at(path, 3);
  if (caller == model.services.end() || !caller->second.calls.contains(callee)) return false;
  const OnError meant =
      word.text == word_of(OnError::ignore, on_error_words) ? OnError::ignore : OnError::fail;
  for (auto& [operation, endpoint] : caller->second.endpoints) {
    for (BehaviourSpec& behaviour : endpoint.behaviours) {
      set_on_error(behaviour.steps, callee, meant);
    }
  }
  return true;
}

bool is_at_or_below(std::string_view path, std::string_view above) {
  if (!path.starts_with(above)) return false;
  return path.size() == above.size() || path[above.size()] == '.' || path[above.size()] == '[';
}

/// An edit of what was learned is given from here on, and says what it took the place of.
void take_for_given(EvidenceSpec& evidence) {
  evidence.note = fmt::format("in place of {}{}{}", toml_value(*evidence.value, Defaults::left_out),
                              evidence.note.empty() ? "" : ": ", evidence.note);
  evidence.basis = Basis::given;
}

/// Hands on each row of evidence with what the model holds there, and whether the recording
/// contradicts that.
template <class Take>
void for_each_believed(const ModelSpec& model, const Take& take) {
  const Node root = written_model(model);
  NodeFinder nodes(root);
  for (const auto& [text, evidence] : model.evidence) {
    std::optional<Path> path = parse_path(text);
    if (!path || path->empty()) continue;
    const Node* const value = find_value(root, *path, nodes);
    if (value == nullptr) continue;
    const bool held = !evidence.value || *value == *evidence.value;
    take(text, *value, evidence.contradicted.has_value() && held);
  }
}

std::string short_text(const Node& value) {
  constexpr std::size_t widest = 40;
  if (value.type == Node::Type::none) return "not said";
  std::string text = toml_value(value, Defaults::left_out);
  if (text.size() <= widest) return text;
  if (value.type == Node::Type::array) return counted(value.items.size(), "item");
  return value.type == Node::Type::table ? "a table" : text;
}

}  // namespace

void note_values(ModelSpec& model) {
  const Node root = written_model(model);
  NodeFinder nodes(root);
  for (auto& [text, evidence] : model.evidence) {
    evidence.value.reset();
    std::optional<Path> path = parse_path(text);
    if (!path || path->empty() || is_key_of_law(word_at(*path, path->size() - 1))) continue;
    if (is_on_error(*path)) {
      if (const auto word = on_error_at(model, *path)) evidence.value = text_of(*word);
      continue;
    }
    const Node* const value = find_value(root, *path, nodes);
    if (value == nullptr || !is_scalar(*value)) continue;
    evidence.value = *value;
    evidence.value->is_default = false;
  }
}

GivenValues given_values(const ModelSpec& model) {
  GivenValues given;
  const Node root = written_model(model);
  NodeFinder nodes(root);
  for (const auto& [text, evidence] : model.evidence) {
    const bool says_so = evidence.basis == Basis::given;
    if (!says_so && !evidence.value) continue;
    std::optional<Path> path = parse_path(text);
    if (path && is_on_error(*path)) {
      const auto word = on_error_at(model, *path);
      if (!word) {
        if (says_so) given.without_value.push_back(text);
        continue;
      }
      GivenValue one{path_text(*path), text_of(*word), evidence};
      if (!says_so) {
        if (one.value == *evidence.value) continue;
        take_for_given(one.evidence);
      }
      given.values.push_back(std::move(one));
      continue;
    }
    const Node* const value = path && !path->empty() ? find_value(root, *path, nodes) : nullptr;
    if (value == nullptr) {
      if (says_so) given.without_value.push_back(text);
      continue;
    }
    const bool edited = evidence.value && *evidence.value != *value;
    if (!says_so && !edited) continue;
    GivenValue one{path_text(*path), *value, evidence};
    // Of what stood there before the whole was given: that has evidence of its own.
    const auto whole = one.path == text ? model.evidence.end() : model.evidence.find(one.path);
    if (whole != model.evidence.end() && whole->second.basis == Basis::given) continue;
    if (!says_so) take_for_given(one.evidence);
    one.evidence.contradicted.reset();
    given.values.push_back(std::move(one));
  }
  return given;
}

std::vector<std::string> put_given(const std::vector<GivenValue>& given, ModelSpec& learned,
                                   const std::string& path_of_model) {
  std::vector<std::string> without_place;
  Node root = written_model(learned);
  ValuePutter putter(root);
  std::map<std::string, EvidenceSpec> evidence = learned.evidence;
  std::vector<const GivenValue*> words;
  for (const GivenValue& one : given) {
    const Path path = parse_path(one.path).value_or(Path());
    if (is_on_error(path)) {
      words.push_back(&one);
    } else if (putter.put(path, one.value)) {
      for (auto& [place, row] : evidence) {
        // What is assumed of a part stays so: the whole was given, not that.
        const bool assumed = row.basis == Basis::assumed;
        if (is_at_or_below(place, one.path) && !assumed) row.basis = Basis::given;
      }
      evidence[one.path] = one.evidence;
    } else {
      without_place.push_back(one.path);
    }
  }
  leave_out_unsaid(root);
  Diagnostics diagnostics;
  Reader reader(diagnostics, folder_of(path_of_model));
  ModelSpec model = read_model(reader, root);
  diagnostics.throw_if_any();
  model.evidence = std::move(evidence);
  for (const GivenValue* one : words) {
    if (put_on_error(model, *parse_path(one->path), one->value)) {
      model.evidence[one->path] = one->evidence;
    } else {
      without_place.push_back(one->path);
    }
  }
  note_values(model);
  learned = std::move(model);
  return without_place;
}

std::string contradiction_text(const std::string& path, const Node& value, std::string_view seen) {
  const Path parts = parse_path(path).value_or(Path());
  const bool of_edge = is_of_edge(parts);
  const std::size_t begin = of_edge ? 4 : 2;
  std::string what = path;
  std::string where;
  if (parts.size() > begin) {
    what = path_text({parts.begin() + static_cast<std::ptrdiff_t>(begin), parts.end()});
    where = " at " + word_at(parts, 1) + (of_edge ? " -> " + word_at(parts, 3) : "");
  }
  return fmt::format("given {} = {}{}: the recording contradicts it, {}", what,
                     toml_value(value, Defaults::left_out), where, seen);
}

std::vector<BelievedValue> believed_values(const ModelSpec& model) {
  std::vector<BelievedValue> values;
  for_each_believed(model, [&](const std::string& path, const Node& value, bool contradicted) {
    values.push_back({path, short_text(value), contradicted});
  });
  return values;
}

std::vector<std::string> contradicted_values(const ModelSpec& model) {
  std::vector<std::string> sentences;
  const bool any = std::any_of(model.evidence.begin(), model.evidence.end(),
                               [](const auto& row) { return row.second.contradicted.has_value(); });
  if (!any) return sentences;
  for_each_believed(model, [&](const std::string& path, const Node& value, bool contradicted) {
    if (!contradicted) return;
    sentences.push_back(contradiction_text(path, value, *model.evidence.at(path).contradicted));
  });
  return sentences;
}

}  // namespace rehearse
