#pragma once

#include <optional>
#include <string>
#include <vector>

namespace rehearse {

/// A column that holds times, and the nanoseconds of its unit: 1 for *_ns, 1000 for *_us, 1e6 for
/// *_ms.
struct TimeColumn {
  std::string column;
  double nanoseconds_per_unit = 1;
  bool operator==(const TimeColumn&) const = default;
};

/// Which columns of a table hold what: names of its header, or 1-based numbers where `header` is
/// false. Empty names mean that there is no such column. Needed are trace, span, operation, start,
/// one of end and duration, and one of service and instance.
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
  std::string error;             // failed where the column says one of error_values
  std::string sampling_percent;  // the probability with which the trace was kept, in percent
  std::vector<std::string> parent_none{"root", "nan", "NaN", "null", "None", "-"};
  std::vector<std::string> error_values{"true", "True", "1", "ERROR", "error"};
  bool header = true;
  char delimiter = ',';
  /// The service is the first group (or the whole match) of this regular expression in the
  /// instance.
  std::string service_from_instance;
  /// The service is the instance without so many parts at its end that begin with a dash:
  /// "frontend-579b9bff58-t2dbm" is "frontend" with 2.
  int instance_suffix_parts = 0;
  bool operator==(const ColumnMapping&) const = default;
};

/// The mapping that the names of a header suggest; nothing when a needed column is not recognised.
std::optional<ColumnMapping> guess_mapping(const std::vector<std::string>& header);

}  // namespace rehearse
