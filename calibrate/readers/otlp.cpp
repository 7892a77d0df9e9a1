#include "calibrate/readers/otlp.hpp"

#include "calibrate/readers/identifiers.hpp"
#include "calibrate/readers/otlp_span.hpp"

namespace rehearse {
namespace {

/// Calls `see` with the key and the plain value of each attribute: OTLP wraps values by type.
template <class See>
void for_each_attribute(const JsonValue& owner, const See& see) {
  const auto attributes = owner.member("attributes");
  if (!attributes) return;
  attributes->for_each([&](const JsonValue& attribute) {
    const auto key = attribute.member("key");
    const auto wrapped = attribute.member("value");
    if (!key || !key->text() || !wrapped) return;
    wrapped->for_each_member(
        [&](std::string_view, const JsonValue& plain) { see(*key->text(), plain); });
  });
}

std::int64_t time_of(const JsonValue& span, std::string_view key) {
  const auto time = span.member(key);
  return time ? time->integer().value_or(-1) : -1;
}

bool has_failed(const JsonValue& span) {
  const auto status = span.member("status");
  const std::string code = status ? status->text_of("code") : std::string();
  return code == "2" || code == "STATUS_CODE_ERROR";
}

void read_span(const JsonValue& value, const ResourceReader& resource, SpanSet& set) {
  OtlpSpanReader span(set);
  for_each_attribute(value,
                     [&](std::string_view key, const JsonValue& plain) { span.see(key, plain); });
  OtlpSpanFields fields;
  fields.trace = trace_id_of(value.text_of("traceId"));
  fields.id = span_id_of(value.text_of("spanId"));
  fields.parent = span_id_of(value.text_of("parentSpanId"));
  fields.start = time_of(value, "startTimeUnixNano");
  fields.end = time_of(value, "endTimeUnixNano");
  fields.name = value.text_of("name");
  fields.trace_state = value.text_of("traceState");
  const std::string kind = value.text_of("kind");
  if (!kind.empty()) fields.kind = span_kind_of(kind);
  fields.failed = has_failed(value);
  span.keep(fields, resource);
}

}  // namespace

bool read_otlp_resource_spans(const JsonValue& resource_spans, SpanSet& set) {
  auto scopes = resource_spans.member("scopeSpans");
  if (!scopes) scopes = resource_spans.member("instrumentationLibrarySpans");
  if (!scopes || !scopes->is_array()) return false;
  ResourceReader resource(set.names);
  if (const auto described = resource_spans.member("resource")) {
    for_each_attribute(*described, [&](std::string_view key, const JsonValue& plain) {
      resource.see(key, plain);
    });
  }
  scopes->for_each([&](const JsonValue& scope) {
    const auto spans = scope.member("spans");
    if (!spans) return;
    spans->for_each([&](const JsonValue& span) { read_span(span, resource, set); });
  });
  return true;
}

}  // namespace rehearse
