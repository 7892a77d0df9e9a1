#include "scenarios/facts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <string_view>
#include <utility>

#include "language/reader.hpp"
#include "language/spec_path.hpp"
#include "language/suggestions.hpp"
#include "language/text_file.hpp"
#include "language/toml_reader.hpp"
#include "language/value_kinds.hpp"
#include "models/checks/mistakes.hpp"
#include "scenarios/documents.hpp"
#include "scenarios/imports/manifests.hpp"
#include "scenarios/imports/yaml_reader.hpp"
#include "scenarios/located_mistakes.hpp"
#include "scenarios/named_laws.hpp"
#include "scenarios/set_paths.hpp"

namespace rehearse {
namespace {

constexpr std::string_view marker = "rehearse_facts";

/// The tables of a model that facts may have.
const std::vector<std::string>& known_tables() {
  static const std::vector<std::string> tables = {"services", "workloads", "network", "laws"};
  return tables;
}

/// Whether a person gives a key as one value, whatever it holds. A discipline of a queue decides
/// which keys stand beside it.
bool is_one_value(const Entry& entry) {
  if (entry.node.type != Node::Type::table || holds_one_value(entry.key)) return true;
  return entry.key == "queue" && entry.node.find("discipline") != nullptr;
}

/// What the names in a table are called, where facts cannot invent them.
std::string_view kind_of_names(std::string_view key) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kinds{
      {{"services", "service"},
       {"workloads", "workload"},
       {"endpoints", "endpoint"},
       {"calls", "call to"}}};
  for (const auto& [table, kind] : kinds) {
    if (key == table) return kind;
  }
  return "";
}

EvidenceSpec evidence_of(const std::string& origin) {
  EvidenceSpec evidence;
  evidence.basis = Basis::given;
  evidence.note = origin;
  return evidence;
}

/// Lays the facts of all files over the document of a model.
class Layer {
 public:
  Layer(Reader& reader, Node& model) : reader_(reader), model_(model) {}

  /// `origins`: of single values more than the name of their file.
  void lay(Node facts, const std::string& file,
           const std::map<std::string, std::string>& origins = {}) {
    file_ = file;
    origins_ = &origins;
    read_head(facts);
    take_words(facts);
    merge(model_, facts, "", "");
  }

  /// By path: what gives it, without words for failed calls.
  std::map<std::string, std::string> given;
  /// on_error, which no key of a model says for all calls of an edge.
  std::vector<GivenValue> words;
  /// What follows from names that the model does not have is no mistake of its own.
  bool any_unknown_name() const { return unknown_names_ > 0; }

 private:
  void read_head(Node& facts) {
    int version = 0;
    if (const Node* said = facts.find(marker)) {
      const Reader::Within within(reader_, marker);
      read(reader_, *said, version, LanguageVersion{});
    } else {
      reader_.mistake(facts, fmt::format("'{}' is missing", marker),
                      fmt::format("a file of facts begins with {} = 1", marker));
    }
    std::erase_if(facts.entries, [&](const Entry& entry) {
      if (entry.key == marker) return true;
      const auto& known = known_tables();
      if (std::find(known.begin(), known.end(), entry.key) != known.end()) return false;
      reader_.mistake_of_keys(entry.key_position, fmt::format("unknown key '{}'", entry.key),
                              did_you_mean(entry.key, known,
                                           fmt::format("the keys here are {}, services, workloads, "
                                                       "network, laws",
                                                       marker)));
      return true;
    });
  }

  /// Takes services.A.calls.B.on_error out of the facts.
  void take_words(Node& facts) {
    Node* const services = facts.find("services");
    if (services == nullptr) return;
    const Reader::Within inside(reader_, "services");
    for (Entry& service : services->entries) {
      Node* const calls = service.node.find("calls");
      if (calls == nullptr) continue;
      const Reader::Within caller(reader_, service.key);
      const Reader::Within of_calls(reader_, "calls");
      for (Entry& callee : calls->entries) {
        const Reader::Within edge(reader_, callee.key);
        take_word(callee.node);
      }
    }
  }

  void take_word(Node& edge) {
    constexpr std::string_view key = "on_error";
    const auto place = std::find_if(edge.entries.begin(), edge.entries.end(),
                                    [&](const Entry& entry) { return entry.key == key; });
    if (place == edge.entries.end()) return;
    const Reader::Within within(reader_, key);
    if (read_word(reader_, place->node, {"fail", "ignore"})) {
      words.push_back({reader_.path(), Node::of_text(place->node.text), evidence_of(file_)});
    }
    edge.entries.erase(place);
  }

  /// `kind`: what the names in these tables are called; empty where they hold keys.
  void merge(Node& into, const Node& facts, const std::string& path, std::string_view kind) {
    std::map<std::string, std::size_t> places;
    for (std::size_t i = 0; i < into.entries.size(); ++i) places.emplace(into.entries[i].key, i);
    for (const Entry& entry : facts.entries) {
      const std::string place = extended_path(path, entry.key);
      const auto known = places.find(entry.key);
      if (known == places.end() && !kind.empty()) {
        refuse_name(into, entry, path, kind);
        // The keys of a misspelt service are worth a look all the same; others would lack some.
        if (kind == kind_of_names("workloads") || kind == kind_of_names("endpoints")) continue;
      }
      if (known == places.end()) into.entries.push_back({entry.key, entry.key_position, Node()});
      Node& inner =
          into.entries[known == places.end() ? into.entries.size() - 1 : known->second].node;
      const bool named_law = path == "laws";
      const bool one_value = named_law || (kind.empty() && is_one_value(entry));
      if (one_value && !named_law) given[place] = origin_of(place);
      if (one_value || entry.node.type != Node::Type::table) {
        inner = entry.node;
        continue;
      }
      if (inner.type != Node::Type::table) inner = Node::of_table();
      inner.position = entry.node.position;
      merge(inner, entry.node, place, kind.empty() ? kind_of_names(entry.key) : "");
    }
  }

  std::string origin_of(const std::string& path) const {
    const auto more = origins_->find(path);
    return more == origins_->end() ? file_ : fmt::format("{}: {}", file_, more->second);
  }

  void refuse_name(const Node& table, const Entry& entry, const std::string& path,
                   std::string_view kind) {
    constexpr std::size_t most_hints = 100;  // of more, nothing is shown
    std::string hint;
    if (++unknown_names_ <= most_hints) {
      std::vector<std::string> names;
      for (const Entry& known : table.entries) {
        if (known.key_position.file < 0) names.push_back(known.key);
      }
      hint = did_you_mean(entry.key, names, "facts are of what was learned, and add nothing to it");
    }
    reader_.diagnostics().add(entry.key_position,
                              fmt::format("{} has no {} '{}'", path, kind, entry.key), hint);
  }

  Reader& reader_;
  Node& model_;
  std::string file_;
  const std::map<std::string, std::string>* origins_ = nullptr;
  std::size_t unknown_names_ = 0;
};

/// The model that a document with facts says.
ModelSpec read_laid(Reader& reader, Node& root, bool any_unknown_name,
                    std::vector<std::string>& doubts) {
  Diagnostics& diagnostics = reader.diagnostics();
  NamedLaws laws(reader, root);
  laws.resolve(root);
  for (std::string& doubt : laws.doubts()) doubts.push_back(std::move(doubt));
  ModelSpec model = read_model(reader, root);
  if (!any_unknown_name) {
    ReadDocument reading{NodeFinder(root), reader};
    add_mistakes(find_mistakes(model), reading, nullptr, diagnostics);
  }
  diagnostics.throw_if_any();
  return model;
}

/// What was learned of a given value, or of a part of it, is given, too; what is assumed of a part
/// stays so.
void mark_given(std::map<std::string, EvidenceSpec>& evidence,
                const std::map<std::string, std::string>& given) {
  for (const auto& [path, file] : given) {
    auto row = evidence.lower_bound(path);
    for (; row != evidence.end() && row->first.starts_with(path); ++row) {
      const char next = row->first.size() > path.size() ? row->first[path.size()] : '.';
      const bool inside = next == '.' || next == '[';
      if (inside && row->second.basis != Basis::assumed) row->second.basis = Basis::given;
    }
    evidence[path] = evidence_of(file);
  }
}

}  // namespace

Facts::Facts(const std::vector<std::string>& paths) {
  for (const std::string& path : paths) {
    TextFile file = read_text_file(path);
    const int source = diagnostics_.add_source(path, file.text.value_or(""));
    if (!file.text) {
      diagnostics_.add(Position{source, 0, 0}, file.complaint);
      continue;
    }
    File read{std::filesystem::path(path).filename().string(), Node(), std::nullopt};
    if (looks_like_manifests(*file.text)) {
      read.manifests = read_yaml(source, diagnostics_);
    } else {
      read.root = read_toml(source, diagnostics_);
      constexpr const char* advice = "facts stand in a file of their own, in the words of a model";
      is_kind(read.root, marker, "rehearse_model", advice, diagnostics_);
      is_kind(read.root, marker, "rehearse", advice, diagnostics_);
    }
    files_.push_back(std::move(read));
  }
  diagnostics_.throw_if_any();
}

LaidFacts Facts::lay_over(ModelSpec& model, const std::string& path_of_model) {
  LaidFacts laid;
  if (files_.empty()) return laid;
  Node root = written_model(model);
  leave_out_unsaid(root);
  Reader reader(diagnostics_, folder_of(path_of_model));
  Layer layer(reader, root);
  std::vector<std::string> services;
  for (const auto& [name, service] : model.services) services.push_back(name);
  for (const File& file : files_) {
    if (!file.manifests) {
      layer.lay(file.root, file.name);
      continue;
    }
    ManifestFacts facts = facts_of_manifests(*file.manifests, services, diagnostics_);
    layer.lay(std::move(facts.root), file.name, facts.origins);
    for (const std::string& one : facts.left_out) {
      laid.doubts.push_back(fmt::format("{}: {}", file.name, one));
    }
  }
  std::map<std::string, EvidenceSpec> evidence = std::move(model.evidence);
  model = read_laid(reader, root, layer.any_unknown_name(), laid.doubts);
  mark_given(evidence, layer.given);
  model.evidence = std::move(evidence);
  // The edges are there, or the facts would have been refused.
  put_given(layer.words, model, path_of_model);
  const Node written = written_model(model);
  NodeFinder nodes(written);
  for (const auto& [path, file] : layer.given) {
    laid.values.push_back({path, nodes.nearest(path), model.evidence.at(path)});
  }
  laid.values.insert(laid.values.end(), layer.words.begin(), layer.words.end());
  return laid;
}

}  // namespace rehearse
