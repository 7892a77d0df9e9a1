#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "calibrate/readers/attributes.hpp"
#include "calibrate/readers/span.hpp"

namespace rehearse {

/// What OTLP says of a span beside its attributes, whichever way it is encoded.
struct OtlpSpanFields {
  TraceId trace;
  std::uint64_t id = 0;
  std::uint64_t parent = 0;
  std::int64_t start = -1;  // nanoseconds; negative: not said
  std::int64_t end = -1;
  std::string name;
  std::string trace_state;
  std::optional<SpanKind> kind;
  bool failed = false;
};

/// Makes one span of what OTLP says of it: first its attributes, then all the rest.
class OtlpSpanReader {
 public:
  explicit OtlpSpanReader(SpanSet& set) : set_(set), attributes_(set, span_) {}
  OtlpSpanReader(const OtlpSpanReader&) = delete;
  OtlpSpanReader& operator=(const OtlpSpanReader&) = delete;

  bool looks_at(std::string_view key) const { return attributes_.looks_at(key); }
  void see(std::string_view key, const AttributeValue& value) { attributes_.see(key, value); }
  /// Adds the span to the set, or counts why not.
  void keep(const OtlpSpanFields& fields, const ResourceReader& resource);

 private:
  SpanSet& set_;
  Span span_;
  SpanAttributeReader attributes_;
};

}  // namespace rehearse
