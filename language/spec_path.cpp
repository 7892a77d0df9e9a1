#include "language/spec_path.hpp"

#include <algorithm>

namespace rehearse {
namespace {

bool is_bare(char letter) {
  return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
         (letter >= '0' && letter <= '9') || letter == '_' || letter == '-';
}

bool is_number(std::string_view word) {
  const auto is_digit = [](char letter) { return letter >= '0' && letter <= '9'; };
  return !word.empty() && word.size() < 10 && std::all_of(word.begin(), word.end(), is_digit);
}

std::string quoted(std::string_view key) {
  std::string text = "\"";
  for (const char letter : key) {
    if (letter == '"' || letter == '\\') text += '\\';
    text += letter;
  }
  return text + '"';
}

/// Reads one part from the front of `rest`; nothing when it is malformed.
std::optional<PathPart> take_part(std::string_view& rest) {
  const char first = rest.front();
  if (first == '"' || first == '\'') {
    std::string key;
    for (std::size_t i = 1; i < rest.size(); ++i) {
      if (rest[i] == first) {
        rest.remove_prefix(i + 1);
        return PathPart(key);
      }
      if (rest[i] == '\\' && first == '"' && i + 1 < rest.size()) ++i;
      key += rest[i];
    }
    return std::nullopt;
  }
  if (first == '[') {
    const std::size_t end = rest.find(']');
    if (end == std::string_view::npos || !is_number(rest.substr(1, end - 1))) return std::nullopt;
    const std::size_t index = std::stoul(std::string(rest.substr(1, end - 1)));
    rest.remove_prefix(end + 1);
    return PathPart(index);
  }
  std::size_t length = 0;
  while (length < rest.size() && rest[length] != '.' && rest[length] != '[') ++length;
  if (length == 0) return std::nullopt;
  const std::string key(rest.substr(0, length));
  rest.remove_prefix(length);
  return PathPart(key);
}

}  // namespace

std::string extended_path(const std::string& path, std::string_view key) {
  const bool bare = !key.empty() && std::all_of(key.begin(), key.end(), is_bare);
  const std::string part = bare ? std::string(key) : quoted(key);
  return path.empty() ? part : path + "." + part;
}

std::string indexed_path(const std::string& path, std::size_t index) {
  return path + "[" + std::to_string(index) + "]";
}

std::optional<std::vector<PathPart>> parse_path(std::string_view text) {
  std::vector<PathPart> parts;
  std::string_view rest = text;
  while (!rest.empty()) {
    if (!parts.empty() && rest.front() != '[') {
      if (rest.front() != '.' || rest.size() == 1) return std::nullopt;
      rest.remove_prefix(1);
      if (rest.front() == '[') return std::nullopt;
    }
    std::optional<PathPart> part = take_part(rest);
    if (!part) return std::nullopt;
    parts.push_back(*std::move(part));
  }
  if (parts.empty()) return std::nullopt;
  return parts;
}

std::string path_text(const std::vector<PathPart>& parts) {
  std::string text;
  for (const PathPart& part : parts) {
    const auto* index = std::get_if<std::size_t>(&part);
    text = index ? indexed_path(text, *index) : extended_path(text, std::get<std::string>(part));
  }
  return text;
}

}  // namespace rehearse
