#include "language/value_kinds.hpp"

#include <fmt/format.h>

#include <cmath>

#include "language/quantity_text.hpp"
#include "language/suggestions.hpp"
#include "sim/duration_text.hpp"

namespace rehearse {
namespace {

std::optional<std::int64_t> read_whole(Reader& reader, const Node& node, const Whole& kind,
                                       std::string_view or_else) {
  const std::string must_be =
      fmt::format("a whole number from {} to {}{}", kind.least, kind.most, or_else);
  if (node.type != Node::Type::integer) {
    reader.wrong(node, must_be);
    return std::nullopt;
  }
  if (node.integer < kind.least || node.integer > kind.most) {
    reader.wrong(node, must_be);
    return std::nullopt;
  }
  return node.integer;
}

SchemaNode schema_of_type(SchemaNode::Type type) {
  SchemaNode node;
  node.type = type;
  return node;
}

std::string range_text(const Number& kind) {
  const bool above = kind.lower == Number::Lower::excluded;
  return fmt::format("{} {} {} {}", above ? "above" : "from", number_text(kind.least),
                     above ? "up to" : "to", number_text(kind.most));
}

}  // namespace

void read(Reader& reader, const Node& node, int& value, const Whole& kind) {
  if (const auto whole = read_whole(reader, node, kind, "")) value = static_cast<int>(*whole);
}

void read(Reader& reader, const Node& node, std::uint64_t& value, const Whole& kind) {
  if (const auto whole = read_whole(reader, node, kind, "")) {
    value = static_cast<std::uint64_t>(*whole);
  }
}

Node written(std::int64_t value, const Whole&) {
  return Node::of_integer(value);
}

SchemaNode schema(std::int64_t, const Whole& kind) {
  SchemaNode node = schema_of_type(SchemaNode::Type::integer);
  node.minimum = static_cast<double>(kind.least);
  node.maximum = static_cast<double>(kind.most);
  node.range = fmt::format("from {} to {}", kind.least, kind.most);
  return node;
}

void read(Reader& reader, const Node& node, std::optional<int>& value, const WholeOrWord& kind) {
  if (node.type == Node::Type::text && node.text == kind.word) {
    value.reset();
    return;
  }
  const Whole whole{kind.least, kind.most};
  if (const auto number = read_whole(reader, node, whole, fmt::format(" or \"{}\"", kind.word))) {
    value = static_cast<int>(*number);
  }
}

Node written(const std::optional<int>& value, const WholeOrWord& kind) {
  return value ? Node::of_integer(*value) : Node::of_text(kind.word);
}

SchemaNode schema(const std::optional<int>&, const WholeOrWord& kind) {
  SchemaNode node = schema_of_type(SchemaNode::Type::any_of);
  node.alternatives.push_back(schema(std::int64_t{0}, Whole{kind.least, kind.most}));
  node.alternatives.push_back(schema_of_words({kind.word}));
  return node;
}

void read(Reader& reader, const Node& node, double& value, const Number& kind) {
  double number = 0;
  if (node.type == Node::Type::integer) {
    number = static_cast<double>(node.integer);
  } else if (node.type == Node::Type::real) {
    number = node.real;
  } else {
    reader.wrong(node, "a number " + range_text(kind));
    return;
  }
  const bool above = kind.lower == Number::Lower::excluded;
  // Written so that NaN is refused too.
  const bool large_enough = above ? number > kind.least : number >= kind.least;
  if (!large_enough || !(number <= kind.most)) {
    reader.wrong(node, "a number " + range_text(kind));
    return;
  }
  value = number;
}

Node written(double value, const Number&) {
  return Node::of_number(value);
}

SchemaNode schema(double, const Number& kind) {
  SchemaNode node = schema_of_type(SchemaNode::Type::number);
  (kind.lower == Number::Lower::excluded ? node.exclusive_minimum : node.minimum) = kind.least;
  node.maximum = kind.most;
  node.range = range_text(kind);
  return node;
}

void read(Reader& reader, const Node& node, Duration& value, const Extent& kind) {
  if (node.type == Node::Type::integer || node.type == Node::Type::real) {
    reader.wrong(node, "a duration with its unit",
                 fmt::format("write \"{}ms\" or \"{}s\"", found_text(node), found_text(node)));
    return;
  }
  const auto duration =
      node.type == Node::Type::text ? parse_duration(node.text) : std::optional<Duration>();
  if (!duration) {
    const bool unitless = node.type == Node::Type::text && parse_number(node.text);
    reader.wrong(node, unitless ? "a duration with its unit" : "a duration",
                 unitless ? fmt::format("write \"{0}ms\" or \"{0}s\"", node.text)
                          : "durations are written \"250ms\", \"1.5s\", \"10m\", \"2h\", "
                            "\"150us\" or \"80ns\"");
    return;
  }
  if (*duration < kind.least || *duration > kind.most) {
    const std::string least = kind.least == Duration::nanoseconds(1)
                                  ? "above 0s up to"
                                  : fmt::format("from {} to", duration_text(kind.least));
    reader.wrong(node, fmt::format("a duration {} {}", least, duration_text(kind.most)));
    return;
  }
  value = *duration;
}

Node written(Duration value, const Extent&) {
  return Node::of_text(duration_text(value));
}

SchemaNode schema(Duration, const Extent& kind) {
  SchemaNode node = schema_of_text("duration", "^([0-9]+(\\.[0-9]+)?(h|m|s|ms|us|\u00b5s|ns))+$");
  node.range =
      kind.least == Duration::nanoseconds(1)
          ? "above 0s up to " + duration_text(kind.most)
          : fmt::format("from {} to {}", duration_text(kind.least), duration_text(kind.most));
  return node;
}

void read(Reader& reader, const Node& node, Rate& value, const PerTime& kind) {
  const auto rate = node.type == Node::Type::text ? parse_rate(node.text) : std::optional<Rate>();
  if (!rate) {
    const bool number = node.type == Node::Type::integer || node.type == Node::Type::real;
    reader.wrong(node, "a rate with its unit",
                 number ? fmt::format("write \"{}/s\"", found_text(node))
                        : "rates are written \"84/s\", \"5/min\" or \"100/h\"");
    return;
  }
  if (!(rate->per_second >= 0) || rate->per_second > kind.most_per_second) {
    reader.wrong(node, fmt::format("a rate from 0/s to {}/s", number_text(kind.most_per_second)));
    return;
  }
  value = *rate;
}

Node written(Rate value, const PerTime&) {
  return Node::of_text(rate_text(value));
}

SchemaNode schema(Rate, const PerTime& kind) {
  SchemaNode node = schema_of_text("rate", "^[0-9.]+([eE][+-]?[0-9]+)?/(s|m|min|h)$");
  node.range = fmt::format("from 0/s to {}/s", number_text(kind.most_per_second));
  return node;
}

void read(Reader& reader, const Node& node, std::string& value, const Text& kind) {
  if (node.type != Node::Type::text) {
    reader.wrong(node, fmt::format("{} in quotes", kind.what));
    return;
  }
  if (node.text.empty() && kind.empty == Text::Empty::refused) {
    reader.mistake(node, fmt::format("'{}' is empty; it must be {}", reader.name(), kind.what));
    return;
  }
  value = node.text;
}

Node written(const std::string& value, const Text& kind) {
  if (value.empty() && kind.empty == Text::Empty::refused) return Node();
  return Node::of_text(value);
}

SchemaNode schema(const std::string&, const Text& kind) {
  SchemaNode node = schema_of_text(std::string(kind.what), "");
  if (kind.empty == Text::Empty::refused) node.pattern = ".";
  return node;
}

void read(Reader& reader, const Node& node, bool& value, const Flag&) {
  if (node.type != Node::Type::boolean) {
    reader.wrong(node, "true or false");
    return;
  }
  value = node.boolean;
}

Node written(bool value, const Flag&) {
  return Node::of_boolean(value);
}

SchemaNode schema(bool, const Flag&) {
  return schema_of_type(SchemaNode::Type::boolean);
}

std::optional<std::size_t> read_word(Reader& reader, const Node& node,
                                     const std::vector<std::string>& words) {
  if (node.type == Node::Type::text) {
    for (std::size_t i = 0; i < words.size(); ++i) {
      if (words[i] == node.text) return i;
    }
  }
  reader.wrong(node, quoted_choices(words),
               node.type == Node::Type::text ? did_you_mean(node.text, words, "", '"') : "");
  return std::nullopt;
}

SchemaNode schema_of_text(std::string unit, std::string pattern) {
  SchemaNode node = schema_of_type(SchemaNode::Type::text);
  node.unit = std::move(unit);
  node.pattern = std::move(pattern);
  return node;
}

SchemaNode schema_of_words(std::vector<std::string> words) {
  SchemaNode node = schema_of_text("");
  node.choices = std::move(words);
  return node;
}

bool is_scalar(const Node& node) {
  switch (node.type) {
    case Node::Type::boolean:
    case Node::Type::integer:
    case Node::Type::real:
    case Node::Type::text:
      return true;
    case Node::Type::none:
    case Node::Type::array:
    case Node::Type::table:
    case Node::Type::date:
      break;
  }
  return false;
}

void read(Reader& reader, const Node& node, Node& value, const AnyScalar&) {
  if (!is_scalar(node) || (node.type == Node::Type::real && !std::isfinite(node.real))) {
    reader.wrong(node, "a number, a text, or true or false");
    return;
  }
  // 4.0 is 4, as written trees have it.
  value = node.type == Node::Type::real ? Node::of_number(node.real) : node;
  value.position = Position{};
}

Node written(const Node& value, const AnyScalar&) {
  return value;
}

SchemaNode schema(const Node&, const AnyScalar&) {
  SchemaNode node = schema_of_type(SchemaNode::Type::any_of);
  node.alternatives.push_back(schema_of_type(SchemaNode::Type::number));
  node.alternatives.push_back(schema_of_text(""));
  node.alternatives.push_back(schema_of_type(SchemaNode::Type::boolean));
  return node;
}

void read(Reader& reader, const Node& node, int& value, const LanguageVersion&) {
  if (node.type != Node::Type::integer || node.integer != 1) {
    reader.wrong(node, "1, the only version of the language so far");
    return;
  }
  value = 1;
}

Node written(int value, const LanguageVersion&) {
  return Node::of_integer(value);
}

SchemaNode schema(int, const LanguageVersion&) {
  SchemaNode node;
  node.type = SchemaNode::Type::integer;
  node.minimum = 1;
  node.maximum = 1;
  node.range = "1";
  return node;
}

}  // namespace rehearse
