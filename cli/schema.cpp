#include <string>
#include <vector>

#include "cli/verb.hpp"
#include "outputs/text/json_schema.hpp"
#include "scenarios/documents.hpp"
#include "sim/error.hpp"

namespace rehearse {
namespace {

int run(const Invocation& invocation) {
  const auto& kinds = invocation.arguments.positional();
  const std::string kind = kinds.empty() ? "" : kinds.front();
  if (kinds.size() > 1 || (!kind.empty() && kind != "model" && kind != "scenario")) {
    throw InvalidInput("rehearse schema: expected 'model', 'scenario' or nothing (both)");
  }
  std::vector<SchemaNode> roots;
  if (kind != "model") roots.push_back(schema_of_scenarios());
  if (kind != "scenario") roots.push_back(schema_of_models());
  print(json_schema(roots, kind.empty() ? "rehearse scenario or model" : "rehearse " + kind));
  return 0;
}

}  // namespace

Verb schema_verb() {
  Verb verb;
  verb.name = "schema";
  verb.usage = "[model|scenario]";
  verb.summary = "Prints a JSON Schema of models and scenarios, so that editors complete keys.";
  verb.example = "rehearse schema scenario > scenario.schema.json";
  verb.run = run;
  return verb;
}

}  // namespace rehearse
