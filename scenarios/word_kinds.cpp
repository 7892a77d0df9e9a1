#include <fmt/format.h>

#include "models/mistakes.hpp"
#include "scenarios/value_kinds.hpp"

namespace rehearse {
namespace {

struct RetryCondition {
  std::string_view word;
  bool RetryOn::*member;
};
constexpr std::array<RetryCondition, 4> retry_conditions{
    {{"5xx", &RetryOn::five_xx},
     {"gateway-error", &RetryOn::gateway_error},
     {"reset", &RetryOn::reset},
     {"connect-failure", &RetryOn::connect_failure}}};

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

std::string joined_words(const std::vector<std::string>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? " or " : ", ";
    text += fmt::format("\"{}\"", words[i]);
  }
  return text;
}

std::string did_you_mean(const std::string& word, const std::vector<std::string>& words) {
  const std::string near = nearest(word, words);
  return near.empty() ? "" : fmt::format("did you mean \"{}\"?", near);
}

}  // namespace

std::optional<std::size_t> read_word(Reader& reader, const Node& node,
                                     const std::vector<std::string>& words) {
  if (node.type == Node::Type::text) {
    for (std::size_t i = 0; i < words.size(); ++i) {
      if (words[i] == node.text) return i;
    }
  }
  reader.wrong(node, joined_words(words),
               node.type == Node::Type::text ? did_you_mean(node.text, words) : "");
  return std::nullopt;
}

SchemaNode schema_of_words(std::vector<std::string> words) {
  SchemaNode node;
  node.type = SchemaNode::Type::text;
  node.choices = std::move(words);
  return node;
}

std::optional<EndpointName> parse_endpoint(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos || slash == 0 || slash + 1 == text.size()) {
    return std::nullopt;
  }
  return EndpointName{std::string(text.substr(0, slash)), std::string(text.substr(slash + 1))};
}

void read(Reader& reader, const Node& node, EndpointName& value, const EndpointText&) {
  const auto endpoint =
      node.type == Node::Type::text ? parse_endpoint(node.text) : std::optional<EndpointName>();
  if (!endpoint) {
    reader.wrong(node, "an endpoint",
                 "endpoints are written \"service/operation\": \"cart/GetCart\"");
    return;
  }
  value = *endpoint;
}

Node written(const EndpointName& value, const EndpointText&) {
  return Node::of_text(value.text());
}

SchemaNode schema(const EndpointName&, const EndpointText&) {
  SchemaNode node;
  node.type = SchemaNode::Type::text;
  node.unit = "endpoint";
  node.pattern = "^[^/]+/.+$";
  return node;
}

void read(Reader& reader, const Node& node, RetryOn& value, const RetryOnText&) {
  std::vector<std::string> words;
  for (const RetryCondition& condition : retry_conditions) words.emplace_back(condition.word);
  if (node.type != Node::Type::text) {
    reader.wrong(node, "conditions separated by commas in quotes",
                 "the conditions are " + joined_words(words));
    return;
  }
  RetryOn conditions;
  std::string_view rest = node.text;
  bool more = true;
  while (more) {
    const std::size_t comma = rest.find(',');
    more = comma != std::string_view::npos;
    const std::string word(trimmed(rest.substr(0, comma)));
    rest = more ? rest.substr(comma + 1) : std::string_view();
    bool known = false;
    for (const RetryCondition& condition : retry_conditions) {
      if (condition.word != word) continue;
      conditions.*condition.member = true;
      known = true;
    }
    if (known) continue;
    const std::string near = did_you_mean(word, words);
    reader.mistake(node, fmt::format("\"{}\" is not a condition to retry on", word),
                   near.empty() ? "the conditions are " + joined_words(words) : near);
    return;
  }
  value = conditions;
}

Node written(const RetryOn& value, const RetryOnText&) {
  std::string text;
  for (const RetryCondition& condition : retry_conditions) {
    if (!(value.*condition.member)) continue;
    text += text.empty() ? "" : ",";
    text += condition.word;
  }
  return Node::of_text(text);
}

SchemaNode schema(const RetryOn&, const RetryOnText&) {
  SchemaNode node;
  node.type = SchemaNode::Type::text;
  node.unit = "conditions separated by commas: 5xx, gateway-error, reset, connect-failure";
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
