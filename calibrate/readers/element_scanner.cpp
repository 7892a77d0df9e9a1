#include "calibrate/readers/element_scanner.hpp"

#include <cstring>

#include <fmt/format.h>

#include "sim/error.hpp"

namespace rehearse {
namespace {

constexpr std::size_t buffer_size = std::size_t{1} << 18;
constexpr std::size_t longest_name_kept = 24;

bool is_space(char letter) {
  return letter == ' ' || letter == '\n' || letter == '\r' || letter == '\t';
}

/// The byte order mark of UTF-8, and the zeros at the head of a file that a crash left half
/// written.
bool may_stand_before_document(char letter) {
  return letter == '\0' || letter == '\xEF' || letter == '\xBB' || letter == '\xBF' ||
         letter == '\x1E';
}

std::string shown(char letter) {
  const auto code = static_cast<unsigned char>(letter);
  return code >= 0x20 && code < 0x7F ? fmt::format("'{}'", letter) : fmt::format("byte {}", code);
}

}  // namespace

ElementScanner::ElementScanner(Input& input, const ScannerLimits& limits)
    : input_(input), limits_(limits), buffer_(buffer_size) {}

void ElementScanner::refuse(std::string_view what) const {
  throw InvalidInput(
      fmt::format("{}: byte {}: {}", input_.path(), buffer_offset_ + position_, what));
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
  buffer_offset_ += filled_;
  position_ = 0;
  capture_from_ = 0;
  filled_ = input_.read(buffer_.data(), buffer_.size());
}

/// Moves to behind the string that is open, or to the end of the buffer.
void ElementScanner::skip_string() {
  while (position_ < filled_) {
    const char letter = buffer_[position_++];
    if (escaped_) {
      escaped_ = false;
    } else if (letter == '\\') {
      escaped_ = true;
    } else if (letter == '"') {
      in_string_ = false;
      return;
    }
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
}

void ElementScanner::open(char bracket) {
  if (open_brackets_.size() >= limits_.depth) {
    refuse(fmt::format("nested deeper than {} levels", limits_.depth));
  }
  if (open_brackets_.empty() && bracket == '[') {
    document_depth_ = 1;
    open_brackets_ += bracket;
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

bool ElementScanner::finish(Element& element) {
  keep_captured();
  capturing_ = false;
  element.place = at_document_level() ? ElementPlace::document : place_;
  element.text = captured_;
  element.offset = element_offset_;
  return true;
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
    if (in_string_) {
      skip_string();
      continue;
    }
    const char letter = buffer_[position_];
    if (open_brackets_.empty() && letter != '{' && letter != '[') {
      if (!is_space(letter) && letter != ',' && !may_stand_before_document(letter)) {
        refuse(fmt::format("expected a JSON document, found {}", shown(letter)));
      }
      skip();
      continue;
    }
    if (!capturing_ && (is_space(letter) || letter == '\0')) {
      skip();
      continue;
    }
    skipped_ = 0;
    if (step(letter)) return finish(element);
  }
}

}  // namespace rehearse
