#include "calibrate/readers/column_mapping.hpp"

#include <algorithm>
#include <string_view>

#include "calibrate/readers/shipped_mappings.hpp"

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

bool has_needed_columns(const ColumnMapping& mapping) {
  return !mapping.trace.empty() && !mapping.span.empty() && !mapping.operation.empty() &&
         !mapping.start.column.empty() && (mapping.end || mapping.duration) &&
         (!mapping.service.empty() || !mapping.instance.empty());
}

std::optional<ColumnMapping> guess_by_names(const std::vector<std::string>& header) {
  ColumnMapping mapping;
  mapping.trace = first_of(header, {"traceid", "trace"});
  mapping.span = first_of(header, {"spanid", "span"});
  mapping.parent = first_of(header, {"parentspanid", "parentid", "parent"});
  mapping.service = first_of(header, {"servicename", "service"});
  mapping.instance = first_of(header, {"instance", "podname", "pod", "hostname"});
  mapping.operation = first_of(header, {"operationname", "operation", "spanname", "name"});
  const auto start = time_of(header, {{"starttimeunixnano", 1},
                                      {"startns", 1},
                                      {"startus", 1e3},
                                      {"startms", 1e6},
                                      {"starts", 1e9},
                                      {"starttime", no_unit},
                                      {"timestamp", no_unit},
                                      {"start", no_unit}});
  mapping.end = time_of(header, {{"endtimeunixnano", 1},
                                 {"endns", 1},
                                 {"endus", 1e3},
                                 {"endms", 1e6},
                                 {"ends", 1e9},
                                 {"endtime", no_unit},
                                 {"end", no_unit}});
  if (!mapping.end) {
    mapping.duration = time_of(
        header, {{"durationns", 1}, {"durationus", 1e3}, {"durationms", 1e6}, {"durations", 1e9}});
  }
  mapping.kind = first_of(header, {"spankind", "kind"});
  mapping.error = first_of(header, {"error", "iserror"});
  if (start) mapping.start = *start;
  if (!has_needed_columns(mapping)) return std::nullopt;
  // Pods of Kubernetes deployments end in a hash of their template and one of their own.
  if (mapping.service.empty()) mapping.instance_suffix_parts = 2;
  return mapping;
}

bool has_columns_of(const ColumnMapping& mapping, const std::vector<std::string>& header) {
  const std::vector<std::string> needed = needed_columns(mapping);
  return std::all_of(needed.begin(), needed.end(), [&](const std::string& column) {
    return std::find(header.begin(), header.end(), column) != header.end();
  });
}

}  // namespace

std::vector<std::string> needed_columns(const ColumnMapping& mapping) {
  std::vector<std::string> needed{mapping.trace, mapping.span, mapping.operation,
                                  mapping.start.column};
  needed.push_back(mapping.end ? mapping.end->column : mapping.duration->column);
  needed.push_back(!mapping.service.empty()    ? mapping.service
                   : !mapping.instance.empty() ? mapping.instance
                                               : mapping.resource_attributes);
  if (!mapping.caller.empty()) needed.insert(needed.end(), {mapping.caller, mapping.kind});
  return needed;
}

std::optional<ColumnMapping> guess_mapping(const std::vector<std::string>& header) {
  if (auto guessed = guess_by_names(header)) return guessed;
  for (const ShippedMapping& shipped : shipped_mappings()) {
    if (has_columns_of(shipped.mapping, header)) return shipped.mapping;
  }
  return std::nullopt;
}

}  // namespace rehearse
