#include "tests/support/junit_schema.hpp"

#include <cstdlib>
#include <map>
#include <pugixml.hpp>
#include <set>

namespace rehearse::testing {
namespace {

struct ElementRule {
  std::set<std::string> required;
  std::set<std::string> children;
};

const std::map<std::string, ElementRule>& rules() {
  static const std::map<std::string, ElementRule> table = {
      {"testsuites", {{"name", "tests", "failures", "errors", "skipped", "time"}, {"testsuite"}}},
      {"testsuite", {{"name", "tests", "failures", "errors", "skipped", "time"}, {"testcase"}}},
      {"testcase", {{"name", "classname", "time"}, {"failure", "error", "system-out"}}},
      {"failure", {{"message", "type"}, {}}},
      {"error", {{"message", "type"}, {}}},
      {"system-out", {{}, {}}},
  };
  return table;
}

bool is_number(const std::string& text) {
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  return !text.empty() && *end == '\0' && value >= 0;
}

void check_attributes(const pugi::xml_node& node, const ElementRule& rule,
                      std::vector<std::string>& violations) {
  const std::string name = node.name();
  for (const std::string& wanted : rule.required) {
    if (!node.attribute(wanted.c_str())) violations.push_back(name + " has no " + wanted);
  }
  for (const pugi::xml_attribute& attribute : node.attributes()) {
    const std::string said = attribute.name();
    if (rule.required.count(said) == 0) violations.push_back(name + " may not have " + said);
    const bool counts = said == "tests" || said == "failures" || said == "errors" ||
                        said == "skipped" || said == "time";
    if (counts && !is_number(attribute.value())) violations.push_back(said + " is no number");
  }
}

void check_element(const pugi::xml_node& node, std::vector<std::string>& violations) {
  const auto rule = rules().find(node.name());
  if (rule == rules().end()) {
    violations.push_back(std::string("there is no element ") + node.name());
    return;
  }
  check_attributes(node, rule->second, violations);
  for (const pugi::xml_node& child : node.children()) {
    if (child.type() != pugi::node_element) continue;
    if (rule->second.children.count(child.name()) == 0) {
      violations.push_back(std::string(node.name()) + " may not hold " + child.name());
    }
    check_element(child, violations);
  }
}

/// Of a suite, or of all of them.
void check_counts(const pugi::xml_node& node, std::vector<std::string>& violations) {
  int tests = 0;
  int failures = 0;
  int errors = 0;
  for (const pugi::xpath_node& found : node.select_nodes(".//testcase")) {
    ++tests;
    failures += found.node().child("failure") ? 1 : 0;
    errors += found.node().child("error") ? 1 : 0;
  }
  const auto differs = [&](const char* name, int count) {
    return node.attribute(name).as_int(-1) != count;
  };
  if (differs("tests", tests) || differs("failures", failures) || differs("errors", errors)) {
    violations.push_back(std::string("the counts of a ") + node.name() + " are wrong");
  }
}

/// XML 1.0 knows no other characters below the blank than these three.
bool has_forbidden_character(const std::string& text) {
  for (const char letter : text) {
    const auto code = static_cast<unsigned char>(letter);
    if (code < 0x20 && letter != '\t' && letter != '\n' && letter != '\r') return true;
  }
  return text.find("\xef\xbf\xbe") != std::string::npos ||
         text.find("\xef\xbf\xbf") != std::string::npos || text.find("&#") != std::string::npos;
}

}  // namespace

std::vector<std::string> junit_violations(const std::string& report) {
  std::vector<std::string> violations;
  if (has_forbidden_character(report)) violations.emplace_back("a character is forbidden");
  pugi::xml_document document;
  const pugi::xml_parse_result read = document.load_buffer(report.data(), report.size());
  if (!read) return {std::string("it is no XML: ") + read.description()};
  const pugi::xml_node suites = document.document_element();
  if (std::string(suites.name()) != "testsuites") violations.emplace_back("there is no testsuites");
  check_element(suites, violations);
  check_counts(suites, violations);
  for (const pugi::xml_node& suite : suites.children("testsuite")) {
    check_counts(suite, violations);
    std::set<std::string> names;
    for (const pugi::xml_node& one : suite.children("testcase")) {
      if (!names.insert(one.attribute("name").value()).second) {
        violations.push_back(std::string("two are called ") + one.attribute("name").value());
      }
    }
  }
  return violations;
}

}  // namespace rehearse::testing
