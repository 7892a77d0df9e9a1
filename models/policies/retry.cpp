#include "models/policies/retry.hpp"

#include <fmt/format.h>

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "language/suggestions.hpp"
#include "sim/expects.hpp"

namespace rehearse {
namespace {

struct RetryCondition {
  std::string_view word;
  bool RetryOn::*member;
};
constexpr std::array<RetryCondition, 5> retry_conditions{
    {{"5xx", &RetryOn::five_xx},
     {"gateway-error", &RetryOn::gateway_error},
     {"reset", &RetryOn::reset},
     {"connect-failure", &RetryOn::connect_failure},
     {"not-permitted", &RetryOn::not_permitted}}};

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
      "conditions separated by commas: 5xx, gateway-error, reset, connect-failure, "
      "not-permitted");
}

Retry::Retry(const RetrySpec& spec)
    : on_(spec.retry_on),
      jitter_(spec.jitter),
      max_attempts_(static_cast<std::uint32_t>(spec.max_attempts)),
      per_try_timeout_(spec.per_try_timeout.value_or(Duration::longest())),
      base_backoff_(spec.base_backoff),
      max_backoff_(spec.max_backoff.value_or(spec.base_backoff * 10)) {
  expects(spec.max_attempts >= 1, "the first try counts as one");
  expects(per_try_timeout_ > Duration(), "a try takes time");
  expects(base_backoff_ >= Duration() && max_backoff_ >= Duration(),
          "nobody backs off into the past");
}

bool Retry::wants(Status status, std::uint32_t attempts) const {
  return attempts < max_attempts_ && matches(status);
}

bool Retry::matches(Status status) const {
  expects(status != Status::ok && status != Status::cancelled, "only failures are tried again");
  if (status == Status::not_permitted) return on_.not_permitted;
  const bool gateway = status != Status::failed;
  const bool reset =
      status == Status::timed_out || status == Status::lost || status == Status::unreachable;
  return on_.five_xx || (on_.gateway_error && gateway) || (on_.reset && reset) ||
         (on_.connect_failure && status == Status::unreachable);
}

Duration Retry::longest_backoff(std::uint32_t attempts) const {
  expects(attempts >= 1, "a retry follows an attempt");
  const std::uint32_t doublings = std::min(attempts - 1, 40U);
  const auto grown = static_cast<double>(base_backoff_.in_nanoseconds()) *
                     static_cast<double>(std::uint64_t{1} << doublings);
  return std::min(Duration::rounded_nanoseconds(grown), max_backoff_);
}

}  // namespace rehearse
