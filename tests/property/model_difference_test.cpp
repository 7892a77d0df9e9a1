#include "scenarios/model_difference.hpp"

#include <catch2/catch.hpp>
#include <optional>

#include "language/quantity_text.hpp"
#include "language/spec_path.hpp"
#include "language/toml_text.hpp"
#include "scenarios/documents.hpp"
#include "scenarios/scenario.hpp"
#include "scenarios/write.hpp"
#include "sim/error.hpp"
#include "tests/support/random_models.hpp"

using namespace rehearse;

namespace {

/// Without recorded arrivals, whose files do not exist; with evidence.
ModelSpec random_model(std::uint64_t number) {
  testing::Ingredients ingredients;
  ingredients.guarded = number % 2 == 0;
  ingredients.throttled = number % 3 == 0;
  ModelSpec model = testing::random_scenario(number, ingredients).model;
  for (auto& [name, workload] : model.workloads) {
    if (std::holds_alternative<ReplaySpec>(workload.arrivals)) {
      workload.arrivals = PoissonSpec{{50}};
    }
  }
  model.evidence["services.service0.workers"] = {Basis::observed, 5, "seen"};
  model.provenance.spans = number;
  return model;
}

struct Leaf {
  Node* node;
  std::string path;
};

/// Every value that is no table and no array.
void collect_leaves(Node& node, const std::string& path, std::vector<Leaf>& leaves) {
  for (Entry& entry : node.entries) {
    collect_leaves(entry.node, extended_path(path, entry.key), leaves);
  }
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    collect_leaves(node.items[i], indexed_path(path, i), leaves);
  }
  const bool inner = node.type == Node::Type::table || node.type == Node::Type::array;
  if (!inner && node.type != Node::Type::none) leaves.push_back(Leaf{&node, path});
}

/// The next value; false where none is known.
bool change(Node& node) {
  switch (node.type) {
    case Node::Type::boolean:
      node.boolean = !node.boolean;
      return true;
    case Node::Type::integer:
      ++node.integer;
      return true;
    case Node::Type::real:
      node.real *= 0.99;
      return true;
    case Node::Type::text:
      if (const auto duration = parse_duration(node.text)) {
        node.text = std::to_string((*duration + Duration::nanoseconds(1)).in_nanoseconds()) + "ns";
        return true;
      }
      if (const auto rate = parse_rate(node.text)) {
        node.text = rate_text(Rate{rate->per_second * 1.01});
        return true;
      }
      return false;
    default:
      return false;
  }
}

std::optional<ModelSpec> read_again(const Node& root) {
  TextStyle style;
  style.with_defaults = true;
  try {
    return parse_model(toml_text(root, style), "changed.model.toml");
  } catch (const InvalidInput&) {
    return std::nullopt;  // a value that depends on another one
  }
}

/// Whether some change names the value, or what it is a part of.
bool is_named(const std::vector<ModelChange>& changes, std::string path) {
  const std::string evidence = "evidence.\"services.service0.workers\"";
  if (path.rfind(evidence, 0) == 0) path = "evidence of services.service0.workers: n";
  for (const ModelChange& one : changes) {
    if (!one.path.empty() && path.rfind(one.path, 0) == 0) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("a model does not differ from itself, written and read again", "[property]") {
  for (std::uint64_t number = 0; number < 100; ++number) {
    CAPTURE(number);
    const ModelSpec model = random_model(number);
    CHECK(differences(model, model).empty());
    CHECK(differences(model, parse_model(write_model(model), "same.model.toml")).empty());
  }
}

TEST_CASE("a value that changed is always named, and nothing else is", "[property]") {
  std::size_t tried = 0;
  std::size_t refused = 0;
  for (std::uint64_t number = 0; number < 12; ++number) {
    const ModelSpec model = random_model(number);
    Node root = written_model(model);
    std::vector<Leaf> leaves;
    collect_leaves(root, "", leaves);
    for (const Leaf& leaf : leaves) {
      const Node before = *leaf.node;
      if (!change(*leaf.node)) continue;
      const std::optional<ModelSpec> changed = read_again(root);
      *leaf.node = before;
      if (!changed || *changed == model) {
        ++refused;
        continue;
      }
      const std::vector<ModelChange> changes = differences(model, *changed);
      CAPTURE(number, leaf.path, toml_value(before));
      CHECK(changes.size() == 1);
      CHECK(is_named(changes, leaf.path));
      ++tried;
    }
  }
  CHECK(tried > 500);
  CHECK(refused < tried);
}

TEST_CASE("what came on the way there goes on the way back", "[property]") {
  for (std::uint64_t number = 0; number < 40; ++number) {
    CAPTURE(number);
    const ModelSpec one = random_model(number);
    const ModelSpec other = random_model(number + 1);
    const std::vector<ModelChange> there = differences(one, other);
    const std::vector<ModelChange> back = differences(other, one);

    std::size_t came = 0;
    std::size_t went = 0;
    for (const ModelChange& change : there) came += change.kind == ModelChange::Kind::came;
    for (const ModelChange& change : back) went += change.kind == ModelChange::Kind::went;
    CHECK(came == went);
    CHECK(there.size() == back.size());
  }
}
