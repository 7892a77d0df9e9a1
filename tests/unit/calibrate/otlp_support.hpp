#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/format.h>
#include <protozero/pbf_writer.hpp>

namespace rehearse::test {

/// The value of an attribute, of one of the four types that readers look at.
using Said = std::variant<std::string, std::int64_t, double, bool>;
using Attributes = std::vector<std::pair<std::string, Said>>;

/// What is recorded of a span and of a process, to be written as JSON or as protobuf.
struct OtlpSpan {
  std::uint64_t trace = 0;
  std::uint64_t id = 0;
  std::uint64_t parent = 0;
  std::string name;
  int kind = 0;
  std::uint64_t start = 0;
  std::uint64_t end = 0;
  std::string trace_state;
  bool failed = false;
  Attributes attributes;
};
struct OtlpResource {
  Attributes attributes;
  std::vector<OtlpSpan> spans;
};

inline std::string json_of(const Said& said) {
  if (const auto* text = std::get_if<std::string>(&said)) {
    return fmt::format(R"("stringValue":"{}")", *text);
  }
  if (const auto* whole = std::get_if<std::int64_t>(&said)) {
    return fmt::format(R"("intValue":"{}")", *whole);
  }
  if (const auto* flag = std::get_if<bool>(&said)) return fmt::format(R"("boolValue":{})", *flag);
  return fmt::format(R"("doubleValue":{})", std::get<double>(said));
}

inline std::string json_of(const Attributes& attributes) {
  std::string list;
  for (const auto& [key, said] : attributes) {
    const std::string value = json_of(said);
    list += fmt::format(R"({}{{"key":"{}","value":{{{}}}}})", list.empty() ? "" : ",", key, value);
  }
  return "[" + list + "]";
}

/// One of the `resourceSpans`.
inline std::string json_of(const OtlpResource& resource) {
  std::string spans;
  for (const OtlpSpan& span : resource.spans) {
    spans += fmt::format(
        R"({}{{"traceId":"{:032x}","spanId":"{:016x}","name":"{}","startTimeUnixNano":"{}",)"
        R"("endTimeUnixNano":"{}","attributes":{},"status":{{"code":{}}},"traceState":"{}")",
        spans.empty() ? "" : ",", span.trace, span.id, span.name, span.start, span.end,
        json_of(span.attributes), span.failed ? 2 : 0, span.trace_state);
    if (span.kind != 0) spans += fmt::format(R"(,"kind":{})", span.kind);
    if (span.parent != 0) spans += fmt::format(R"(,"parentSpanId":"{:016x}")", span.parent);
    spans += "}";
  }
  return fmt::format(R"({{"resource":{{"attributes":{}}},"scopeSpans":[{{"spans":[{}]}}]}})",
                     json_of(resource.attributes), spans);
}

inline std::string big_endian(std::uint64_t number, int bytes) {
  std::string text;
  for (int i = bytes - 1; i >= 0; --i) {
    text += i < 8 ? static_cast<char>(number >> (8 * i)) : '\0';
  }
  return text;
}

inline std::string protobuf_of(const std::string& key, const Said& said) {
  std::string value;
  protozero::pbf_writer typed(value);
  if (const auto* text = std::get_if<std::string>(&said)) typed.add_string(1, *text);
  if (const auto* flag = std::get_if<bool>(&said)) typed.add_bool(2, *flag);
  if (const auto* whole = std::get_if<std::int64_t>(&said)) typed.add_int64(3, *whole);
  if (const auto* real = std::get_if<double>(&said)) typed.add_double(4, *real);
  std::string attribute;
  protozero::pbf_writer writer(attribute);
  writer.add_string(1, key);
  writer.add_message(2, value);
  return attribute;
}

inline std::string protobuf_of(const OtlpSpan& span) {
  std::string text;
  protozero::pbf_writer writer(text);
  writer.add_bytes(1, big_endian(span.trace, 16));
  writer.add_bytes(2, big_endian(span.id, 8));
  if (!span.trace_state.empty()) writer.add_string(3, span.trace_state);
  if (span.parent != 0) writer.add_bytes(4, big_endian(span.parent, 8));
  writer.add_string(5, span.name);
  if (span.kind != 0) writer.add_enum(6, span.kind);
  writer.add_fixed64(7, span.start);
  writer.add_fixed64(8, span.end);
  for (const auto& [key, said] : span.attributes) writer.add_message(9, protobuf_of(key, said));
  std::string status;
  if (span.failed) protozero::pbf_writer(status).add_enum(3, 2);
  writer.add_message(15, status);
  writer.add_fixed32(16, 1);
  return text;
}

/// A field with a length, by its number.
inline std::string field_of(unsigned number, const std::string& content) {
  std::string text;
  protozero::pbf_writer(text).add_message(number, content);
  return text;
}

/// One of the `resource_spans`; `scopes` is the number of their field.
inline std::string protobuf_of(const OtlpResource& resource, unsigned scopes = 2) {
  std::string described;
  for (const auto& [key, said] : resource.attributes) {
    described += field_of(1, protobuf_of(key, said));
  }
  std::string spans = field_of(1, field_of(1, "a library"));
  for (const OtlpSpan& span : resource.spans) spans += field_of(2, protobuf_of(span));
  return field_of(1, described) + field_of(scopes, spans);
}

inline std::string behind_varint(const std::string& message) {
  return field_of(1, message).substr(1);
}

inline std::string behind_four_bytes(const std::string& message) {
  return big_endian(message.size(), 4) + message;
}

}  // namespace rehearse::test
