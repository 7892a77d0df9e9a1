#include "outputs/report/junit.hpp"

#include <fmt/format.h>

#include <pugixml.hpp>
#include <set>
#include <sstream>

#include "sim/visible_text.hpp"

namespace rehearse {
namespace {

/// U+FFFE and U+FFFF are well-formed UTF-8 and no characters of XML.
std::string allowed(std::string text) {
  struct Forbidden {
    const char* letter;
    const char* shown;
  };
  for (const Forbidden& one :
       {Forbidden{"\xef\xbf\xbe", "\\ufffe"}, Forbidden{"\xef\xbf\xbf", "\\uffff"}}) {
    for (std::size_t at = text.find(one.letter); at != std::string::npos;
         at = text.find(one.letter, at)) {
      text.replace(at, 3, one.shown);
    }
  }
  return text;
}

std::string line_of(const std::string& text) {
  return allowed(visible_line(text));
}

std::string seconds_text(double seconds) {
  return fmt::format("{:.3f}", seconds);
}

void set(pugi::xml_node node, const char* name, const std::string& value) {
  node.append_attribute(name).set_value(value.c_str());
}

void set_counts(pugi::xml_node node, const GateCounts& counts, double seconds) {
  const std::size_t failures = counts.failed + counts.inconclusive;
  const std::size_t tests = counts.passed + counts.waived + failures + counts.errors;
  set(node, "tests", std::to_string(tests));
  set(node, "failures", std::to_string(failures));
  set(node, "errors", std::to_string(counts.errors));
  set(node, "skipped", "0");
  set(node, "time", seconds_text(seconds));
}

/// Where it stands, and all that is known of it.
std::string details_of(const GateCheck& check) {
  std::string text = check.at.file;
  if (check.at.line > 0) text += fmt::format(":{}", check.at.line);
  return allowed(visible_text(
      fmt::format("{}\n{}", visible_line(text),
                  check.paragraph.empty() ? visible_text(check.reason) + "\n" : check.paragraph)));
}

void add_outcome(pugi::xml_node testcase, const GateCheck& check) {
  if (check.state == CheckState::passed || check.state == CheckState::waived) {
    testcase.append_child("system-out").text().set(details_of(check).c_str());
    return;
  }
  pugi::xml_node outcome =
      testcase.append_child(check.state == CheckState::error ? "error" : "failure");
  set(outcome, "message", allowed(essentials(check)));
  set(outcome, "type", word(check.state));
  outcome.text().set(details_of(check).c_str());
}

/// The name, numbered where others have it.
std::string free_name(const std::string& name, std::set<std::string>& taken) {
  std::string candidate = name;
  for (int number = 2; !taken.insert(candidate).second; ++number) {
    candidate = fmt::format("{} ({})", name, number);
  }
  return candidate;
}

void add_suite(pugi::xml_node suites, const GatedScenario& scenario) {
  pugi::xml_node suite = suites.append_child("testsuite");
  set(suite, "name", line_of(scenario.path));
  set_counts(suite, counts_of({scenario}), scenario.seconds);
  const std::string classname = scenario.name.empty() ? scenario.path : scenario.name;
  std::set<std::string> taken;
  for (const GateCheck& check : scenario.checks) {
    pugi::xml_node testcase = suite.append_child("testcase");
    set(testcase, "name", free_name(line_of(check.name), taken));
    set(testcase, "classname", line_of(classname));
    set(testcase, "time", seconds_text(0));
    add_outcome(testcase, check);
  }
}

}  // namespace

std::string junit_report(const std::vector<GatedScenario>& scenarios) {
  pugi::xml_document document;
  pugi::xml_node declaration = document.append_child(pugi::node_declaration);
  set(declaration, "version", "1.0");
  set(declaration, "encoding", "UTF-8");
  pugi::xml_node suites = document.append_child("testsuites");
  set(suites, "name", "rehearse preflight");
  double seconds = 0;
  for (const GatedScenario& scenario : scenarios) seconds += scenario.seconds;
  set_counts(suites, counts_of(scenarios), seconds);
  for (const GatedScenario& scenario : scenarios) add_suite(suites, scenario);
  std::ostringstream text;
  document.save(text, "  ", pugi::format_default, pugi::encoding_utf8);
  return text.str();
}

}  // namespace rehearse
