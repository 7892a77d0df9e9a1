#include <fmt/format.h>

#include "scenarios/documents.hpp"
#include "scenarios/model_table.hpp"
#include "scenarios/schema.hpp"

namespace rehearse {

std::string service_name_complaint(std::string_view name) {
  if (name.empty()) return "a name is empty";
  if (name.find('/') != std::string_view::npos) {
    return fmt::format("the name '{}' holds a slash, which separates service and operation", name);
  }
  return "";
}

std::string operation_name_complaint(std::string_view name) {
  return name.empty() ? "a name is empty" : "";
}

ModelSpec read_model(Reader& reader, const Node& root) {
  ModelDocument document;
  read(reader, root, document, Table{});
  return std::move(document.model);
}

Node written_model(const ModelSpec& model) {
  return written(ModelDocument{1, model}, Table{});
}

SchemaNode schema_of_models() {
  SchemaNode root = schema(ModelDocument{}, Table{});
  root.description = "A model of rehearse: what the system is.";
  root.definitions = law_definitions();
  for (auto& definition : step_definitions()) root.definitions.push_back(std::move(definition));
  return root;
}

}  // namespace rehearse
