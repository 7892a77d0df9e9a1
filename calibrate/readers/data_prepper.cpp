#include "calibrate/readers/data_prepper.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "calibrate/readers/date.hpp"
#include "calibrate/readers/identifiers.hpp"
#include "calibrate/readers/otlp_span.hpp"

namespace rehearse {
namespace {

/// What is behind `prefix` in the name of a field; nothing when it does not begin so.
std::optional<std::string_view> behind(std::string_view prefix, std::string_view name) {
  if (!name.starts_with(prefix)) return std::nullopt;
  return name.substr(prefix.size());
}

/// Calls `see` with all values within `value`, by names with dots, to a depth that no attribute
/// exceeds. OpenSearch takes a dot in the name of a field for an object within, and gives back
/// either; what was a dot in the name of an attribute is another letter.
template <class See>
void for_each_field(const std::string& name, const JsonValue& value, int depth, const See& see) {
  if (!value.is_object()) return see(std::string_view(name), value);
  if (depth == 0) return;
  value.for_each_member([&](std::string_view key, const JsonValue& inner) {
    std::string whole = name;
    if (!whole.empty()) whole += '.';
    whole.append(key);
    std::replace(whole.begin(), whole.end(), '@', '.');
    for_each_field(whole, inner, depth - 1, see);
  });
}

bool is_stored_span(const JsonValue& document) {
  return document.member("traceId") && document.member("spanId") && document.member("startTime") &&
         document.member("durationInNanos");
}

std::int64_t moment_of(const JsonValue& document, std::string_view key) {
  return nanoseconds_of_date(document.text_of(key)).value_or(-1);
}

/// The dates are exact, but some versions leave the second one out.
std::int64_t end_of(const JsonValue& document, std::int64_t start) {
  const std::int64_t end = moment_of(document, "endTime");
  if (end >= 0 || start < 0) return end;
  const auto member = document.member("durationInNanos");
  const auto duration = member ? member->integer() : std::nullopt;
  std::int64_t sum = 0;
  if (!duration || *duration < 0 || __builtin_add_overflow(start, *duration, &sum)) return -1;
  return sum;
}

}  // namespace

bool read_data_prepper_document(const JsonValue& document, SpanSet& set) {
  constexpr int most_nested = 6;
  if (!is_stored_span(document)) return false;
  OtlpSpanReader span(set);
  ResourceReader resource(set);
  OtlpSpanFields fields;
  for_each_field({}, document, most_nested, [&](std::string_view name, const JsonValue& value) {
    if (const auto of_resource = behind("resource.attributes.", name)) {
      resource.see(*of_resource, value);
    } else if (const auto of_span = behind("span.attributes.", name)) {
      span.see(*of_span, value);
    } else if (const auto newer = behind("attributes.", name)) {
      span.see(*newer, value);
    } else if (name == "serviceName") {
      resource.see(name, value);
    } else if (name == "status.code") {
      const std::string code = value.as_text();
      fields.failed = code == "2" || code == "ERROR" || code == "STATUS_CODE_ERROR";
    }
  });
  fields.trace = trace_id_of(document.text_of("traceId"));
  fields.id = span_id_of(document.text_of("spanId"));
  fields.parent = span_id_of(document.text_of("parentSpanId"));
  fields.start = moment_of(document, "startTime");
  fields.end = end_of(document, fields.start);
  fields.name = document.text_of("name");
  fields.trace_state = document.text_of("traceState");
  const std::string kind = document.text_of("kind");
  if (!kind.empty()) fields.kind = span_kind_of(kind);
  span.keep(fields, resource);
  return true;
}

}  // namespace rehearse
