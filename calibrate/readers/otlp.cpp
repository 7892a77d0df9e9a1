#include "calibrate/readers/otlp.hpp"

#include "calibrate/readers/attributes.hpp"
#include "calibrate/readers/identifiers.hpp"

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
  Span span;
  span.trace = trace_id_of(value.text_of("traceId"));
  span.id = span_id_of(value.text_of("spanId"));
  span.parent = span_id_of(value.text_of("parentSpanId"));
  span.start = time_of(value, "startTimeUnixNano");
  span.end = time_of(value, "endTimeUnixNano");
  SpanAttributeReader attributes(set.names, span);
  for_each_attribute(
      value, [&](std::string_view key, const JsonValue& plain) { attributes.see(key, plain); });
  attributes.name_operation(value.text_of("name"));
  const auto by_state = adjusted_count_of(value.text_of("traceState"));
  if (const auto count = by_state ? by_state : attributes.adjusted_count()) {
    take_adjusted_count(set, span, *count);
  }
  const std::string kind = value.text_of("kind");
  if (!kind.empty()) span.kind = span_kind_of(kind);
  span.error = span.error || has_failed(value);
  resource.apply(span);
  keep_span(set, span);
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
