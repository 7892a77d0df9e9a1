#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "calibrate/readers/column_mapping.hpp"
#include "calibrate/readers/input.hpp"
#include "calibrate/readers/span.hpp"

namespace rehearse {

/// Reads records as RFC 4180 describes them: fields in double quotes may hold delimiters, line ends
/// and doubled quotes. Memory: one record (1 MiB at most).
class CsvReader {
 public:
  CsvReader(Input& input, char delimiter) : input_(input), delimiter_(delimiter) {}

  /// The next record that is not empty; false at the end. Throws InvalidInput, with file and byte
  /// offset, for a record beyond 1 MiB or a quote that is never closed.
  bool next(std::vector<std::string>& fields);
  /// Of the record that was returned last.
  std::uint64_t offset() const { return record_offset_; }
  /// From 1, of its first letter.
  std::uint64_t line() const { return record_line_; }

 private:
  int letter();
  int first_letter();
  void count_letter();
  void add(std::vector<std::string>& fields, std::size_t& used, char letter);

  Input& input_;
  char delimiter_;
  std::vector<char> buffer_ = std::vector<char>(std::size_t{1} << 18);
  std::size_t position_ = 0;
  std::size_t filled_ = 0;
  std::uint64_t read_ = 0;
  std::uint64_t record_offset_ = 0;
  std::uint64_t line_ends_ = 0;
  std::uint64_t record_line_ = 0;
  std::size_t record_bytes_ = 0;
  int waiting_ = -1;
};

/// Adds one span a record. Without a mapping, one is guessed from the header. Throws InvalidInput
/// when a column of the mapping is not in the file, all such columns at once.
void read_csv(Input& input, const std::optional<ColumnMapping>& mapping, std::uint64_t most_spans,
              SpanSet& set);

}  // namespace rehearse
