#include "calibrate/readers/identifiers.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>

#include <fmt/format.h>

#include "calibrate/readers/json_mending.hpp"
#include "sim/hash.hpp"
#include "sim/visible_text.hpp"

namespace rehearse {
namespace {

constexpr std::size_t longest_name = 200;

constexpr std::array<std::int8_t, 256> hex_digits = [] {
  std::array<std::int8_t, 256> digits{};
  digits.fill(-1);
  for (std::size_t i = 0; i < 10; ++i) digits['0' + i] = static_cast<std::int8_t>(i);
  for (std::size_t i = 0; i < 6; ++i) {
    digits['a' + i] = digits['A' + i] = static_cast<std::int8_t>(10 + i);
  }
  return digits;
}();

int hex_digit(char letter) {
  return hex_digits[static_cast<unsigned char>(letter)];
}

/// Of up to 16 digits; false when one is none.
bool take_hex(std::string_view text, std::uint64_t& number) {
  int all = 0;
  for (const char letter : text) {
    const int digit = hex_digit(letter);
    all |= digit;
    number = (number << 4) | (static_cast<std::uint64_t>(digit) & 15);
  }
  return all >= 0;
}

std::optional<TraceId> from_hex(std::string_view text) {
  constexpr std::size_t digits_of_half = 16;
  if (text.empty() || text.size() > 2 * digits_of_half) return std::nullopt;
  const std::size_t of_high = text.size() > digits_of_half ? text.size() - digits_of_half : 0;
  TraceId id;
  if (!take_hex(text.substr(0, of_high), id.high)) return std::nullopt;
  if (!take_hex(text.substr(of_high), id.low)) return std::nullopt;
  return id;
}

int base64_digit(char letter) {
  if (letter >= 'A' && letter <= 'Z') return letter - 'A';
  if (letter >= 'a' && letter <= 'z') return letter - 'a' + 26;
  if (letter >= '0' && letter <= '9') return letter - '0' + 52;
  if (letter == '+' || letter == '-') return 62;
  if (letter == '/' || letter == '_') return 63;
  return -1;
}

/// Exactly `bytes` bytes, big-endian, in the low end of the result.
std::optional<TraceId> from_base64(std::string_view text, int bytes) {
  const std::size_t letters = static_cast<std::size_t>(bytes * 8 + 5) / 6;
  if (text.size() != (letters + 3) / 4 * 4) return std::nullopt;
  for (std::size_t i = letters; i < text.size(); ++i) {
    if (text[i] != '=') return std::nullopt;
  }
  unsigned __int128 value = 0;
  for (std::size_t i = 0; i < letters; ++i) {
    const int digit = base64_digit(text[i]);
    if (digit < 0) return std::nullopt;
    const int spare = static_cast<int>(letters) * 6 - bytes * 8;
    const bool last = i + 1 == letters;
    value = last ? (value << (6 - spare)) | static_cast<unsigned>(digit >> spare)
                 : (value << 6) | static_cast<unsigned>(digit);
  }
  return TraceId{static_cast<std::uint64_t>(value >> 64), static_cast<std::uint64_t>(value)};
}

bool is_unreadable(std::string_view text) {
  return text.find(unreadable_mark) != std::string_view::npos;
}

std::uint64_t never_zero(std::uint64_t hash) {
  return hash == 0 ? 1 : hash;
}

/// The beginning of `text`, a question mark for what cannot be printed. Takes it from `rest`.
std::string take_printable(std::string_view& rest, std::size_t longest) {
  std::string clean;
  while (!rest.empty() && clean.size() < longest) {
    const Utf8Character first = first_character(rest);
    const std::size_t length = std::max<std::size_t>(1, first.length);
    const bool printed =
        first.length > 0 && is_visible(first.code) && rest.substr(0, length) != unreadable_mark;
    clean += printed ? rest.substr(0, length) : "?";
    rest.remove_prefix(length);
  }
  return clean;
}

/// What most names are made of: letters that are shown as they are.
bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char letter) { return letter >= ' ' && letter <= '~'; });
}

std::string printable(std::string_view text) {
  if (text.size() <= longest_name && is_plain(text)) return std::string(text);
  std::string_view rest = text;
  const std::string clean = take_printable(rest, longest_name);
  return rest.empty() ? clean : clean + fmt::format("...{:016x}", hash_of(text));
}

bool is_identifier(std::string_view segment) {
  if (segment.empty()) return false;
  bool digits_only = true;
  bool hex_only = true;
  bool has_digit = false;
  for (const char letter : segment) {
    const bool digit = letter >= '0' && letter <= '9';
    has_digit = has_digit || digit;
    digits_only = digits_only && digit;
    hex_only = hex_only && (hex_digit(letter) >= 0 || letter == '-');
  }
  return digits_only || (hex_only && has_digit && segment.size() >= 16);
}

/// Where a path stands in a name: "GET /offers?visitor=7", "https://shop.example/offers".
struct Path {
  std::size_t from = 0;
  std::size_t length = 0;  // without the query; 0: there is none
};

Path path_in(std::string_view text) {
  std::size_t from = 0;
  while (from < text.size()) {
    const std::size_t to = std::min(text.find(' ', from), text.size());
    const std::string_view word = text.substr(from, to - from);
    const std::size_t scheme = word.substr(0, word.find('?')).find("://");
    if (word.starts_with('/') || scheme != std::string_view::npos) {
      return {from, std::min(word.find('?'), word.size())};
    }
    from = to + 1;
  }
  return {};
}

/// {name}, :name, <name>, [name] and *.
bool is_parameter(std::string_view segment) {
  constexpr std::string_view beginnings = "{:<[*";
  return !segment.empty() && beginnings.find(segment.front()) != std::string_view::npos;
}

/// The last segment of `path` and what stands before its slash, taken away; nothing without one.
std::optional<std::string_view> take_last_segment(std::string_view& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const std::string_view segment = path.substr(slash + 1);
  path = path.substr(0, slash);
  return segment;
}

/// How much of `path` stands before what `route` fits; nothing when it does not fit the end.
std::optional<std::size_t> length_before_route(std::string_view path, std::string_view route) {
  if (!route.starts_with('/') || route.size() < 2) return std::nullopt;
  while (const auto wanted = take_last_segment(route)) {
    const auto found = take_last_segment(path);
    if (!found || (*found != *wanted && (found->empty() || !is_parameter(*wanted)))) {
      return std::nullopt;
    }
  }
  return path.size();
}

std::string with_ids_left_out(std::string_view text) {
  std::string name;
  std::size_t from = 0;
  while (from <= text.size()) {
    const std::size_t slash = text.find('/', from);
    const std::size_t to = slash == std::string_view::npos ? text.size() : slash;
    const std::string_view segment = text.substr(from, to - from);
    // A name without any slash is no path: "1234" may well be a method number.
    name += from > 0 && is_identifier(segment) ? std::string_view("{id}") : segment;
    if (slash == std::string_view::npos) break;
    name += '/';
    from = slash + 1;
  }
  return name;
}

constexpr double no_number = std::numeric_limits<double>::quiet_NaN();

/// Traces pass whose random value is at least this fraction, in up to 14 hexadecimal digits.
double count_of_threshold(std::string_view digits) {
  if (digits.empty() || digits.size() > 14) return no_number;
  double threshold = 0;
  double place = 1.0 / 16;
  for (const char letter : digits) {
    if (hex_digit(letter) < 0) return no_number;
    threshold += hex_digit(letter) * place;
    place /= 16;
  }
  return 1 / (1 - threshold);
}

/// One trace of 2^exponent passes; by 63, none.
double count_of_exponent(std::string_view digits) {
  if (digits.empty() || digits.size() > 2) return no_number;
  int exponent = 0;
  for (const char letter : digits) {
    if (letter < '0' || letter > '9') return no_number;
    exponent = exponent * 10 + (letter - '0');
  }
  return std::ldexp(1.0, exponent);
}

}  // namespace

std::uint64_t span_id_of(std::string_view text) {
  if (text.empty()) return 0;
  if (text.size() <= 16) {
    if (const auto id = from_hex(text)) return id->low;
  }
  if (const auto id = from_base64(text, 8)) return id->low;
  if (is_unreadable(text)) return unreadable_id;
  return never_zero(hash_of(text));
}

TraceId trace_id_of(std::string_view text) {
  if (text.empty()) return {};
  if (const auto id = from_hex(text)) return *id;
  if (const auto id = from_base64(text, 16)) return *id;
  if (is_unreadable(text)) return {};
  const std::uint64_t hash = hash_of(text);
  return {never_zero(mixed(hash + text.size())), hash};
}

std::uint64_t span_id_of_bytes(std::string_view bytes) {
  constexpr std::size_t longest = 8;
  return bytes.size() > longest ? unreadable_id : trace_id_of_bytes(bytes).low;
}

TraceId trace_id_of_bytes(std::string_view bytes) {
  constexpr std::size_t longest = 16;
  TraceId id;
  if (bytes.size() > longest) return id;
  for (const char byte : bytes) {
    id.high = (id.high << 8) | (id.low >> 56);
    id.low = (id.low << 8) | static_cast<unsigned char>(byte);
  }
  return id;
}

std::string service_name_of(std::string_view text) {
  std::string name = printable(text);
  for (char& letter : name) {
    if (letter == '/') letter = '_';
  }
  return name;
}

std::string excerpt_of(std::string_view text) {
  constexpr std::size_t longest_shown = 80;
  std::size_t length = 0;
  while (length < std::min(text.size(), longest_shown)) {
    length += std::max<std::size_t>(1, first_character(text.substr(length)).length);
  }
  return visible_line(text.substr(0, length)) + (length < text.size() ? "..." : "");
}

std::string operation_name_of(std::string_view text, std::string_view route) {
  std::string name;
  const Path path = path_in(text);
  if (path.length > 0) {
    std::string_view whole = text.substr(path.from, path.length);
    std::string_view rest = text.substr(path.from + path.length);
    if (rest.starts_with('?')) rest.remove_prefix(std::min(rest.find(' '), rest.size()));
    const auto kept = length_before_route(whole, route);
    name = with_ids_left_out(text.substr(0, path.from + kept.value_or(whole.size())));
    if (kept) name += route;
    name += rest;
  } else {
    name = with_ids_left_out(text);
  }
  return printable(name);
}

std::optional<double> adjusted_count_of(std::string_view tracestate) {
  std::string_view members = tracestate;
  while (!members.starts_with("ot=")) {
    const std::size_t comma = members.find(',');
    if (comma == std::string_view::npos) return std::nullopt;
    members.remove_prefix(std::min(members.find_first_not_of(" \t", comma + 1), members.size()));
  }
  std::string_view entry = members.substr(3, members.find(',') - 3);
  while (!entry.empty()) {
    const std::string_view field = entry.substr(0, entry.find_first_of("; \t"));
    if (field.starts_with("th:")) return count_of_threshold(field.substr(3));
    if (field.starts_with("p:")) return count_of_exponent(field.substr(2));
    const std::size_t semicolon = entry.find(';');
    if (semicolon == std::string_view::npos) break;
    entry.remove_prefix(semicolon + 1);
  }
  return std::nullopt;
}

}  // namespace rehearse
