#include "scenarios/imports/manifests.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "language/diagnostics.hpp"
#include "scenarios/imports/yaml_reader.hpp"

using namespace rehearse;

namespace {

struct Read {
  Diagnostics diagnostics;
  ManifestFacts facts;
};

Read read(const std::string& text) {
  Read result;
  const int source = result.diagnostics.add_source("shop.yaml", text);
  const std::vector<Node> documents = read_yaml(source, result.diagnostics);
  if (!result.diagnostics.empty()) return result;
  result.facts = facts_of_manifests(documents, {"payment", "web"}, result.diagnostics);
  return result;
}

std::string workload(const std::string& kind, const std::string& name, const std::string& labels,
                     const std::string& spec) {
  return "apiVersion: apps/v1\nkind: " + kind + "\nmetadata:\n  name: " + name + "\n" + labels +
         "spec:\n" + spec;
}

std::string containers(const std::vector<std::string>& all) {
  std::string text = "  template:\n    spec:\n      containers:\n";
  for (const std::string& one : all) text += "      - {" + one + "}\n";
  return text;
}

/// Of the only service; 0 where nothing is said.
double cores(const Read& read) {
  const Node& services = *read.facts.root.find("services");
  if (services.entries.size() != 1) return 0;
  const Node* const cpu = services.entries.front().node.find("cpu");
  if (cpu == nullptr) return 0;
  const Node& value = *cpu->find("cores");
  return value.type == Node::Type::integer ? static_cast<double>(value.integer) : value.real;
}

double cores_of(const std::vector<std::string>& all) {
  return cores(read(workload("Deployment", "payment", "", containers(all))));
}

std::string complaint(const std::string& text) {
  return read(text).diagnostics.text();
}

}  // namespace

TEST_CASE("manifests tell replicas and cores, whichever of several documents says them",
          "[scenarios]") {
  const std::string first =
      workload("Deployment", "payment", "",
               "  replicas: 3\n" + containers({"name: payment, resources: {limits: {cpu: 500m}}"}));
  const std::string second = workload("StatefulSet", "web", "", "  replicas: 2\n");

  const Read several = read("---\n" + first + "---\n---\n" + second);
  const Read list = read(
      "{\"kind\": \"List\", \"items\": [{\"kind\": \"Deployment\", \"metadata\": {\"name\": "
      "\"payment\"}, \"spec\": {\"replicas\": 3}}]}");

  const Node& services = *several.facts.root.find("services");
  REQUIRE(services.entries.size() == 2);
  const Node& payment = *services.find("payment");
  CHECK(*payment.find("instances") == Node::of_integer(3));
  CHECK(*payment.find("cpu")->find("cores") == Node::of_number(0.5));
  CHECK(payment.find("instances")->position == Position{0, 7, 13});
  CHECK(*services.find("web")->find("instances") == Node::of_integer(2));
  CHECK(several.facts.origins.at("services.payment.cpu.cores") ==
        "cpu limit of container 'payment'");
  CHECK(several.facts.left_out.empty());
  CHECK(*list.facts.root.find("services")->find("payment")->find("instances") ==
        Node::of_integer(3));
}

TEST_CASE("the limit of the container of the service counts, or of the only one", "[scenarios]") {
  const std::string proxy = "name: proxy, resources: {limits: {cpu: 2}}";
  const auto left_out = [](const std::vector<std::string>& all) {
    const Read found = read(workload("Deployment", "payment", "", containers(all)));
    REQUIRE(found.facts.left_out.size() == 1);
    CHECK(cores(found) == 0);
    return found.facts.left_out.front();
  };

  CHECK(cores_of({proxy, "name: payment, resources: {limits: {cpu: 500m}}"}) == 0.5);
  CHECK(cores_of({"name: app, resources: {limits: {cpu: 1.5}, requests: {cpu: 1}}"}) == 1.5);
  CHECK(cores_of({proxy, "name: payment"}) == 0);
  // Two cores of a proxy beside half a one of the service are not two and a half.
  CHECK_THAT(left_out({proxy, "name: app, resources: {limits: {cpu: 500m}}"}),
             Catch::Contains("none of 2 containers is called 'payment'"));
  CHECK_THAT(left_out({"name: app, resources: {requests: {cpu: 1}}"}),
             Catch::Contains("its cpu request, which is no limit"));
}

TEST_CASE("a workload is the service of its name, or of a label; what is none is named",
          "[scenarios]") {
  const auto instances = [](const std::string& name, const std::string& labels) {
    return read(workload("Deployment", name, labels, "  replicas: 4\n"));
  };
  const Read app = instances("pay-v2", "  labels: {app: payment}\n");
  const Read standard = instances("x", "  labels: {app.kubernetes.io/name: payment, app: web}\n");
  const Read near = instances("paymnt", "");
  const Read twice = read(workload("Deployment", "web", "", "  replicas: 4\n") + "---\n" +
                          workload("Deployment", "web", "", "  replicas: 1\n"));
  const Read daemon = read(workload("DaemonSet", "web", "", containers({"name: web"})));
  const Read idle = read(workload("Deployment", "web", "", "  replicas: 0\n"));

  CHECK(app.facts.root.find("services")->find("payment") != nullptr);
  CHECK(standard.facts.root.find("services")->find("payment") != nullptr);
  CHECK(near.facts.root.find("services")->entries.empty());
  CHECK(near.facts.left_out ==
        std::vector<std::string>{"Deployment 'paymnt' (line 1): left out: no service of that name "
                                 "was learned, did you mean 'payment'?"});
  CHECK(*twice.facts.root.find("services")->find("web")->find("instances") == Node::of_integer(4));
  CHECK_THAT(twice.facts.left_out.at(0), Catch::Contains("'web' was given above"));
  CHECK_THAT(daemon.facts.left_out.at(0), Catch::Contains("only Deployments and StatefulSets"));
  CHECK_THAT(idle.facts.left_out.at(0), Catch::Contains("its 0 replicas"));
}

TEST_CASE("manifests are known by what they hold", "[scenarios]") {
  CHECK(looks_like_manifests("# a shop\napiVersion: v1\n"));
  CHECK(looks_like_manifests("---\nkind : List\n"));
  CHECK(looks_like_manifests("{\"kind\": \"List\"}"));
  CHECK_FALSE(looks_like_manifests("rehearse_facts = 1\n[services.kind]\nkind = 3\n"));
  CHECK_FALSE(looks_like_manifests(""));
}

TEST_CASE("hostile YAML is refused in little memory, with its place", "[scenarios]") {
  std::string bomb = "a: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 30; ++i) {
    const std::string below = "*a" + std::to_string(i - 1);
    bomb += "b" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int k = 0; k < 10; ++k) bomb += (k > 0 ? ", " : "") + below;
    bomb += "]\n";
  }
  std::string many = "kind: List\nitems:\n";
  for (std::size_t i = 0; i <= most_yaml_values; ++i) many += "- a\n";

  CHECK_THAT(complaint(bomb),
             Catch::Contains("shop.yaml:6:") && Catch::Contains("more than 500000 values"));
  CHECK_THAT(complaint(many), Catch::Contains("more than 500000 values"));
  for (const std::size_t depth : {100U, 100'000U, 3'000'000U}) {
    CHECK_THAT(complaint(std::string(depth, '[')), Catch::Contains("shop.yaml:1:"));
    CHECK_THAT(complaint(std::string(depth, '{')), Catch::Contains("shop.yaml:1:"));
  }
  CHECK_THAT(complaint("a: &a [*a]\n"), Catch::Contains("an alias stands inside of what it names"));
  CHECK_THAT(complaint("a: *gone\n"), Catch::Contains("this is not YAML"));
  CHECK_THAT(complaint("a: [1\n"), Catch::Contains("this is not YAML"));
  CHECK_THAT(complaint("a: \"\\x\"\n"), Catch::Contains("this is not YAML"));
  CHECK_THAT(complaint("- a\n- b\n"), Catch::Contains("'kind' is missing"));
}
