#include "scenarios/imports/manifests.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <set>
#include <utility>

#include "language/quantity_text.hpp"
#include "language/spec_path.hpp"
#include "language/suggestions.hpp"

namespace rehearse {
namespace {

/// What stands below a node, key by key; null where nothing does.
const Node* find_below(const Node& node, std::initializer_list<std::string_view> keys) {
  const Node* found = &node;
  for (const std::string_view key : keys) {
    found = found->find(key);
    if (found == nullptr) return nullptr;
  }
  return found->type == Node::Type::none ? nullptr : found;
}

/// Empty where there is no text.
std::string text_below(const Node& node, std::initializer_list<std::string_view> keys) {
  const Node* const found = find_below(node, keys);
  return found != nullptr && found->type == Node::Type::text ? found->text : "";
}

/// "500m", "2" or "0.5" cores.
std::optional<double> parse_cores(std::string_view text) {
  const bool thousandths = text.ends_with('m');
  if (thousandths) text.remove_suffix(1);
  const auto number = parse_number(text);
  if (!number || *number < 0) return std::nullopt;
  return thousandths ? *number / 1000 : *number;
}

class ManifestReader {
 public:
  ManifestReader(const std::vector<std::string>& services, Diagnostics& diagnostics)
      : services_(services), known_(services.begin(), services.end()), diagnostics_(diagnostics) {}

  ManifestFacts read(const std::vector<Node>& documents) {
    facts_.root = Node::of_table();
    facts_.root.add("rehearse_facts", Node::of_integer(1));
    facts_.root.add("services", Node::of_table());
    for (const Node& document : documents) {
      if (document.type != Node::Type::none) read_object(document);
    }
    if (!any_workload_) facts_.left_out.emplace_back("no Deployment and no StatefulSet in it");
    return std::move(facts_);
  }

 private:
  void read_object(const Node& object) {
    const std::string kind = text_below(object, {"kind"});
    if (kind.empty()) {
      diagnostics_.add(object.position, "this is no Kubernetes manifest: 'kind' is missing",
                       "facts of one's own begin with rehearse_facts = 1");
      return;
    }
    if (const Node* const items = object.find("items");
        items != nullptr && kind.ends_with("List")) {
      for (const Node& item : items->items) read_object(item);
      return;
    }
    const bool read_here = kind == "Deployment" || kind == "StatefulSet";
    if (!read_here && find_below(object, {"spec", "template", "spec", "containers"}) == nullptr) {
      return;  // what runs nothing
    }
    any_workload_ = any_workload_ || read_here;
    const std::string name = text_below(object, {"metadata", "name"});
    if (name.empty()) {
      diagnostics_.add(object.position, fmt::format("this {} has no name in metadata", kind));
      return;
    }
    what_ = fmt::format("{} '{}' (line {})", kind, name, object.position.line);
    read_here ? read_workload(object, name)
              : leave_out("only Deployments and StatefulSets are read");
  }

  void leave_out(const std::string& why) {
    facts_.left_out.push_back(fmt::format("{}: left out: {}", what_, why));
  }

  void read_workload(const Node& object, const std::string& name) {
    const std::string service = service_of(object, name);
    if (service.empty()) {
      const std::string hint = did_you_mean(name, services_);
      leave_out("no service of that name was learned" + (hint.empty() ? "" : ", " + hint));
      return;
    }
    if (!taken_.insert(service).second) {
      leave_out(fmt::format("'{}' was given above", service));
      return;
    }
    Node said = Node::of_table();
    said.position = object.position;
    const std::string path = extended_path("services", service);
    read_replicas(object, said, path);
    read_cpu(object, service, said, path);
    if (!said.entries.empty()) {
      Node& services = *facts_.root.find("services");
      services.entries.push_back({service, object.position, std::move(said)});
    }
  }

  std::string service_of(const Node& object, const std::string& name) const {
    constexpr const char* label = "app.kubernetes.io/name";
    for (const std::string& candidate :
         {name, text_below(object, {"metadata", "labels", label}),
          text_below(object, {"spec", "template", "metadata", "labels", label}),
          text_below(object, {"metadata", "labels", "app"}),
          text_below(object, {"spec", "template", "metadata", "labels", "app"})}) {
      if (known_.contains(candidate)) return candidate;
    }
    return "";
  }

  void read_replicas(const Node& object, Node& said, const std::string& path) {
    const Node* const replicas = find_below(object, {"spec", "replicas"});
    if (replicas == nullptr) return;
    constexpr double most = 1e15;  // what a table of the language may then refuse
    const auto number =
        replicas->type == Node::Type::text ? parse_number(replicas->text) : std::nullopt;
    if (!number || *number < 0 || *number > most || *number != std::floor(*number)) {
      diagnostics_.add(replicas->position, fmt::format("'replicas' must be a whole number, not {}",
                                                       found_text(*replicas)));
      return;
    }
    if (*number == 0) {
      leave_out("its 0 replicas, as a service without instances was not recorded");
      return;
    }
    Node instances = Node::of_integer(static_cast<std::int64_t>(*number));
    instances.position = replicas->position;
    said.entries.push_back({"instances", replicas->position, std::move(instances)});
    facts_.origins[path + ".instances"] = "replicas";
  }

  /// Of the container that serves, if there is no doubt which one that is, and only what it cannot
  /// exceed: a sum with a proxy beside it, or a request that is no limit, would be a number of
  /// cores that it does not have.
  void read_cpu(const Node& object, const std::string& service, Node& said,
                const std::string& path) {
    const Node* const containers = find_below(object, {"spec", "template", "spec", "containers"});
    if (containers == nullptr || containers->items.empty()) return;
    const Node* serving = containers->items.size() == 1 ? &containers->items.front() : nullptr;
    for (const Node& container : containers->items) {
      if (text_below(container, {"name"}) == service) serving = &container;
    }
    if (serving == nullptr) {
      leave_out(fmt::format("its cpu, as none of {} containers is called '{}'",
                            containers->items.size(), service));
      return;
    }
    const Node* const limit = find_below(*serving, {"resources", "limits", "cpu"});
    if (limit == nullptr) {
      if (find_below(*serving, {"resources", "requests", "cpu"}) != nullptr) {
        leave_out("its cpu request, which is no limit");
      }
      return;
    }
    const auto cores = limit->type == Node::Type::text ? parse_cores(limit->text) : std::nullopt;
    if (!cores) {
      diagnostics_.add(limit->position,
                       fmt::format("'cpu' must be a number of cores, not {}", found_text(*limit)),
                       "write 2, 0.5 or 500m");
      return;
    }
    Node number = Node::of_number(*cores);
    number.position = limit->position;
    Node table = Node::of_table();
    table.position = limit->position;
    table.entries.push_back({"cores", limit->position, std::move(number)});
    said.entries.push_back({"cpu", limit->position, std::move(table)});
    facts_.origins[path + ".cpu.cores"] =
        fmt::format("cpu limit of container '{}'", text_below(*serving, {"name"}));
  }

  const std::vector<std::string>& services_;
  std::set<std::string> known_;
  Diagnostics& diagnostics_;
  ManifestFacts facts_;
  std::set<std::string> taken_;
  std::string what_;
  bool any_workload_ = false;
};

}  // namespace

bool looks_like_manifests(std::string_view text) {
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    std::string_view line = text.substr(begin, end - begin);
    begin = end + 1;
    const std::size_t first = line.find_first_not_of(" \t{\"'-");
    if (first == std::string_view::npos) continue;
    line.remove_prefix(first);
    for (const std::string_view key : {"apiVersion", "kind"}) {
      if (!line.starts_with(key)) continue;
      const std::size_t next = line.find_first_not_of("\"' \t", key.size());
      if (next != std::string_view::npos && line[next] == ':') return true;
    }
  }
  return false;
}

ManifestFacts facts_of_manifests(const std::vector<Node>& documents,
                                 const std::vector<std::string>& services,
                                 Diagnostics& diagnostics) {
  return ManifestReader(services, diagnostics).read(documents);
}

}  // namespace rehearse
