#include "calibrate/readers/known_formats.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

namespace rehearse {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view page = "docs/getting_traces.md";

/// The member of a name with dots, wherever these separate objects. As deep as it has dots.
std::optional<JsonValue> member_at(const JsonValue& value, std::string_view path) {
  if (const auto whole = value.member(path)) return whole;
  for (std::size_t dot = path.find('.'); dot != path.npos; dot = path.find('.', dot + 1)) {
    const auto outer = value.member(path.substr(0, dot));
    if (!outer) continue;
    if (const auto inner = member_at(*outer, path.substr(dot + 1))) return inner;
  }
  return std::nullopt;
}

/// The format of which all of one set of members are there.
template <class IsThere>
const KnownFormat* find_by_members(const IsThere& is_there) {
  for (const KnownFormat& format : known_formats()) {
    for (const auto& members : format.members) {
      if (std::all_of(members.begin(), members.end(), is_there)) return &format;
    }
  }
  return nullptr;
}

const KnownFormat* find_by_beginning(std::string_view beginning) {
  for (const KnownFormat& format : known_formats()) {
    for (const auto& [bytes, at] : format.beginnings) {
      if (beginning.size() > at && beginning.substr(at).starts_with(bytes)) return &format;
    }
  }
  return nullptr;
}

std::optional<JsonValue> first_of(const JsonValue& list) {
  std::optional<JsonValue> first;
  list.for_each([&](const JsonValue& item) {
    if (!first) first = item;
  });
  return first;
}

/// Of the first table of an answer as {"tables":[{"columns":[{"name":"id"}],"rows":[["1"]]}]}.
std::vector<std::string> columns_told_apart(const JsonValue& value) {
  std::vector<std::string> names;
  const auto tables = value.member("tables");
  const auto table = tables ? first_of(*tables) : std::nullopt;
  const auto columns = table ? table->member("columns") : std::nullopt;
  if (!columns) return names;
  columns->for_each([&](const JsonValue& column) { names.push_back(column.text_of("name")); });
  return names;
}

using Formats = std::vector<KnownFormat>;

/// Spans of others, of which a table can be made.
Formats stored_spans() {
  static const std::string by_query = fmt::format("{} tells how to make a table of it", page);
  return {
      {"Elastic APM",
       by_query,
       {},
       {{"trace.id", "transaction.id"},
        {"trace.id", "span.id"},
        {"processor.event", "agent.name"}}},
      {"Application Insights",
       by_query,
       {},
       {{"operation_Id", "operation_ParentId"},
        {"operation_Id", "itemType"},
        {"OperationId", "ParentId", "AppRoleName"}}},
      {"spans of SigNoz",
       by_query,
       {},
       {{"traceID", "serviceName", "durationNano"}, {"trace_id", "span_id", "duration_nano"}}},
      {"SkyWalking",
       "the OpenTelemetry Collector has a receiver for its segments, and a file exporter",
       {},
       {{"traceSegmentId", "spans"}, {"segment_id", "data_binary"}, {"data.trace.spans"}}},
      {"an answer of Azure that tells columns apart from rows", by_query, {}, {{"tables"}}},
  };
}

Formats other_telemetry() {
  return {
      {"metrics of OpenTelemetry",
       "export traces (`resourceSpans`)",
       {},
       {{"resourceMetrics"}, {"scopeMetrics"}}},
      {"logs of OpenTelemetry",
       "export traces (`resourceSpans`)",
       {},
       {{"resourceLogs"}, {"scopeLogs"}}},
      {"profiles of OpenTelemetry", "export traces (`resourceSpans`)", {}, {{"resourceProfiles"}}},
      {"metrics of Prometheus",
       "they tell no requests; export traces",
       {},
       {{"status", "data.resultType"}}},
      {"trace events of Chrome",
       "they tell what threads did, not which service called which; export traces of requests",
       {},
       {{"traceEvents"}, {"ph", "ts", "pid"}}},
      {"what Node's ConsoleSpanExporter prints, which is no JSON",
       "use OTLP's exporter and the file exporter of the OpenTelemetry Collector",
       {},
       {},
       "traceId: '"},
      {"what .NET's console exporter prints",
       "use OTLP's exporter and the file exporter of the OpenTelemetry Collector",
       {{"Activity.TraceId:"}},
       {}},
      {"a page of HTML or XML",
       "a server answered so, perhaps for want of a login; look into it",
       {{"<!DOCTYPE"}, {"<!doctype"}, {"<html"}, {"<?xml"}},
       {}},
  };
}

Formats binary_files() {
  return {
      {"a profile of perf", "it holds no requests; export traces", {{"PERFILE2"}}, {}},
      {"a profile of pprof",
       "it holds no requests; export traces",
       {{"\x0A\x04\x08\x01\x10\x02"sv}},
       {}},
      {"a recording of Java's Flight Recorder",
       "it holds no requests; export traces",
       {{"FLR\0"sv}},
       {}},
      {"captured packets (pcap)",
       "they tell no spans; export traces",
       {{"\xD4\xC3\xB2\xA1"sv},
        {"\xA1\xB2\xC3\xD4"sv},
        {"\x4D\x3C\xB2\xA1"sv},
        {"\xA1\xB2\x3C\x4D"sv},
        {"\x0A\x0D\x0D\x0A"sv}},
       {}},
      {"Parquet", "make a table of it: duckdb -csv -c \"SELECT * FROM 'FILE'\"", {{"PAR1"}}, {}},
      {"Avro", "export JSON or CSV", {{"Obj\x01"sv}}, {}},
      {"Arrow", "export JSON or CSV", {{"ARROW1"}}, {}},
      {"a database of SQLite",
       "make a table of it: sqlite3 -csv -header FILE 'SELECT * FROM ...'",
       {{"SQLite format 3"}},
       {}},
      {"xz", "xz -dc FILE | rehearse calibrate -", {{"\xFD\x37zXZ"sv}}, {}},
      {"bzip2", "bzip2 -dc FILE | rehearse calibrate -", {{"1AY&SY", 4}}, {}},
      {"LZ4", "lz4 -dc FILE | rehearse calibrate -", {{"\x04\x22\x4D\x18"sv}}, {}},
      {"tar", "give its files: tar -xf FILE", {{"ustar", 257}}, {}},
  };
}

}  // namespace

const std::vector<KnownFormat>& known_formats() {
  static const Formats all = [] {
    Formats joined = stored_spans();
    for (const Formats& more : {other_telemetry(), binary_files()}) {
      joined.insert(joined.end(), more.begin(), more.end());
    }
    return joined;
  }();
  return all;
}

const KnownFormat* known_format_beginning(std::string_view beginning) {
  if (const KnownFormat* format = find_by_beginning(beginning)) return format;
  const std::size_t blanks = beginning.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  return blanks == beginning.npos ? nullptr : find_by_beginning(beginning.substr(blanks));
}

const KnownFormat* known_format_of(const JsonValue& value) {
  const auto object = value.is_array() ? first_of(value) : value;
  if (!object || !object->is_object()) return nullptr;
  const auto columns = columns_told_apart(*object);
  if (!columns.empty()) {
    if (const KnownFormat* format = known_format_with_columns(columns)) return format;
  }
  return find_by_members(
      [&](std::string_view path) { return member_at(*object, path).has_value(); });
}

const KnownFormat* known_format_with_columns(const std::vector<std::string>& columns) {
  return find_by_members([&](std::string_view name) {
    return std::find(columns.begin(), columns.end(), name) != columns.end();
  });
}

const KnownFormat* known_format_written(std::string_view text_that_is_no_json) {
  const auto& formats = known_formats();
  const auto found = std::find_if(formats.begin(), formats.end(), [&](const KnownFormat& format) {
    return !format.within.empty() &&
           text_that_is_no_json.find(format.within) != std::string_view::npos;
  });
  return found == formats.end() ? nullptr : &*found;
}

std::string what_is_known_of(const KnownFormat& format) {
  return fmt::format("looks like {}, which is not read: {}", format.name, format.way);
}

}  // namespace rehearse
