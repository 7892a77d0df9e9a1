#include "calibrate/readers/stdouttrace.hpp"

#include <optional>
#include <string>
#include <string_view>

#include "calibrate/readers/date.hpp"
#include "calibrate/readers/identifiers.hpp"
#include "calibrate/readers/otlp_span.hpp"

namespace rehearse {
namespace {

std::int64_t moment_of(const JsonValue& record, std::string_view key) {
  return nanoseconds_of_date(record.text_of(key)).value_or(-1);
}

/// Calls `see` with each of Go's attributes: {"Key":"k","Value":{"Type":"STRING","Value":"v"}}.
template <class See>
void for_each_listed(const JsonValue& record, std::string_view list, const See& see) {
  const auto attributes = record.member(list);
  if (!attributes) return;
  attributes->for_each([&](const JsonValue& attribute) {
    const auto key = attribute.member("Key");
    const auto typed = attribute.member("Value");
    const auto value = typed ? typed->member("Value") : std::nullopt;
    if (key && key->text() && value) see(*key->text(), *value);
  });
}

void read_printed_by_go(const JsonValue& record, const JsonValue& context, SpanSet& set) {
  OtlpSpanReader span(set);
  for_each_listed(record, "Attributes",
                  [&](std::string_view key, const JsonValue& value) { span.see(key, value); });
  ResourceReader resource(set);
  for_each_listed(record, "Resource",
                  [&](std::string_view key, const JsonValue& value) { resource.see(key, value); });
  OtlpSpanFields fields;
  fields.trace = trace_id_of(context.text_of("TraceID"));
  fields.id = span_id_of(context.text_of("SpanID"));
  if (const auto parent = record.member("Parent")) {
    fields.parent = span_id_of(parent->text_of("SpanID"));
  }
  fields.start = moment_of(record, "StartTime");
  fields.end = moment_of(record, "EndTime");
  fields.name = record.text_of("Name");
  fields.trace_state = context.text_of("TraceState");
  const std::string kind = record.text_of("SpanKind");
  if (!kind.empty()) fields.kind = span_kind_of(kind);
  const auto status = record.member("Status");
  fields.failed = status && status->text_of("Code") == "Error";
  span.keep(fields, resource);
}

/// Of "0xb7ad6b7169203331" or "SpanKind.SERVER", what stands behind `prefix`.
std::string text_behind(std::string_view prefix, std::string text) {
  return text.starts_with(prefix) ? text.substr(prefix.size()) : text;
}

void read_printed_by_python(const JsonValue& record, const JsonValue& context, SpanSet& set) {
  OtlpSpanReader span(set);
  if (const auto attributes = record.member("attributes")) {
    attributes->for_each_member(
        [&](std::string_view key, const JsonValue& value) { span.see(key, value); });
  }
  ResourceReader resource(set);
  if (const auto described = record.member("resource")) {
    // Older releases print the attributes of the resource without anything around them.
    const auto attributes = described->member("attributes");
    (attributes && attributes->is_object() ? *attributes : *described)
        .for_each_member(
            [&](std::string_view key, const JsonValue& value) { resource.see(key, value); });
  }
  OtlpSpanFields fields;
  fields.trace = trace_id_of(text_behind("0x", context.text_of("trace_id")));
  fields.id = span_id_of(text_behind("0x", context.text_of("span_id")));
  fields.parent = span_id_of(text_behind("0x", record.text_of("parent_id")));
  fields.start = moment_of(record, "start_time");
  fields.end = moment_of(record, "end_time");
  fields.name = record.text_of("name");
  const std::string kind = text_behind("SpanKind.", record.text_of("kind"));
  if (!kind.empty()) fields.kind = span_kind_of(kind);
  const auto status = record.member("status");
  fields.failed = status && status->text_of("status_code") == "ERROR";
  span.keep(fields, resource);
}

}  // namespace

bool read_printed_span(const JsonValue& value, SpanSet& set) {
  if (const auto context = value.member("SpanContext")) {
    if (!context->member("TraceID") || !context->member("SpanID")) return false;
    read_printed_by_go(value, *context, set);
    return true;
  }
  const auto context = value.member("context");
  if (!context || !context->member("trace_id") || !context->member("span_id") ||
      !value.member("start_time")) {
    return false;
  }
  read_printed_by_python(value, *context, set);
  return true;
}

}  // namespace rehearse
