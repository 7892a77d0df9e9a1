#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "calibrate/readers/column_mapping.hpp"
#include "calibrate/readers/json.hpp"
#include "calibrate/readers/table_rows.hpp"

namespace rehearse {

/// Reads the rows of a table that was exported as JSON: flat objects, whose members are named as
/// its columns. Without a mapping, one is guessed from the names of the members.
class JsonRowReader {
 public:
  /// `path` is for messages.
  JsonRowReader(std::optional<ColumnMapping> mapping, const std::string& path, SpanSet& set);

  /// Adds the span of a row; false, and nothing done, when `object` has not all columns without
  /// which there is no span.
  bool read(const JsonValue& object);
  /// After the last row, as RowReader::finish.
  void finish() const;
  /// Why the last row was left out, or was none; nothing when it was kept.
  const RowFlaw& flaw() const { return flaw_; }

 private:
  bool has_needed_columns(const JsonValue& object);
  bool choose_mapping(const JsonValue& object);
  void use(const ColumnMapping& mapping);

  std::string path_;
  SpanSet& set_;
  bool guesses_;
  std::optional<ColumnMapping> mapping_;
  std::vector<std::string> needed_;
  std::vector<std::string> columns_;  // that the mapping names
  std::vector<std::string> row_;      // what an object has in them
  std::unique_ptr<RowReader> rows_;   // nothing before there is a mapping
  RowFlaw flaw_;
};

}  // namespace rehearse
