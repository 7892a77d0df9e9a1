#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "calibrate/readers/call_graph_rows.hpp"
#include "calibrate/readers/column_mapping.hpp"
#include "calibrate/readers/json.hpp"
#include "calibrate/readers/name_pattern.hpp"
#include "calibrate/readers/span.hpp"

namespace rehearse {

/// Numbers of the columns of a mapping in one table.
struct TableColumns {
  std::size_t trace, span, parent, service, instance, operation, start, end, duration, kind, error,
      sampling_percent, sample_rate, resource_attributes, attributes, caller, caller_instance;
};

/// Where `mapping` has its columns in a table that begins with `first_row`; `path` is for messages.
/// Throws InvalidInput when it names too few, and when columns are not in the table, all such at
/// once.
TableColumns find_columns(const ColumnMapping& mapping, const std::vector<std::string>& first_row,
                          const std::string& path);

/// Why the span of a row was left out; no words when it was kept.
struct RowFlaw {
  std::string why;
  std::string found;  // in words of the table
};

/// Makes spans of the rows of a table.
class RowReader {
 public:
  RowReader(const ColumnMapping& mapping, const TableColumns& columns, SpanSet& set);

  /// Attributes of a row that are not texts, but already parsed.
  struct ParsedAttributes {
    std::optional<JsonValue> of_resource;
    std::optional<JsonValue> of_span;
  };

  /// Adds the span of a row. A row that is
  /// shorter than the first has nothing in its last columns.
  RowFlaw add(const std::vector<std::string>& row, const ParsedAttributes& parsed = {});

 private:
  const std::string& field(const std::vector<std::string>& row, std::size_t column) const;
  void read_attributes(const std::vector<std::string>& row, const ParsedAttributes& parsed,
                       Span& span);
  void read_times(const std::vector<std::string>& row, Span& span);
  std::int64_t moment_in(const std::vector<std::string>& row, std::size_t number,
                         const TimeColumn& column);
  std::int64_t duration_in(const std::vector<std::string>& row);
  void read_sampling(const std::vector<std::string>& row, Span& span);
  NameId service_of(const std::string& instance);
  RowFlaw add_call(const std::vector<std::string>& row);

  ColumnMapping mapping_;
  TableColumns columns_;
  SpanSet& set_;
  CallGraphReader calls_;
  std::optional<NamePattern> pattern_;
  std::unordered_map<std::string, NameId> services_;
  std::uint64_t renumberings_ = 0;  // of the names, when the numbers of services_ were right
  JsonParser resource_parser_;
  JsonParser attribute_parser_;
  RowFlaw bad_time_;  // of the row that is being read
};

/// `text` in nanoseconds, exact in all its digits and then rounded: those since 1970 do not fit a
/// double. Nothing when it is no number; -1 when it is negative or does not fit.
std::optional<std::int64_t> nanoseconds_of_number(const std::string& text,
                                                  double nanoseconds_per_unit);

}  // namespace rehearse
