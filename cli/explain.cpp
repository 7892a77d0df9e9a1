#include "scenarios/explain.hpp"

#include "cli/verb.hpp"
#include "scenarios/scenario.hpp"

namespace rehearse {
namespace {

int run(const Invocation& invocation) {
  print(explain(load_scenario(only_argument(invocation, "explain", "one scenario file"))));
  return 0;
}

}  // namespace

Verb explain_verb() {
  Verb verb;
  verb.name = "explain";
  verb.usage = "SCENARIO.toml";
  verb.summary =
      "Prints a scenario and its model fully resolved: every default, and who said what.";
  verb.example = "rehearse explain slow_payments.toml";
  verb.run = run;
  return verb;
}

}  // namespace rehearse
