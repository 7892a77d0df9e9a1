#include "calibrate/readers/json_mending.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <utility>
#include <vector>

#include "sim/visible_text.hpp"

namespace rehearse {
namespace {

constexpr std::string_view bad_byte = "a byte that is no UTF-8";
constexpr std::string_view half_surrogate = "half a surrogate";
constexpr std::string_view bad_escape = "an escape that means nothing";
constexpr std::string_view control_character = "a control character in a text";
constexpr std::string_view large_number = "a number too large for 64 bits";
constexpr std::string_view bad_word = "neither a number nor true, false or null";
constexpr std::string_view bad_member = "an object with something else than members";
constexpr std::string_view bad_item = "a list with something else than values";
constexpr std::string_view comma_too_many = "a comma too many";

bool is_digit(char letter) {
  return letter >= '0' && letter <= '9';
}

bool is_blank(char letter) {
  return letter == ' ' || letter == '\n' || letter == '\r' || letter == '\t';
}

/// Takes the digits at the head of `rest`; false when there are none.
bool take_digits(std::string_view& rest) {
  const std::size_t before = rest.size();
  while (!rest.empty() && is_digit(rest.front())) rest.remove_prefix(1);
  return rest.size() < before;
}

bool is_number(std::string_view word) {
  if (word.starts_with('-')) word.remove_prefix(1);
  if (word.size() > 1 && word[0] == '0' && is_digit(word[1])) return false;
  if (!take_digits(word)) return false;
  if (word.starts_with('.')) {
    word.remove_prefix(1);
    if (!take_digits(word)) return false;
  }
  if (word.starts_with('e') || word.starts_with('E')) {
    word.remove_prefix(1);
    if (word.starts_with('+') || word.starts_with('-')) word.remove_prefix(1);
    if (!take_digits(word)) return false;
  }
  return word.empty();
}

/// Of a number as JSON has them. Longer ones with an exponent the parser gives up, whatever their
/// value.
bool fits(std::string_view number) {
  constexpr std::size_t longest_number = 10'000;
  const bool has_exponent = number.find_first_of("eE") != std::string_view::npos;
  if (has_exponent && number.size() > longest_number) return false;
  const char* end = number.data() + number.size();
  if (number.find_first_of(".eE") != std::string_view::npos) {
    double real = 0;
    const bool in_range = std::from_chars(number.data(), end, real).ec == std::errc();
    // What is too small for a double is as good as zero.
    return in_range || std::abs(std::strtod(std::string(number).c_str(), nullptr)) < 1;
  }
  std::int64_t with_sign = 0;
  std::uint64_t without = 0;
  return std::from_chars(number.data(), end, with_sign).ec == std::errc() ||
         std::from_chars(number.data(), end, without).ec == std::errc();
}

/// The number of four hexadecimal digits.
std::optional<unsigned> code_of(std::string_view digits) {
  if (digits.size() < 4) return std::nullopt;
  unsigned code = 0;
  const auto result = std::from_chars(digits.data(), digits.data() + 4, code, 16);
  if (result.ec != std::errc() || result.ptr != digits.data() + 4) return std::nullopt;
  return code;
}

bool is_first_half(unsigned code) {
  return code >= 0xD800 && code < 0xDC00;
}
bool is_second_half(unsigned code) {
  return code >= 0xDC00 && code < 0xE000;
}

/// The beginning of a text: how much of it belongs together, and what is wrong with that.
struct Piece {
  std::size_t length = 1;
  std::string_view why;  // empty: nothing
};

/// `rest` begins with a backslash.
Piece escape_at(std::string_view rest) {
  if (rest.size() < 2) return {1, bad_escape};
  if (rest[1] != 'u') {
    const bool known = std::string_view("\"\\/bfnrt").find(rest[1]) != std::string_view::npos;
    // Of a letter of several bytes only the backslash is left out: the rest is looked at by itself.
    return known ? Piece{2, {}} : Piece{1, bad_escape};
  }
  const auto code = code_of(rest.substr(2));
  if (!code) return {2, bad_escape};
  if (is_second_half(*code)) return {6, half_surrogate};
  if (!is_first_half(*code)) return {6, {}};
  if (rest.substr(6).starts_with("\\u")) {
    const auto other = code_of(rest.substr(8));
    if (other && is_second_half(*other)) return {12, {}};
  }
  return {6, half_surrogate};
}

Piece piece_at(std::string_view rest) {
  const char letter = rest.front();
  if (letter == '\\') return escape_at(rest);
  if (static_cast<unsigned char>(letter) < 0x20) return {1, control_character};
  if (static_cast<unsigned char>(letter) < 0x80) return {1, {}};
  const std::size_t length = first_character(rest).length;
  return length > 0 ? Piece{length, {}} : Piece{1, bad_byte};
}

/// An object or a list that has begun and not yet ended.
struct Open {
  char bracket = '{';
  std::size_t start = 0;      // of it, in the mended text
  std::size_t from = 0;       // the same in the text as it was
  std::size_t item = 0;       // where its last member or item begins in the mended text
  int parts = 0;              // of that: a key, a colon, a value
  bool spoiled_item = false;  // it has too many parts, or others than it should have
  bool spoiled = false;       // an object with such a member
};

class Mender {
 public:
  explicit Mender(std::string_view text) : text_(text) { result_.text.reserve(text.size() + 64); }

  MendedJson mend() {
    while (position_ < text_.size()) step(text_[position_]);
    return std::move(result_);
  }

 private:
  void step(char letter) {
    switch (letter) {
      case '{':
      case '[':
        return open(letter);
      case '}':
      case ']':
        return close(letter);
      case ',':
        return comma();
      case ':':
        return colon();
      case '"':
        return text();
      default:
        if (!is_blank(letter)) return word();
        ++position_;
    }
  }

  void note(std::size_t where, std::string_view why) {
    if (result_.values++ > 0) return;
    result_.first = where;
    result_.why = why;
  }

  /// Another value of what is open, or a key.
  void begin_part(bool may_be_key) {
    if (open_.empty()) return;
    Open& last = open_.back();
    const bool key = last.bracket == '{' && last.parts == 0;
    const bool value = last.bracket == '{' ? last.parts == 2 : last.parts == 0;
    if (!value && !(key && may_be_key)) last.spoiled_item = true;
    ++last.parts;
  }

  void open(char bracket) {
    begin_part(false);
    Open begun;
    begun.bracket = bracket;
    begun.start = result_.text.size();
    begun.from = position_++;
    result_.text += bracket;
    begun.item = result_.text.size();
    open_.push_back(begun);
  }

  /// What is not whole is taken away from a list, and spoils an object. A comma too many is
  /// neither.
  void end_item() {
    Open& last = open_.back();
    const int wanted = last.bracket == '{' ? 3 : 1;
    if (last.parts == wanted && !last.spoiled_item) return;
    result_.text.resize(last.item);
    if (last.bracket == '{' && last.parts > 0) {
      last.spoiled = true;
    } else {
      note(position_, last.parts > 0 ? bad_item : comma_too_many);
    }
    last.parts = 0;
  }

  void comma() {
    if (open_.empty()) {
      result_.text += text_[position_++];
      return;
    }
    end_item();
    Open& last = open_.back();
    if (last.parts > 0) result_.text += ',';
    last.item = result_.text.size();
    last.parts = 0;
    last.spoiled_item = false;
    ++position_;
  }

  void colon() {
    if (!open_.empty()) {
      Open& last = open_.back();
      if (last.bracket != '{' || last.parts != 1) last.spoiled_item = true;
      ++last.parts;
    }
    result_.text += text_[position_++];
  }

  void close(char bracket) {
    if (open_.empty()) {
      result_.text += text_[position_++];
      return;
    }
    std::string& mended = result_.text;
    const bool empty = mended.size() == open_.back().start + 1 && open_.back().parts == 0;
    if (!empty) end_item();
    if (mended.back() == ',') mended.pop_back();
    const Open ended = open_.back();
    open_.pop_back();
    ++position_;
    mended += bracket;
    if (!ended.spoiled) return;
    mended.resize(ended.start);
    mended += "null";
    note(ended.from, bad_member);
  }

  void text() {
    begin_part(true);
    const std::size_t from = position_++;
    std::size_t copied = from;
    std::string_view why;
    while (position_ < text_.size() && text_[position_] != '"') {
      const Piece piece = piece_at(text_.substr(position_));
      if (!piece.why.empty()) {
        result_.text += text_.substr(copied, position_ - copied);
        result_.text += unreadable_mark;
        copied = position_ + piece.length;
        if (why.empty()) why = piece.why;
      }
      position_ += piece.length;
    }
    if (position_ < text_.size()) ++position_;
    result_.text += text_.substr(copied, position_ - copied);
    if (!why.empty()) note(from, why);
  }

  void word() {
    begin_part(false);
    const std::size_t from = position_;
    position_ = std::min(text_.size(), text_.find_first_of("{}[],:\" \n\r\t", from));
    const std::string_view word = text_.substr(from, position_ - from);
    const bool number = is_number(word);
    if (word == "true" || word == "false" || word == "null" || (number && fits(word))) {
      result_.text += word;
      return;
    }
    result_.text += '"';
    result_.text += number ? word : unreadable_mark;
    result_.text += '"';
    note(from, number ? large_number : bad_word);
  }

  std::string_view text_;
  std::size_t position_ = 0;
  std::vector<Open> open_;
  MendedJson result_;
};

}  // namespace

MendedJson mend_json(std::string_view text) {
  return Mender(text).mend();
}

}  // namespace rehearse
