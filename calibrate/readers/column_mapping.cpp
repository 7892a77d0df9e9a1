#include "calibrate/readers/column_mapping.hpp"

#include <string_view>

namespace rehearse {
namespace {

/// Lower case, letters and digits only: "Trace_ID" and "traceId" are one.
std::string plain(std::string_view name) {
  std::string letters;
  for (const char letter : name) {
    if (letter >= 'A' && letter <= 'Z') {
      letters += static_cast<char>(letter - 'A' + 'a');
    } else if ((letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9')) {
      letters += letter;
    }
  }
  return letters;
}

std::string first_of(const std::vector<std::string>& header,
                     std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    for (const std::string& column : header) {
      if (plain(column) == name) return column;
    }
  }
  return {};
}

struct TimeAlias {
  std::string_view name;
  double unit;
};

std::optional<TimeColumn> time_of(const std::vector<std::string>& header,
                                  std::initializer_list<TimeAlias> aliases) {
  for (const TimeAlias& alias : aliases) {
    const std::string column = first_of(header, {alias.name});
    if (!column.empty()) return TimeColumn{column, alias.unit};
  }
  return std::nullopt;
}

}  // namespace

std::optional<ColumnMapping> guess_mapping(const std::vector<std::string>& header) {
  ColumnMapping mapping;
  mapping.trace = first_of(header, {"traceid", "trace"});
  mapping.span = first_of(header, {"spanid", "span"});
  mapping.parent = first_of(header, {"parentspanid", "parentid", "parent"});
  mapping.service = first_of(header, {"servicename", "service"});
  mapping.instance = first_of(header, {"instance", "podname", "pod", "hostname"});
  mapping.operation = first_of(header, {"operationname", "operation", "spanname", "name"});
  const auto start = time_of(
      header, {{"starttimeunixnano", 1}, {"startns", 1}, {"startus", 1e3}, {"startms", 1e6}});
  mapping.end =
      time_of(header, {{"endtimeunixnano", 1}, {"endns", 1}, {"endus", 1e3}, {"endms", 1e6}});
  if (!mapping.end) {
    mapping.duration =
        time_of(header, {{"durationns", 1}, {"durationus", 1e3}, {"durationms", 1e6}});
  }
  mapping.kind = first_of(header, {"spankind", "kind"});
  mapping.error = first_of(header, {"error", "iserror"});
  if (mapping.trace.empty() || mapping.span.empty() || mapping.operation.empty() || !start ||
      (!mapping.end && !mapping.duration) ||
      (mapping.service.empty() && mapping.instance.empty())) {
    return std::nullopt;
  }
  mapping.start = *start;
  // Pods of Kubernetes deployments end in a hash of their template and one of their own.
  if (mapping.service.empty()) mapping.instance_suffix_parts = 2;
  return mapping;
}

}  // namespace rehearse
