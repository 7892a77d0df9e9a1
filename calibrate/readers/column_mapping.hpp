#pragma once

#include <optional>
#include <string>
#include <vector>

#include "calibrate/readers/date.hpp"

namespace rehearse {

/// The unit of a column of which nobody said one: dates are understood in it, numbers are not.
constexpr double no_unit = 0;

/// A column that holds times, and the nanoseconds of its unit: 1 for *_ns, 1000 for *_us, 1e6 for
/// *_ms, 1e9 for *_s. What is no number may be a date, whatever the unit.
struct TimeColumn {
  std::string column;
  double nanoseconds_per_unit = 1;
  bool operator==(const TimeColumn&) const = default;
};

/// Which columns of a table hold what: names of its header, or 1-based numbers where `header` is
/// false. Empty names mean that there is no such column. Needed are trace, span, operation, start,
/// one of end and duration, and one of service, instance and resource_attributes.
struct ColumnMapping {
  std::string trace;
  std::string span;
  std::string parent;
  std::string service;
  std::string instance;
  std::string operation;
  TimeColumn start;
  std::optional<TimeColumn> end;
  std::optional<TimeColumn> duration;
  std::string kind;
  std::string error;                // failed where the column says one of error_values
  std::string sampling_percent;     // the probability with which the trace was kept, in percent
  std::string sample_rate;          // how many traces the recorded one stands for
  std::string resource_attributes;  // a JSON object, as OpenTelemetry names what it says
  std::string attributes;           // likewise, of the span itself
  std::vector<std::string> parent_none{"root", "nan", "NaN", "null", "None", "-", "\\N"};
  std::vector<std::string> error_values{"true", "True", "1", "ERROR", "error"};
  DateOrder date_order = DateOrder::unsaid;  // by which dates are read that do not tell it
  bool header = true;
  std::optional<char> delimiter;  // nothing: found in the first line
  /// Not every table has the columns that are not needed; else a column that is not there is a
  /// mistake.
  bool may_lack_columns = false;
  /// The service is the first group (or the whole match) of this regular expression in the
  /// instance.
  std::string service_from_instance;
  /// The service is the instance without so many parts at its end that begin with a dash:
  /// "frontend-579b9bff58-t2dbm" is "frontend" with 2.
  int instance_suffix_parts = 0;
  /// Where it is named, rows are calls of a call graph (see CallGraphReader): the span is a call's
  /// number, the service its callee, the kind its type. Only shipped mappings have it.
  std::string caller;
  std::string caller_instance;
  bool operator==(const ColumnMapping&) const = default;
};

/// The names of the columns without which there is no span. Expects a mapping that names them.
std::vector<std::string> needed_columns(const ColumnMapping& mapping);

/// The mapping that the names of a header suggest, or the shipped one whose columns it has; nothing
/// when a needed column is not recognised.
std::optional<ColumnMapping> guess_mapping(const std::vector<std::string>& header);

}  // namespace rehearse
