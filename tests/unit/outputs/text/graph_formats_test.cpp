#include "outputs/text/graph_formats.hpp"

#include <catch2/catch.hpp>
#include <regex>

#include "tests/support/small_models.hpp"

using namespace rehearse;
using testing::add_poisson;
using testing::add_service;
using testing::call;

namespace {

const std::vector<std::string> odd_names = {"end",
                                            "\"];",
                                            "a\nb --> c",
                                            "<b>bold</b> &amp; <br>",
                                            "back\\slash\\",
                                            "[x](y){z}|w|",
                                            "\xc3\xbc\xe6\xbc\xa2",
                                            "%%{init: {}}%%",
                                            "`code` #35; 1. one",
                                            "subgraph",
                                            "\xff"};

/// A chain of services with such names.
ModelSpec odd_model() {
  ModelSpec model;
  for (std::size_t i = 0; i < odd_names.size(); ++i) {
    StepSequence steps;
    if (i + 1 < odd_names.size()) steps.push_back(call(odd_names[i + 1]));
    add_service(model, odd_names[i], std::move(steps));
  }
  add_poisson(model, 10, odd_names.front(), "\"]; end");
  return model;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::size_t start = 0;
  for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', start)) {
    lines.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  return lines;
}

/// What every line must be one of, from its first character to its last.
void must_consist_of(const std::string& text, const std::string& grammar) {
  const std::regex line_grammar(grammar);
  for (const std::string& line : lines_of(text)) {
    CAPTURE(line);
    CHECK(std::regex_match(line, line_grammar));
  }
}

std::string graphviz_of(const ModelSpec& model) {
  return graphviz_text(service_graph_of(model, call_graph_of(model)), model);
}

std::string mermaid_of(const ModelSpec& model) {
  return mermaid_text(service_graph_of(model, call_graph_of(model)), model);
}

}  // namespace

TEST_CASE("DOT and Mermaid hold each service, and calls with how often and how fast", "[outputs]") {
  ModelSpec model;
  add_service(model, "front", {call("back", 0.5), StepSpec{SpawnSpec{{"log", "serve"}, 1}}});
  add_service(model, "back", {}).instances = 3;
  add_service(model, "log", {});
  add_poisson(model, 10, "front", "users");

  CHECK(graphviz_of(model) ==
        "digraph model {\n  rankdir=LR;\n  node [shape=box];\n"
        "  workload0 [label=\"users\", shape=ellipse];\n"
        "  service0 [label=\"back\\n3 instances\"];\n"
        "  service1 [label=\"front\\n1 instance\"];\n"
        "  service2 [label=\"log\\n1 instance\"];\n"
        "  workload0 -> service1 [label=\"1 a request\\n10/s\"];\n"
        "  service1 -> service0 [label=\"0.5 a request\\n5/s\"];\n"
        "  service1 -> service2 [label=\"1 a request\\n10/s\", style=dotted];\n}\n");
  CHECK(mermaid_of(model) ==
        "flowchart LR\n  workload0([\"users\"])\n  service0[\"back<br/>3 instances\"]\n"
        "  service1[\"front<br/>1 instance\"]\n  service2[\"log<br/>1 instance\"]\n"
        "  workload0 -->|\"1 a request<br/>10/s\"| service1\n"
        "  service1 -->|\"0.5 a request<br/>5/s\"| service0\n"
        "  service1 -.->|\"1 a request<br/>10/s\"| service2\n");
}

TEST_CASE("odd names stay within their labels in DOT", "[outputs]") {
  const std::string text = graphviz_of(odd_model());

  const std::string label = R"re("(?:[^"\\]|\\["\\n])*")re";
  must_consist_of(text,
                  "digraph model \\{|\\}|  rankdir=LR;|  node \\[shape=box\\];|"
                  "  (?:workload|service)[0-9]+(?: -> service[0-9]+)? \\[label=" +
                      label + "(?:, (?:shape=ellipse|style=dotted))?\\];");
  CHECK(lines_of(text).size() == 4 + 1 + 2 * odd_names.size());
  CHECK_THAT(text, Catch::Contains(R"(label="\"];\n1 instance")"));
  CHECK_THAT(text, Catch::Contains(R"(label="<b>bold</b> &amp;amp; <br>\n1 instance")"));
  CHECK_THAT(text, Catch::Contains(R"(label="back\\slash\\\n1 instance")"));
}

TEST_CASE("odd names stay within their labels in Mermaid", "[outputs]") {
  const std::string text = mermaid_of(odd_model());

  const std::string label = R"re("(?:[A-Za-z0-9 ,/:+\-_.\x80-\xff]|#[0-9]+;|<br/>)*")re";
  must_consist_of(text, R"(flowchart LR|  (?:workload[0-9]+\(\[)" + label +
                            R"(\]\)|service[0-9]+\[)" + label +
                            R"(\]|(?:workload|service)[0-9]+ (?:-->|-\.->)\|)" + label +
                            R"(\| service[0-9]+))");
  CHECK(lines_of(text).size() == 1 + 1 + 2 * odd_names.size());
  CHECK_THAT(text, Catch::Contains("[\"end<br/>1 instance\"]"));
  CHECK_THAT(text, Catch::Contains("[\"#34;#93;#59;<br/>1 instance\"]"));
  CHECK_THAT(text, Catch::Contains("\xc3\xbc\xe6\xbc\xa2"));
}

TEST_CASE("calls after failures only say so in a graph", "[outputs]") {
  ModelSpec model;
  add_service(model, "front",
              {StepSpec{CallSpec{{"back", "serve"}, 1, OnError::fallback, {call("cache")}}}});
  add_service(model, "back", {});
  add_service(model, "cache", {});
  add_poisson(model, 10, "front");

  CHECK_THAT(graphviz_of(model),
             Catch::Contains("service2 -> service1 [label=\"after failures only\", style=dotted]"));
}
