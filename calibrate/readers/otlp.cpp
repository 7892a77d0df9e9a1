#include "calibrate/readers/otlp.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "calibrate/readers/identifiers.hpp"
#include "calibrate/readers/otlp_span.hpp"

namespace rehearse {
namespace {

using Found = std::optional<JsonValue>;

/// Calls `see` with the key and the plain value of each attribute that is wanted: OTLP wraps values
/// by type.
template <class Wants, class See>
void for_each_attribute(const Found& attributes, const Wants& wants, const See& see) {
  if (!attributes) return;
  attributes->for_each([&](const JsonValue& attribute) {
    const auto [key, wrapped] = attribute.members<2>({"key", "value"});
    const auto name = key ? key->text() : std::nullopt;
    if (!name || !wrapped || !wants(*name)) return;
    wrapped->for_each_member([&](std::string_view, const JsonValue& plain) { see(*name, plain); });
  });
}

std::int64_t time_of(const Found& time) {
  return time ? time->integer().value_or(-1) : -1;
}

std::string_view text_of(const Found& value, std::string& storage) {
  return value ? value->as_text(storage) : std::string_view();
}

bool has_failed(const Found& status) {
  std::string storage;
  const std::string_view code = text_of(status ? status->member("code") : std::nullopt, storage);
  return code == "2" || code == "STATUS_CODE_ERROR";
}

/// In the order in which collectors write them.
constexpr std::array<std::string_view, 10> members_of_span{
    "traceId",           "spanId",          "traceState", "parentSpanId", "name", "kind",
    "startTimeUnixNano", "endTimeUnixNano", "attributes", "status"};

void read_span(const JsonValue& value, const ResourceReader& resource, SpanSet& set) {
  const auto [trace, id, state, parent, name, kind, start, end, attributes, status] =
      value.members(members_of_span);
  OtlpSpanReader span(set);
  for_each_attribute(
      attributes, [&](std::string_view key) { return span.looks_at(key); },
      [&](std::string_view key, const JsonValue& plain) { span.see(key, plain); });
  std::string storage;
  OtlpSpanFields fields;
  fields.trace = trace_id_of(text_of(trace, storage));
  fields.id = span_id_of(text_of(id, storage));
  fields.parent = span_id_of(text_of(parent, storage));
  fields.start = time_of(start);
  fields.end = time_of(end);
  fields.name = text_of(name, storage);
  fields.trace_state = text_of(state, storage);
  const std::string_view word = text_of(kind, storage);
  if (!word.empty()) fields.kind = span_kind_of(word);
  fields.failed = has_failed(status);
  span.keep(fields, resource);
}

}  // namespace

bool read_otlp_resource_spans(const JsonValue& resource_spans, SpanSet& set) {
  auto scopes = resource_spans.member("scopeSpans");
  if (!scopes) scopes = resource_spans.member("instrumentationLibrarySpans");
  if (!scopes || !scopes->is_array()) return false;
  ResourceReader resource(set);
  if (const auto described = resource_spans.member("resource")) {
    for_each_attribute(
        described->member("attributes"), [](std::string_view) { return true; },
        [&](std::string_view key, const JsonValue& plain) { resource.see(key, plain); });
  }
  scopes->for_each([&](const JsonValue& scope) {
    const auto spans = scope.member("spans");
    if (!spans) return;
    spans->for_each([&](const JsonValue& span) { read_span(span, resource, set); });
  });
  return true;
}

}  // namespace rehearse
