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
#include "calibrate/readers/undecided_dates.hpp"

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

/// Makes spans of the rows of a table. Dates that may be month first or day first wait until one
/// that has but one meaning tells which the table has; one of the other order is refused then, or
/// left out where the mapping says the order.
class RowReader {
 public:
  /// `path` is for messages.
  RowReader(const ColumnMapping& mapping, const TableColumns& columns, const std::string& path,
            SpanSet& set);

  /// Attributes of a row that are not texts, but already parsed.
  struct ParsedAttributes {
    std::optional<JsonValue> of_resource;
    std::optional<JsonValue> of_span;
  };

  /// Adds the span of a row. A row that is shorter than the first has nothing in its last columns.
  /// Throws as `finish` does when too many rows wait.
  RowFlaw add(const std::vector<std::string>& row, const ParsedAttributes& parsed = {});

  /// After the last row. Throws InvalidInput when no date told whether months or days come first.
  void finish() const;

 private:
  const std::string& field(const std::vector<std::string>& row, std::size_t column) const;
  void read_attributes(const std::vector<std::string>& row, const ParsedAttributes& parsed,
                       Span& span);
  /// False when they wait for the order of dates.
  bool read_times(const std::vector<std::string>& row, Span& span);
  DateMeanings moment_in(const std::vector<std::string>& row, std::size_t number,
                         const TimeColumn& column);
  DateMeanings end_in(const std::vector<std::string>& row, const DateMeanings& start);
  void take_order_from(const DateMeanings& date);
  std::int64_t chosen(const DateMeanings& date, const TimeColumn& column, const std::string& text);
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
  std::string path_;
  DateOrder date_order_;
  UndecidedDates undecided_;
  std::string first_undecided_;  // in words of the table
};

/// `text` in nanoseconds, exact in all its digits and then rounded: those since 1970 do not fit a
/// double. Nothing when it is no number; -1 when it is negative or does not fit.
std::optional<std::int64_t> nanoseconds_of_number(const std::string& text,
                                                  double nanoseconds_per_unit);

}  // namespace rehearse
