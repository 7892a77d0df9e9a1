#include "models/specs/client_spec.hpp"

#include <fmt/format.h>

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "language/suggestions.hpp"

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

}  // namespace

void read(Reader& reader, const Node& node, RetryOn& value, const RetryOnText&) {
  std::vector<std::string> words;
  for (const RetryCondition& condition : retry_conditions) words.emplace_back(condition.word);
  if (node.type != Node::Type::text) {
    reader.wrong(node, "conditions separated by commas in quotes",
                 "the conditions are " + quoted_choices(words));
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
    reader.mistake(node, fmt::format("\"{}\" is not a condition to retry on", word),
                   did_you_mean(word, words, "the conditions are " + quoted_choices(words), '"'));
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
  return schema_of_text(
      "conditions separated by commas: 5xx, gateway-error, reset, connect-failure");
}

}  // namespace rehearse
