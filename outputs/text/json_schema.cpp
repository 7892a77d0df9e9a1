#include "outputs/text/json_schema.hpp"

#include <algorithm>
#include <string_view>
#include <variant>

#include "outputs/text/json_writer.hpp"

namespace rehearse {
namespace {

using Type = SchemaNode::Type;

void write(JsonWriter& json, const SchemaNode& node);

void write_members(JsonWriter& json, std::string_view key,
                   const std::vector<SchemaProperty>& members) {
  if (members.empty()) return;
  json.key(key).begin_object();
  for (const auto& [name, member] : members) {
    json.key(name).begin_object();
    write(json, member);
    json.end_object();
  }
  json.end_object();
}

void write_texts(JsonWriter& json, std::string_view key, const std::vector<std::string>& texts) {
  if (texts.empty()) return;
  json.key(key).begin_array();
  for (const std::string& text : texts) json.value(text);
  json.end_array();
}

void write_nodes(JsonWriter& json, std::string_view key, const std::vector<SchemaNode>& nodes) {
  if (nodes.empty()) return;
  json.key(key).begin_array();
  for (const SchemaNode& node : nodes) {
    json.begin_object();
    write(json, node);
    json.end_object();
  }
  json.end_array();
}

const char* json_type(Type type) {
  switch (type) {
    case Type::boolean:
      return "boolean";
    case Type::integer:
      return "integer";
    case Type::number:
      return "number";
    case Type::text:
      return "string";
    case Type::array:
      return "array";
    case Type::table:
      return "object";
    case Type::anything:
    case Type::any_of:
    case Type::reference:
      return nullptr;
  }
  return nullptr;
}

/// JSON Schema has no place for units and spoken ranges: editors show the description.
std::string description_of(const SchemaNode& node) {
  std::string text = node.description;
  const auto append = [&](const std::string& more) {
    if (more.empty()) return;
    text += text.empty() ? more : " (" + more + ")";
  };
  append(node.unit);
  append(node.range);
  return text;
}

void write_default(JsonWriter& json, const SchemaValue& value) {
  if (std::holds_alternative<std::monostate>(value)) return;
  json.key("default");
  if (const auto* truth = std::get_if<bool>(&value)) json.value(*truth);
  if (const auto* whole = std::get_if<std::int64_t>(&value)) json.value(*whole);
  if (const auto* number = std::get_if<double>(&value)) json.value(*number);
  if (const auto* text = std::get_if<std::string>(&value)) json.value(*text);
}

void write_table(JsonWriter& json, const SchemaNode& node) {
  write_members(json, "properties", node.properties);
  write_texts(json, "required", node.required);
  json.key("additionalProperties");
  if (node.additional.empty()) {
    json.value(false);
  } else {
    json.begin_object();
    write(json, node.additional.front());
    json.end_object();
  }
  if (node.exactly_one.empty()) return;
  json.key("oneOf").begin_array();
  for (const std::string& name : node.exactly_one) {
    json.begin_object();
    write_texts(json, "required", {name});
    json.end_object();
  }
  json.end_array();
}

/// The whole table that holds one variant: nothing of the others is allowed in it.
SchemaNode table_of(const SchemaNode& family, const SchemaProperty& variant) {
  SchemaNode table = family;
  table.tag.clear();
  table.variants.clear();
  table.description = variant.node.description;
  for (SchemaProperty& property : table.properties) {
    if (property.name != family.tag) continue;
    property.node.choices = {variant.name};
    // Without the tag it is the variant that is the default.
    const auto* absent = std::get_if<std::string>(&property.node.default_value);
    if (absent != nullptr && *absent != variant.name) {
      table.required.push_back(family.tag);
      property.node.default_value = std::monostate();
    }
  }
  const SchemaNode& own = variant.node;
  table.properties.insert(table.properties.end(), own.properties.begin(), own.properties.end());
  table.required.insert(table.required.end(), own.required.begin(), own.required.end());
  return table;
}

void write_family(JsonWriter& json, const SchemaNode& node) {
  std::vector<SchemaNode> tables;
  for (const SchemaProperty& variant : node.variants) tables.push_back(table_of(node, variant));
  if (!node.description.empty()) json.member("description", node.description);
  write_nodes(json, "oneOf", tables);
}

/// The members of the JSON object that stands for `node`.
void write(JsonWriter& json, const SchemaNode& node) {
  if (!node.variants.empty()) {
    write_family(json, node);
    return;
  }
  if (node.type == Type::reference) json.member("$ref", "#/$defs/" + node.reference);
  if (const char* type = json_type(node.type)) json.member("type", type);
  if (const std::string text = description_of(node); !text.empty()) {
    json.member("description", text);
  }
  if (!node.pattern.empty()) json.member("pattern", node.pattern);
  if (node.minimum) json.member("minimum", *node.minimum);
  if (node.exclusive_minimum) json.member("exclusiveMinimum", *node.exclusive_minimum);
  if (node.maximum) json.member("maximum", *node.maximum);
  write_texts(json, "enum", node.choices);
  write_default(json, node.default_value);
  if (node.type == Type::table) write_table(json, node);
  if (!node.items.empty()) {
    json.key("items").begin_object();
    write(json, node.items.front());
    json.end_object();
  }
  write_nodes(json, "anyOf", node.alternatives);
}

/// Definitions of both files under one root; what both name is the same in both.
std::vector<SchemaProperty> all_definitions(const std::vector<SchemaNode>& roots) {
  std::vector<SchemaProperty> all;
  for (const SchemaNode& root : roots) {
    for (const auto& definition : root.definitions) {
      const bool known = std::any_of(
          all.begin(), all.end(), [&](const auto& other) { return other.name == definition.name; });
      if (!known) all.push_back(definition);
    }
  }
  return all;
}

}  // namespace

std::string json_schema(const std::vector<SchemaNode>& roots, const std::string& title) {
  JsonWriter json;
  json.begin_object();
  json.member("$schema", "https://json-schema.org/draft/2020-12/schema");
  json.member("title", title);
  if (roots.size() == 1) {
    write(json, roots.front());
  } else {
    write_nodes(json, "oneOf", roots);
  }
  write_members(json, "$defs", all_definitions(roots));
  json.end_object();
  return json.text();
}

}  // namespace rehearse
