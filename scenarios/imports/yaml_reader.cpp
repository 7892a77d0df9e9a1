#include "scenarios/imports/yaml_reader.hpp"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <map>
#include <set>
#include <sstream>
#include <string>
#include <utility>

#include "sim/visible_text.hpp"

namespace rehearse {
namespace {

/// What a file is refused for that the library would read.
struct Refusal {
  Position position;
  std::string sentence;
};

std::size_t count_values(const Node& node) {
  std::size_t count = 1;
  for (const Node& item : node.items) count += count_values(item);
  for (const Entry& entry : node.entries) count += count_values(entry.node);
  return count;
}

/// Builds the documents as their events come. Trees that the library builds itself share what is
/// aliased, and walking such a tree may take forever.
class DocumentBuilder : public YAML::EventHandler {
 public:
  explicit DocumentBuilder(int source) : source_(source) {}

  std::vector<Node> documents;

  void OnDocumentStart(const YAML::Mark&) override { anchors_.clear(); }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    finish(at(mark, Node()), anchor);
  }
  void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                const std::string& value) override {
    finish(at(mark, Node::of_text(value)), anchor);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto known = anchors_.find(anchor);
    if (known == anchors_.end()) {
      throw Refusal{position_of(mark), "an alias stands inside of what it names"};
    }
    count(position_of(mark), known->second.values);
    place(known->second.node);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    begin(at(mark, Node::of_array()), anchor, mark);
  }
  void OnSequenceEnd() override { end(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    begin(at(mark, Node::of_table()), anchor, mark);
  }
  void OnMapEnd() override { end(); }

 private:
  struct Anchored {
    Node node;
    std::size_t values;
  };
  struct Open {
    Node node;
    YAML::anchor_t anchor;
    bool awaits_value = false;        // of the last key of a table
    std::set<std::string> keys = {};  // of a table
  };

  Position position_of(const YAML::Mark& mark) const {
    return {source_, mark.line + 1, mark.column + 1};
  }

  void count(const Position& position, std::size_t more) {
    values_ += more;
    if (values_ <= most_yaml_values) return;
    throw Refusal{position,
                  fmt::format("more than {} values, repeated ones counted", most_yaml_values)};
  }

  Node at(const YAML::Mark& mark, Node node) {
    node.position = position_of(mark);
    count(node.position, 1);
    return node;
  }

  void begin(Node node, YAML::anchor_t anchor, const YAML::Mark& mark) {
    if (open_.size() >= most_yaml_depth) {
      throw Refusal{position_of(mark),
                    fmt::format("nested deeper than {} levels", most_yaml_depth)};
    }
    open_.push_back({std::move(node), anchor});
  }

  void end() {
    Open closed = std::move(open_.back());
    open_.pop_back();
    finish(std::move(closed.node), closed.anchor);
  }

  void finish(Node node, YAML::anchor_t anchor) {
    if (anchor != YAML::NullAnchor) {
      const std::size_t values = count_values(node);
      count(node.position, values);  // for the copy that is kept
      anchors_[anchor] = {node, values};
    }
    place(std::move(node));
  }

  void place(Node node) {
    if (open_.empty()) {
      documents.push_back(std::move(node));
      return;
    }
    Open& around = open_.back();
    if (around.node.type == Node::Type::array) {
      around.node.items.push_back(std::move(node));
    } else if (around.awaits_value) {
      around.node.entries.back().node = std::move(node);
      around.awaits_value = false;
    } else {
      // A key that is a table or a list says nothing that a manifest has.
      if (node.type == Node::Type::text) check_key(around, node);
      around.node.entries.push_back({std::move(node.text), node.position, Node()});
      around.awaits_value = true;
    }
  }

  /// What would be told otherwise than its writer means.
  static void check_key(Open& table, const Node& key) {
    if (key.text == "<<") {
      throw Refusal{key.position, "merge keys (<<) are not read: write out what they stand for"};
    }
    if (table.keys.insert(key.text).second) return;
    throw Refusal{key.position,
                  fmt::format("the key '{}' stands twice in one table", visible_name(key.text))};
  }

  int source_;
  std::size_t values_ = 0;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, Anchored> anchors_;
};

}  // namespace

std::vector<Node> read_yaml(int source, Diagnostics& diagnostics) {
  std::istringstream text(diagnostics.source_text(source));
  DocumentBuilder builder(source);
  try {
    YAML::Parser parser(text);
    while (parser.HandleNextDocument(builder)) {
    }
    return std::move(builder.documents);
  } catch (const YAML::Exception& error) {
    const Position position = error.mark.is_null()
                                  ? Position{source, 0, 0}
                                  : Position{source, error.mark.line + 1, error.mark.column + 1};
    diagnostics.add(position, fmt::format("this is not YAML: {}", error.msg));
  } catch (const Refusal& refusal) {
    diagnostics.add(refusal.position, refusal.sentence);
  }
  return {};
}

}  // namespace rehearse
