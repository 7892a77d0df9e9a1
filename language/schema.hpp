#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace rehearse {

/// A default, as files say it.
using SchemaValue = std::variant<std::monostate, bool, std::int64_t, double, std::string>;

struct SchemaProperty;

/// One node of a schema, close to JSON Schema but free of any library; made by the table that the
/// parser uses.
struct SchemaNode {
  enum class Type {
    anything,
    boolean,
    integer,
    number,
    text,
    array,
    table,     // `properties` are the only keys; all others match `additional`, if there is one
    any_of,    // one of `alternatives`
    reference  // to `definitions` of the root
  };
  Type type = Type::anything;
  std::string description;
  std::string unit;     // what a text holds: "duration", "rate", "endpoint", ...
  std::string pattern;  // ECMAScript; empty: any text
  std::string range;    // as a person says it: "from 1 to 1000000"
  std::string reference;
  std::vector<std::string> choices;  // of a text
  std::optional<double> minimum;
  std::optional<double> exclusive_minimum;
  std::optional<double> maximum;
  SchemaValue default_value;  // monostate: none
  std::vector<SchemaProperty> properties;
  std::vector<std::string> required;
  std::vector<std::string> exactly_one;  // of these keys is given
  std::string tag;                       // the key whose word says which of `variants` this is
  std::vector<SchemaProperty> variants;  // by that word: the keys that go with it
  std::vector<SchemaNode> additional;    // at most one: what any other key holds
  std::string additional_name;           // what those keys are: "SERVICE"
  std::vector<SchemaNode> items;         // at most one
  std::vector<SchemaNode> alternatives;
  std::vector<SchemaProperty> definitions;  // at the root only
};

/// A key of a table, or a definition, with its schema.
struct SchemaProperty {
  std::string name;
  SchemaNode node;
};

}  // namespace rehearse
