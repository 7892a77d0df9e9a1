#include "scenarios/model_difference.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "language/quantity_text.hpp"
#include "language/spec_path.hpp"
#include "language/table.hpp"
#include "language/toml_text.hpp"
#include "models/checks/call_graph.hpp"
#include "sim/counted_text.hpp"
#include "sim/expects.hpp"

namespace rehearse {
namespace {

using Kind = ModelChange::Kind;
using Part = ModelChange::Part;

// Beyond those of values, in `value_difference.hpp`.
constexpr double size_of_service = 6'000;
constexpr double size_of_endpoint = 5'000;
constexpr double size_of_call = 4'000;
constexpr double size_of_behaviour = 3'000;

/// The entries of a table by their key, in an order of their own.
std::map<std::string_view, const Node*> entries_of(const Node* node) {
  std::map<std::string_view, const Node*> entries;
  if (node == nullptr) return entries;
  for (const Entry& entry : node->entries) entries.emplace(entry.key, &entry.node);
  return entries;
}

/// Calls `visit(key, before, after)` for each key of either, null where it is absent.
template <class Item, class Visit>
void for_each_key(const std::map<std::string_view, Item>& before,
                  const std::map<std::string_view, Item>& after, Visit&& visit) {
  for (const auto& [key, item] : before) {
    const auto other = after.find(key);
    visit(key, item, other == after.end() ? nullptr : other->second);
  }
  for (const auto& [key, item] : after) {
    if (before.count(key) == 0) visit(key, Item(nullptr), item);
  }
}

/// The calls of steps, and how they nest: what behaviours are matched by.
std::string outline_of(const StepSequence& steps) {
  std::string text;
  for (const StepSpec& step : steps) {
    if (!text.empty()) text += ", ";
    if (const auto* call = std::get_if<CallSpec>(&step.action)) {
      text += call->endpoint.text();
    } else if (const auto* spawn = std::get_if<SpawnSpec>(&step.action)) {
      text += "spawn " + spawn->endpoint.text();
    } else if (const auto* repeat = std::get_if<RepeatSpec>(&step.action)) {
      text += "repeat (" + outline_of(repeat->steps) + ")";
    } else if (const auto* parallel = std::get_if<ParallelSpec>(&step.action)) {
      text += "parallel (";
      for (std::size_t i = 0; i < parallel->branches.size(); ++i) {
        text += (i > 0 ? " | " : "") + outline_of(parallel->branches[i]);
      }
      text += ")";
    } else {
      text += "work";
    }
  }
  return text;
}

/// The share of one weight in all of them.
std::string weight_text(double weight, double share) {
  return fmt::format("{} ({:.3g} %)", number_text(weight), 100 * share);
}

double total_weight(const EndpointSpec& endpoint) {
  double total = 0;
  for (const BehaviourSpec& behaviour : endpoint.behaviours) total += behaviour.weight;
  return std::max(total, 1e-300);
}

template <class Spec>
std::map<std::string_view, const Spec*> by_name(const std::map<std::string, Spec>& specs) {
  std::map<std::string_view, const Spec*> entries;
  for (const auto& [name, spec] : specs) entries.emplace(name, &spec);
  return entries;
}

class ModelComparison {
 public:
  std::vector<ModelChange> take() {
    const auto matters_more = [](const ModelChange& a, const ModelChange& b) {
      return a.part != b.part ? a.part < b.part : a.size > b.size;
    };
    std::stable_sort(changes_.begin(), changes_.end(), matters_more);
    return std::move(changes_);
  }

  void compare_models(const ModelSpec& before, const ModelSpec& after) {
    add_written(before.network, after.network, "network", Part::value);
    compare_workloads(before, after);
    compare_services(before, after);
    compare_calls(call_graph_of(before), call_graph_of(after), before, after);
    compare_evidence(before, after);
    add_written(before.provenance, after.provenance, "provenance", Part::origin);
  }

 private:
  using Nodes = std::map<std::string_view, const Node*>;

  ModelChange& add(Kind kind, Part part, std::string path, std::string before, std::string after,
                   double size) {
    changes_.push_back(ModelChange{
        kind, part, std::move(path), std::move(before), std::move(after), {}, {}, size});
    return changes_.back();
  }
  void add_came(bool came, std::string path, const std::string& what, double size) {
    add(came ? Kind::came : Kind::went, Part::structure, std::move(path), came ? "" : what,
        came ? what : "", size);
  }

  void compare(const Node* before, const Node* after, const std::string& path, Part part,
               std::string_view key = "") {
    add_differences(before, after, path, part, key, changes_);
  }

  /// Of two tables, every key. One service at a time: written trees are many times larger than
  /// specs.
  template <class Spec>
  void add_written(const Spec& before, const Spec& after, const std::string& path, Part part) {
    const Node old_node = written(before, Table{});
    const Node new_node = written(after, Table{});
    compare(&old_node, &new_node, path, part);
  }

  void compare_workloads(const ModelSpec& before, const ModelSpec& after) {
    for_each_key(by_name(before.workloads), by_name(after.workloads),
                 [&](std::string_view name, const WorkloadSpec* was, const WorkloadSpec* is) {
                   const std::string path = extended_path("workloads", name);
                   if (was == nullptr || is == nullptr) {
                     const WorkloadSpec& one = was == nullptr ? *is : *was;
                     add_came(was == nullptr, path,
                              counted(endpoints_asked(one).size(), "endpoint") + " asked",
                              size_of_service);
                     return;
                   }
                   if (*was == *is) return;
                   const Node old_node = written(*was, Table{});
                   const Node new_node = written(*is, Table{});
                   for (const char* key : {"arrivals", "calls"}) {
                     compare(old_node.find(key), new_node.find(key), extended_path(path, key),
                             Part::value, key);
                   }
                   compare_mixes(*was, *is, path + ".mix");
                   compare_recordings(was->arrivals, is->arrivals, path);
                 });
  }

  void compare_mixes(const WorkloadSpec& before, const WorkloadSpec& after,
                     const std::string& path) {
    double old_total = 0;
    double new_total = 0;
    for (const auto& [endpoint, weight] : before.mix) old_total += weight;
    for (const auto& [endpoint, weight] : after.mix) new_total += weight;
    for (const auto& [endpoint, weight] : before.mix) {
      const std::string entry = extended_path(path, endpoint.text());
      const auto other = after.mix.find(endpoint);
      if (other == after.mix.end()) {
        add_came(false, entry, weight_text(weight, weight / old_total), size_of_endpoint);
      } else if (weight != other->second) {
        add_weights(entry, {weight, weight / old_total},
                    {other->second, other->second / new_total});
      }
    }
    for (const auto& [endpoint, weight] : after.mix) {
      if (before.mix.count(endpoint) > 0) continue;
      add_came(true, extended_path(path, endpoint.text()), weight_text(weight, weight / new_total),
               size_of_endpoint);
    }
  }

  struct Weight {
    double weight;
    double share;
  };
  void add_weights(const std::string& path, const Weight& before, const Weight& after) {
    ModelChange& change =
        add(Kind::changed, Part::value, path, weight_text(before.weight, before.share),
            weight_text(after.weight, after.share), 0);
    measure(change, before.share, after.share);
  }

  /// What the files say that are named the same.
  void compare_recordings(const ArrivalsSpec& before, const ArrivalsSpec& after,
                          const std::string& path) {
    const auto* was = std::get_if<ReplaySpec>(&before);
    const auto* is = std::get_if<ReplaySpec>(&after);
    if (was == nullptr || is == nullptr || was->arrivals == is->arrivals) return;
    const bool same_count = was->arrivals.size() == is->arrivals.size();
    ModelChange& change =
        add(Kind::changed, Part::value, path + ".arrivals.replay",
            counted(was->arrivals.size(), "recorded arrival"),
            same_count ? "as many others" : counted(is->arrivals.size(), "recorded arrival"),
            size_of_word);
    if (same_count) return;
    measure(change, static_cast<double>(was->arrivals.size()),
            static_cast<double>(is->arrivals.size()));
  }

  void compare_services(const ModelSpec& before, const ModelSpec& after) {
    for_each_key(by_name(before.services), by_name(after.services),
                 [&](std::string_view name, const ServiceSpec* was, const ServiceSpec* is) {
                   const std::string path = extended_path("services", name);
                   if (was == nullptr || is == nullptr) {
                     add_came(was == nullptr, path, service_text(was == nullptr ? *is : *was),
                              size_of_service);
                     return;
                   }
                   if (*was == *is) return;
                   compare_service(*was, *is, written(*was, Table{}), written(*is, Table{}), path);
                 });
  }

  static std::string service_text(const ServiceSpec& service) {
    return fmt::format("{}, {}", counted(static_cast<std::uint64_t>(service.instances), "instance"),
                       counted(service.endpoints.size(), "endpoint"));
  }

  void compare_service(const ServiceSpec& was, const ServiceSpec& is, const Node& old_node,
                       const Node& new_node, const std::string& path) {
    for_each_key(entries_of(&old_node), entries_of(&new_node),
                 [&](std::string_view key, const Node* one, const Node* other) {
                   if (key == "endpoints") return;
                   compare(one, other, extended_path(path, key), Part::value, key);
                 });
    const Nodes old_endpoints = entries_of(old_node.find("endpoints"));
    const Nodes new_endpoints = entries_of(new_node.find("endpoints"));
    for_each_key(by_name(was.endpoints), by_name(is.endpoints),
                 [&](std::string_view name, const EndpointSpec* one, const EndpointSpec* other) {
                   const std::string place = extended_path(path + ".endpoints", name);
                   if (one == nullptr || other == nullptr) {
                     const EndpointSpec& said = one == nullptr ? *other : *one;
                     add_came(one == nullptr, place, counted(said.behaviours.size(), "behaviour"),
                              size_of_endpoint);
                     return;
                   }
                   compare_endpoint(*one, *other, *old_endpoints.at(name), *new_endpoints.at(name),
                                    place);
                 });
  }

  void compare_endpoint(const EndpointSpec& was, const EndpointSpec& is, const Node& old_node,
                        const Node& new_node, const std::string& path) {
    compare(old_node.find("errors"), new_node.find("errors"), path + ".errors", Part::value);
    const Node* const old_list = old_node.find("behaviours");
    const Node* const new_list = new_node.find("behaviours");
    expects(was.behaviours.empty() || old_list->items.size() == was.behaviours.size(),
            "each behaviour is written");
    std::map<std::string, std::vector<std::size_t>> places;  // in `is`, by outline; last first
    for (std::size_t i = is.behaviours.size(); i-- > 0;) {
      places[outline_of(is.behaviours[i].steps)].push_back(i);
    }
    const double old_weight = total_weight(was);
    const double new_weight = total_weight(is);
    std::optional<std::size_t> last;
    bool same_order = true;
    for (std::size_t i = 0; i < was.behaviours.size(); ++i) {
      const std::string outline = outline_of(was.behaviours[i].steps);
      const std::string place = indexed_path(path + ".behaviours", i);
      const auto found = places.find(outline);
      if (found == places.end()) {
        add_behaviour(false, was, i, place, outline);
        continue;
      }
      const std::size_t other = found->second.back();
      found->second.pop_back();
      if (found->second.empty()) places.erase(found);
      if (was.behaviours[i].weight != is.behaviours[other].weight) {
        add_weights(place + ".weight",
                    {was.behaviours[i].weight, was.behaviours[i].weight / old_weight},
                    {is.behaviours[other].weight, is.behaviours[other].weight / new_weight});
      }
      compare(old_list->items[i].find("error_percent"),
              new_list->items[other].find("error_percent"), place + ".error_percent", Part::value);
      compare(old_list->items[i].find("steps"), new_list->items[other].find("steps"),
              place + ".steps", Part::value);
      same_order = same_order && (!last || *last < other);
      last = other;
    }
    std::map<std::size_t, std::string> came;
    for (const auto& [outline, left] : places) {
      for (const std::size_t index : left) came.emplace(index, outline);
    }
    for (const auto& [index, outline] : came) {
      add_behaviour(true, is, index, indexed_path(path + ".behaviours", index), outline);
    }
    if (same_order) return;
    add(Kind::changed, Part::value, path + ".behaviours", "in one order", "in another one", 0);
  }

  void add_behaviour(bool came, const EndpointSpec& endpoint, std::size_t index,
                     const std::string& path, const std::string& outline) {
    const double share = endpoint.behaviours[index].weight / total_weight(endpoint);
    add_came(came, path,
             fmt::format("{:.3g} %: {}", 100 * share, outline.empty() ? "nothing" : outline),
             size_of_behaviour);
  }

  /// The calls between endpoints that are in both models.
  void compare_calls(const CallGraph& before, const CallGraph& after, const ModelSpec& old_model,
                     const ModelSpec& new_model) {
    add_calls(before, after, new_model, false);
    add_calls(after, before, old_model, true);
  }

  static bool has(const ModelSpec& model, const EndpointName& name) {
    const auto service = model.services.find(name.service);
    return service != model.services.end() && service->second.endpoints.count(name.operation) > 0;
  }

  void add_calls(const CallGraph& graph, const CallGraph& other, const ModelSpec& other_model,
                 bool came) {
    for (std::size_t from = 0; from < graph.endpoints.size(); ++from) {
      const EndpointName& caller = graph.endpoints[from];
      const auto same_caller = other.find(caller);
      if (!same_caller) continue;
      std::set<EndpointName> known;
      for (const MeanCall& call : other.calls[*same_caller]) {
        known.insert(other.endpoints[call.to]);
      }
      std::map<EndpointName, double> missing;
      for (const MeanCall& call : graph.calls[from]) {
        const EndpointName& callee = graph.endpoints[call.to];
        if (known.count(callee) > 0 || !has(other_model, callee)) continue;
        missing[callee] += call.manner == Manner::fallback ? 0 : call.times;
      }
      for (const auto& [callee, times] : missing) {
        add_came(came, "call " + caller.text() + " -> " + callee.text(),
                 times > 0 ? times_text(times) + " a visit" : "after failures only", size_of_call);
      }
    }
  }

  void compare_evidence(const ModelSpec& before, const ModelSpec& after) {
    for_each_key(by_name(before.evidence), by_name(after.evidence),
                 [&](std::string_view path, const EvidenceSpec* was, const EvidenceSpec* is) {
                   const std::string place = "evidence of " + std::string(path);
                   const auto basis = [](const EvidenceSpec* one) {
                     return one == nullptr ? std::string()
                                           : std::string(word_of(one->basis, basis_words));
                   };
                   if (was == nullptr || is == nullptr) {
                     add(was == nullptr ? Kind::came : Kind::went, Part::evidence, place,
                         basis(was), basis(is), size_from_nothing);
                     return;
                   }
                   if (was->basis != is->basis) {
                     add(Kind::changed, Part::evidence, place, basis(was), basis(is), size_of_word);
                   }
                   if (was->n != is->n) {
                     ModelChange& change = add(Kind::changed, Part::origin, place + ": n",
                                               count_text(was->n), count_text(is->n), 0);
                     measure(change, static_cast<double>(was->n), static_cast<double>(is->n));
                   }
                   add_words(place + ": note", was->note, is->note);
                   add_words(place + ": value", value_text(was->value), value_text(is->value));
                   add_words(place + ": contradicted", was->contradicted.value_or(""),
                             is->contradicted.value_or(""));
                 });
  }

  static std::string value_text(const std::optional<Node>& value) {
    return value ? toml_value(*value, Defaults::left_out) : "";
  }

  /// Of one row of evidence.
  void add_words(const std::string& place, const std::string& before, const std::string& after) {
    if (before == after) return;
    add(Kind::changed, Part::origin, place, toml_quoted(before), toml_quoted(after), 0);
  }

  std::vector<ModelChange> changes_;
};

}  // namespace

std::vector<ModelChange> differences(const ModelSpec& before, const ModelSpec& after) {
  ModelComparison comparison;
  comparison.compare_models(before, after);
  std::vector<ModelChange> changes = comparison.take();
  expects(!changes.empty() || before == after, "a difference of two models has a line");
  return changes;
}

}  // namespace rehearse
