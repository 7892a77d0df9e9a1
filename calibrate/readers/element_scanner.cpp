#include "calibrate/readers/element_scanner.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include <fmt/format.h>

#include "sim/error.hpp"
#include "sim/expects.hpp"

namespace rehearse {
namespace {

constexpr std::size_t longest_name_kept = 24;
constexpr std::uint64_t longest_foreign_line = std::uint64_t{1} << 20;
constexpr std::size_t most_shown_of_line = 100;

bool is_space(char letter) {
  return letter == ' ' || letter == '\n' || letter == '\r' || letter == '\t';
}

/// The byte order mark of UTF-8, and the zeros at the head of a file that a crash left half
/// written.
bool may_stand_before_document(char letter) {
  return letter == '\0' || letter == '\xEF' || letter == '\xBB' || letter == '\xBF' ||
         letter == '\x1E';
}

/// Colours of terminals begin with an escape.
bool is_text(char letter) {
  const auto code = static_cast<unsigned char>(letter);
  return code >= 0x20 || letter == '\t' || letter == '\r' || letter == '\x1B';
}

/// Or nothing.
bool is_digits(std::string_view text) {
  return text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// No line of a log begins so, but one of a document of which the beginning is missing.
bool is_within_documents(char letter) {
  return std::string_view("}]\":").find(letter) != std::string_view::npos;
}

/// The place of the highest bit. Expects one.
std::uint64_t last_of(std::uint64_t bits) {
  return static_cast<std::uint64_t>(63 - std::countl_zero(bits));
}

std::string shown(char letter) {
  const auto code = static_cast<unsigned char>(letter);
  return code >= 0x20 && code < 0x7F ? fmt::format("'{}'", letter) : fmt::format("byte {}", code);
}

}  // namespace

ElementScanner::ElementScanner(Input& input, const ScannerLimits& limits)
    : input_(input), limits_(limits), buffer_(limits.buffer_bytes) {
  expects(limits.buffer_bytes > 0, "a file is read by at least one byte at a time");
}

void ElementScanner::refuse(std::string_view what) const {
  refuse_at(buffer_offset_ + position_, what);
}

void ElementScanner::refuse_at(std::uint64_t offset, std::string_view what) const {
  throw InvalidInput(fmt::format("{}: byte {}: {}", input_.path(), offset, what));
}

void ElementScanner::keep_captured() {
  if (!capturing_) return;
  const std::size_t more = position_ - capture_from_;
  if (captured_.size() + more > limits_.element_bytes) {
    refuse(fmt::format("one element is longer than {} bytes", limits_.element_bytes));
  }
  captured_.append(buffer_.data() + capture_from_, more);
  capture_from_ = position_;
}

void ElementScanner::refill() {
  keep_captured();
  if (foreign_lines_.count == 0) {
    lines_before_buffer_ +=
        static_cast<std::uint64_t>(std::count(buffer_.data(), buffer_.data() + filled_, '\n'));
  }
  buffer_offset_ += filled_;
  position_ = 0;
  capture_from_ = 0;
  filled_ = input_.read(buffer_.data(), buffer_.size());
}

/// Moves to behind the string that is open, or to the end of the buffer.
void ElementScanner::skip_string() {
  const std::size_t from = position_;
  while (position_ < filled_ && in_string_) {
    const char letter = buffer_[position_++];
    if (escaped_) {
      escaped_ = false;
    } else if (letter == '\\') {
      escaped_ = true;
    } else {
      in_string_ = letter != '"';
    }
  }
  if (last_string_.size() >= longest_name_kept) return;
  const std::size_t end = in_string_ ? position_ : position_ - 1;
  last_string_.append(buffer_.data() + from,
                      std::min(end - from, longest_name_kept - last_string_.size()));
}

/// Of the quotes among `count` letters those that open or close a string. A backslash means
/// something only within strings.
std::uint64_t ElementScanner::quotes_of_strings(const LetterMasks& masks, std::size_t count) {
  if (masks.backslashes == 0 && !escaped_) return masks.quotes;
  std::uint64_t left = masks.quotes | masks.backslashes;
  if (escaped_) left &= ~std::uint64_t{1};
  escaped_ = false;
  const std::uint64_t last = std::uint64_t{1} << (count - 1);
  std::uint64_t quotes = 0;
  bool within = in_string_;
  while (left != 0) {
    const std::uint64_t lowest = left & -left;
    left ^= lowest;
    if ((masks.quotes & lowest) != 0) {
      quotes |= lowest;
      within = !within;
    } else if (within) {
      left &= ~(lowest << 1);
      escaped_ = lowest == last;
    }
  }
  return quotes;
}

/// Goes through up to 64 letters of an element, which stand at the position in the buffer and are
/// followed by zeros. True when the element has just become complete.
bool ElementScanner::cut_block(const char* letters, std::size_t count) {
  const LetterMasks masks = masks_of(letters);
  const std::uint64_t quotes = quotes_of_strings(masks, count);
  const std::uint64_t within = prefix_xor(quotes) ^ (in_string_ ? ~std::uint64_t{0} : 0);
  const std::uint64_t opening = quotes & within;
  const std::size_t start = position_;
  for (std::uint64_t left = masks.brackets & ~within; left != 0; left &= left - 1) {
    const auto place = static_cast<std::size_t>(std::countr_zero(left));
    const char bracket = letters[place];
    position_ = start + place;
    if (bracket == '{' || bracket == '[') {
      open(bracket);
    } else if (close(bracket)) {
      const std::uint64_t before = opening & ((left & -left) - 1);
      if (before != 0) last_quote_offset_ = buffer_offset_ + start + last_of(before);
      in_string_ = false;
      escaped_ = false;
      return true;
    }
  }
  if (opening != 0) last_quote_offset_ = buffer_offset_ + start + last_of(opening);
  in_string_ = within >> 63 != 0;
  position_ = start + count;
  return false;
}

/// Of an element of an array, as far as it is in the buffer. True when it is complete.
bool ElementScanner::cut() {
  while (filled_ - position_ >= letters_of_masks) {
    if (cut_block(buffer_.data() + position_, letters_of_masks)) return true;
  }
  const std::size_t count = filled_ - position_;
  if (count == 0) return false;
  std::array<char, letters_of_masks> block{};
  std::copy_n(buffer_.data() + position_, count, block.data());
  return cut_block(block.data(), count);
}

/// What stood last in quotes, unless something that parts it from what follows came since.
void ElementScanner::recall_last_string(std::string_view element) {
  last_string_.clear();
  if (last_quote_offset_ == 0) return;
  bool escaped = false;
  bool within = true;
  for (const char letter : element.substr(last_quote_offset_ - element_offset_ + 1)) {
    if (!within) {
      if (letter == '{' || letter == '[' || letter == ',') return last_string_.clear();
      continue;
    }
    if (!escaped && letter == '"') {
      within = false;
      continue;
    }
    escaped = !escaped && letter == '\\';
    if (last_string_.size() < longest_name_kept) last_string_ += letter;
  }
}

bool ElementScanner::at_element_level() const {
  return array_depth_ > 0 && open_brackets_.size() == array_depth_;
}

bool ElementScanner::at_document_level() const {
  return open_brackets_.size() == document_depth_;
}

void ElementScanner::start_capture() {
  capturing_ = true;
  capture_from_ = position_;
  captured_.clear();
  element_offset_ = buffer_offset_ + position_;
  last_quote_offset_ = 0;
}

void ElementScanner::open(char bracket) {
  if (open_brackets_.size() >= limits_.depth) {
    refuse(fmt::format("nested deeper than {} levels", limits_.depth));
  }
  if (open_brackets_.empty() && bracket == '[') {
    document_depth_ = 1;
    open_brackets_ += bracket;
    list_is_unsure_ = !behind_document_;
    list_offset_ = buffer_offset_ + position_;
    list_word_.clear();
    return;
  }
  const bool document_starts = at_document_level();
  if (document_starts) found_array_ = false;
  if (document_starts || at_element_level()) start_capture();
  open_brackets_ += bracket;
  if (bracket != '[' || array_depth_ > 0 || document_starts) return;
  // Of a document, of the object `hits` in it, and this one.
  constexpr std::size_t brackets_of_hits = 3;
  const bool hits =
      last_string_ == "hits" && open_brackets_.size() - document_depth_ >= brackets_of_hits;
  const bool data = last_string_ == "data" || last_string_ == "Traces" || hits;
  if (!data && last_string_ != "resourceSpans" && last_string_ != "batches") return;
  place_ = data ? ElementPlace::data : ElementPlace::resource_spans;
  array_depth_ = open_brackets_.size();
  found_array_ = true;
  capturing_ = false;
  captured_.clear();
}

/// True when an element or a document without elements has just become complete.
bool ElementScanner::close(char bracket) {
  const char opened = bracket == ']' ? '[' : '{';
  if (open_brackets_.empty() || open_brackets_.back() != opened) {
    refuse(fmt::format("unexpected '{}'", bracket));
  }
  if (array_depth_ > 0 && open_brackets_.size() == array_depth_) array_depth_ = 0;
  open_brackets_.pop_back();
  behind_document_ = open_brackets_.empty();
  ++position_;
  if (at_element_level()) return true;
  if (open_brackets_.size() < document_depth_) {
    document_depth_ = 0;
    return false;
  }
  return at_document_level() && !found_array_;
}

bool ElementScanner::step(char letter) {
  switch (letter) {
    case '{':
    case '[':
      open(letter);
      last_string_.clear();
      break;
    case '}':
    case ']':
      return close(letter);
    case '"':
      in_string_ = true;
      last_string_.clear();
      break;
    case ',':
      // What follows a comma has a name of its own: the last one must not stick to it.
      last_string_.clear();
      break;
    default:
      break;
  }
  ++position_;
  return false;
}

/// Passes a letter that means nothing.
void ElementScanner::skip() {
  if (++skipped_ > most_skipped) {
    refuse(fmt::format("more than {} MiB of blanks", most_skipped >> 20));
  }
  ++position_;
}

void ElementScanner::pass_between_documents(char letter) {
  if (is_space(letter) || letter == ',' || may_stand_before_document(letter)) {
    if (letter == '\n') behind_document_ = false;
    return skip();
  }
  if (behind_document_ || is_within_documents(letter) || !is_text(letter)) {
    refuse(fmt::format("expected a JSON document, found {}", shown(letter)));
  }
  begin_foreign_line(buffer_offset_ + position_, {});
}

/// What follows the bracket that may begin a list of documents: false when the letter was passed,
/// or the bracket begins a line such as "[INFO] ready" or "[2024-01-02] ready".
bool ElementScanner::begins_list(char letter) {
  constexpr std::string_view empty_item = "null";
  if (list_word_.empty()) {
    if (is_space(letter) || letter == '\0') {
      list_is_unsure_ = letter != '\n';
      return true;
    }
    list_is_unsure_ = std::string_view("{}[]\",:").find(letter) == std::string_view::npos;
    if (!list_is_unsure_) return true;
  }
  const bool is_number = is_digits(list_word_);
  const bool item_ends = list_word_ == empty_item
                             ? letter == ',' || letter == ']' || is_space(letter)
                             : letter == ',' && is_number;
  if (item_ends && !list_word_.empty()) {
    list_is_unsure_ = false;
    return true;
  }
  list_word_ += letter;
  if (list_word_.size() < most_shown_of_line &&
      (empty_item.starts_with(list_word_) || is_digits(list_word_))) {
    ++position_;
    return false;
  }
  list_word_.pop_back();
  open_brackets_.clear();
  document_depth_ = 0;
  begin_foreign_line(list_offset_, "[" + list_word_);
  return false;
}

/// `passed`: what of it is behind already.
void ElementScanner::begin_foreign_line(std::uint64_t offset, std::string_view passed) {
  skipped_ = 0;
  list_is_unsure_ = false;
  in_foreign_line_ = true;
  line_offset_ = offset;
  if (++foreign_lines_.count > 1) return;
  const char* const begin = buffer_.data();
  foreign_lines_.first_line =
      lines_before_buffer_ +
      static_cast<std::uint64_t>(std::count(begin, begin + position_, '\n')) + 1;
  foreign_lines_.first_offset = offset;
  foreign_lines_.first_text = passed;
}

/// As far as the line is in the buffer.
void ElementScanner::leave_line_out() {
  const char* const begin = buffer_.data() + position_;
  const char* const filled = buffer_.data() + filled_;
  const char* const end = std::find(begin, filled, '\n');
  const char* const odd = std::find_if_not(begin, end, is_text);
  if (odd != end) {
    refuse_at(buffer_offset_ + position_ + static_cast<std::uint64_t>(odd - begin),
              fmt::format("expected a JSON document or text, found {}", shown(*odd)));
  }
  std::string& text = foreign_lines_.first_text;
  if (foreign_lines_.count == 1 && text.size() < most_shown_of_line) {
    text.append(begin,
                std::min(static_cast<std::size_t>(end - begin), most_shown_of_line - text.size()));
  }
  position_ += static_cast<std::size_t>(end - begin);
  in_foreign_line_ = position_ == filled_;
  if (buffer_offset_ + position_ - line_offset_ > longest_foreign_line) {
    refuse_at(line_offset_, fmt::format("a line that is no JSON document, of more than {} bytes",
                                        longest_foreign_line));
  }
}

void ElementScanner::finish(Element& element) {
  if (captured_.empty() && position_ - capture_from_ <= limits_.element_bytes) {
    element.text = {buffer_.data() + capture_from_, position_ - capture_from_};
  } else {
    keep_captured();
    element.text = captured_;
  }
  capturing_ = false;
  element.place = at_document_level() ? ElementPlace::document : place_;
  element.offset = element_offset_;
}

bool ElementScanner::next(Element& element) {
  while (true) {
    if (position_ == filled_) {
      refill();
      if (filled_ == 0) {
        if (!open_brackets_.empty()) refuse("the file ends within a JSON document");
        return false;
      }
    }
    if (capturing_ && array_depth_ > 0) {
      if (!cut()) continue;
      finish(element);
      recall_last_string(element.text);
      return true;
    }
    if (in_string_) {
      skip_string();
      continue;
    }
    if (in_foreign_line_) {
      leave_line_out();
      continue;
    }
    const char letter = buffer_[position_];
    if (open_brackets_.empty() && letter != '{' && letter != '[') {
      pass_between_documents(letter);
      continue;
    }
    if (list_is_unsure_ && !begins_list(letter)) continue;
    if (!capturing_ && (is_space(letter) || letter == '\0')) {
      skip();
      continue;
    }
    skipped_ = 0;
    if (!step(letter)) continue;
    finish(element);
    return true;
  }
}

}  // namespace rehearse
