#include "calibrate/traces/unbounded_names.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace rehearse {
namespace {

constexpr std::size_t least_names = 10;
constexpr std::size_t names_without_end = 100;
constexpr std::uint64_t spans_of_a_bounded_name = 30;
constexpr std::uint64_t spans_of_a_known_name = 3;
constexpr std::size_t shortest_hexadecimal = 8;
constexpr std::size_t shortest_mixture = 6;

bool is_digit(char letter) {
  return letter >= '0' && letter <= '9';
}

bool is_letter(char letter) {
  return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z');
}

bool is_hexadecimal(char letter) {
  return is_digit(letter) || (letter >= 'a' && letter <= 'f') || (letter >= 'A' && letter <= 'F');
}

/// The length of a UUID at the beginning of `text`; 0 when there is none.
std::size_t uuid_length(std::string_view text) {
  constexpr std::string_view shape = "hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh";
  if (text.size() < shape.size()) return 0;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] == '-' ? text[i] != '-' : !is_hexadecimal(text[i])) return 0;
  }
  return shape.size();
}

/// A word of letters and digits without its value.
std::string word_template(std::string_view word) {
  const auto first_digit = std::find_if(word.begin(), word.end(), is_digit);
  if (first_digit == word.end()) return std::string(word);
  const bool number_last = std::all_of(first_digit, word.end(), is_digit);
  const bool hexadecimal = std::all_of(word.begin(), word.end(), is_hexadecimal);
  if (hexadecimal && word.size() >= shortest_hexadecimal) return "{id}";
  if (number_last) return std::string(word.begin(), first_digit) + "{id}";
  return word.size() >= shortest_mixture ? "{id}" : std::string(word);
}

/// What is known of the operations that have one template.
struct Alike {
  std::vector<NameId> names;
  std::uint64_t spans = 0;
};

using ServiceNames = std::map<NameId, std::uint64_t>;  // spans by operation

std::map<std::string, Alike> by_template(const ServiceNames& operations, const NameTable& names) {
  std::map<std::string, Alike> found;
  for (const auto& [operation, spans] : operations) {
    Alike& alike = found[name_template(names.text(operation))];
    alike.names.push_back(operation);
    alike.spans += spans;
  }
  return found;
}

bool is_unbounded(const Alike& alike) {
  const std::size_t names = alike.names.size();
  return names >= names_without_end ||
         (names >= least_names && alike.spans < names * spans_of_a_bounded_name);
}

}  // namespace

std::string name_template(std::string_view name) {
  std::string result;
  while (!name.empty()) {
    const bool begins = is_digit(name.front()) || is_letter(name.front());
    std::size_t length = 1;
    if (const std::size_t uuid = uuid_length(name); uuid > 0) {
      length = uuid;
      result += "{id}";
    } else if (begins) {
      while (length < name.size() && (is_digit(name[length]) || is_letter(name[length]))) ++length;
      result += word_template(name.substr(0, length));
    } else {
      result += name.front();
    }
    name.remove_prefix(length);
  }
  return result;
}

std::vector<UnboundedNames> bound_names(SpanSet& set) {
  std::map<NameId, ServiceNames> services;
  for (const Span& span : set.spans) ++services[span.service][span.operation];
  std::vector<UnboundedNames> found;
  std::map<std::pair<NameId, NameId>, NameId> renamed;
  for (const auto& [service, operations] : services) {
    std::uint64_t names = 0;
    std::uint64_t spans = 0;
    for (const auto& [text, alike] : by_template(operations, set.names)) {
      if (!is_unbounded(alike)) {
        names += alike.names.size();
        spans += alike.spans;
        continue;
      }
      found.push_back({set.names.text(service), text, alike.names.size()});
      const NameId common = set.names.intern(text);
      for (const NameId operation : alike.names) renamed[{service, operation}] = common;
    }
    if (names > names_without_end && spans < names * spans_of_a_known_name) {
      found.push_back({set.names.text(service), "", names});
    }
  }
  if (renamed.empty()) return found;
  for (Span& span : set.spans) {
    const auto common = renamed.find({span.service, span.operation});
    if (common != renamed.end()) span.operation = common->second;
  }
  normalise(set);
  return found;
}

}  // namespace rehearse
