#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "calibrate/readers/input.hpp"
#include "calibrate/readers/letter_masks.hpp"

namespace rehearse {

/// What a document must not exceed, so that a hostile one costs bounded memory.
struct ScannerLimits {
  std::size_t depth = 128;
  std::size_t element_bytes = std::size_t{256} << 20;
  /// Of the file, read at once.
  std::size_t buffer_bytes = std::size_t{1} << 18;
};

/// Where an element stood. `document`: a whole document in which none of the known arrays was
/// found, or one of a list of documents.
enum class ElementPlace { data, resource_spans, document };

/// A piece of a JSON file small enough to be parsed at once.
struct Element {
  ElementPlace place = ElementPlace::document;
  std::string_view text;     // valid until the next call
  std::uint64_t offset = 0;  // of its first byte in the (decompressed) file
};

/// Lines between documents that hold none: what else a program wrote into its log.
struct ForeignLines {
  std::uint64_t count = 0;
  std::uint64_t first_line = 0;    // counted from 1
  std::uint64_t first_offset = 0;  // of its first byte in the (decompressed) file
  std::string first_text;          // the beginning of it
};

/// Cuts one or more JSON documents, however large, into the elements of their `data`,
/// `resourceSpans`, `batches` and (X-Ray) `Traces` arrays, wherever these stand, and of `hits`
/// within an object, as the answer to a search of Elasticsearch has them. A file that is one array
/// is a list of documents: it is cut into its elements as if each stood alone. Tracks only strings
/// and brackets, of which those of an element of an array are looked for 64 letters at a time;
/// whether an element is valid JSON is for its parser to say. Memory: one element and a buffer.
/// Zero bytes before a document (as a crash leaves them) are skipped, up to `most_skipped`. So are
/// lines of text between documents, such as "[INFO] ready", of up to 1 MiB: these are counted. What
/// stands in one line with a document, or looks like a part of one, is refused as ever: closing
/// brackets, members, bytes that are no text.
class ElementScanner {
 public:
  ElementScanner(Input& input, const ScannerLimits& limits);

  /// The next element; false at the end of the file. Throws InvalidInput, with file and byte
  /// offset, when brackets do not match, when something is nested or long beyond the limits, when
  /// the file ends within a document, or when it holds something else than JSON.
  bool next(Element& element);

  /// Of what was read until now.
  const ForeignLines& foreign_lines() const { return foreign_lines_; }

 private:
  void refill();
  void keep_captured();
  void skip_string();
  bool cut();
  bool cut_block(const char* letters, std::size_t count);
  std::uint64_t quotes_of_strings(const LetterMasks& masks, std::size_t count);
  void recall_last_string(std::string_view element);
  void open(char bracket);
  bool close(char bracket);
  bool step(char letter);
  void finish(Element& element);
  void start_capture();
  bool at_element_level() const;
  bool at_document_level() const;
  void skip();
  void pass_between_documents(char letter);
  bool begins_list(char letter);
  void begin_foreign_line(std::uint64_t offset, std::string_view passed);
  void leave_line_out();
  [[noreturn]] void refuse(std::string_view what) const;
  [[noreturn]] void refuse_at(std::uint64_t offset, std::string_view what) const;

  Input& input_;
  ScannerLimits limits_;
  std::vector<char> buffer_;
  std::size_t position_ = 0;
  std::size_t filled_ = 0;
  std::uint64_t buffer_offset_ = 0;

  std::uint64_t skipped_ = 0;  // in a row

  std::string open_brackets_;
  std::size_t document_depth_ = 0;  // at which documents begin: 1 within a list of them
  bool in_string_ = false;
  bool escaped_ = false;
  std::string last_string_;      // the beginning of it: enough to know the arrays' names
  std::size_t array_depth_ = 0;  // of the array that is being cut; 0: none
  ElementPlace place_ = ElementPlace::document;
  bool found_array_ = false;  // in this document

  ForeignLines foreign_lines_;
  std::uint64_t lines_before_buffer_ = 0;  // as long as there is no foreign line
  bool behind_document_ = false;           // in the same line
  bool in_foreign_line_ = false;
  std::uint64_t line_offset_ = 0;  // of the foreign line
  bool list_is_unsure_ = false;    // the bracket that was opened may begin a line of a log
  std::uint64_t list_offset_ = 0;
  std::string list_word_;  // that stands behind it

  bool capturing_ = false;
  std::size_t capture_from_ = 0;  // in the buffer
  std::uint64_t element_offset_ = 0;
  std::string captured_;  // of an element that is longer than what is left of the buffer
  std::uint64_t last_quote_offset_ = 0;  // that opened a string of the element; 0: none
};

}  // namespace rehearse
