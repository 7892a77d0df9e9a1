#include "calibrate/readers/jaeger.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <unordered_map>

#include "calibrate/readers/attributes.hpp"
#include "calibrate/readers/identifiers.hpp"

namespace rehearse {
namespace {

using Processes = std::unordered_map<std::string, ResourceReader>;

/// Calls `see` with the key and the value of each tag of a span or a process. Elasticsearch would
/// take a dot in the name of a field for an object within, so that Jaeger writes another letter.
template <class See>
void for_each_tag(const JsonValue& owner, const See& see) {
  if (const auto tags = owner.member("tags")) {
    tags->for_each([&](const JsonValue& tag) {
      const auto value = tag.member("value");
      if (value) see(tag.text_of("key"), *value);
    });
  }
  if (const auto fields = owner.member("tag")) {
    fields->for_each_member([&](std::string_view field, const JsonValue& value) {
      std::string key(field);
      std::replace(key.begin(), key.end(), '@', '.');
      see(key, value);
    });
  }
}

ResourceReader read_process(const JsonValue& process, NameTable& names) {
  ResourceReader reader(names);
  if (const auto service = process.member("serviceName")) reader.see("serviceName", *service);
  for_each_tag(process,
               [&](std::string_view key, const JsonValue& value) { reader.see(key, value); });
  return reader;
}

/// CHILD_OF before FOLLOWS_FROM, and only references into the same trace.
std::uint64_t parent_of(const JsonValue& span, const TraceId& trace) {
  if (const auto parent = span.member("parentSpanID")) {
    if (const std::uint64_t id = span_id_of(parent->as_text())) return id;
  }
  std::uint64_t child_of = 0;
  std::uint64_t follows = 0;
  if (const auto references = span.member("references")) {
    references->for_each([&](const JsonValue& reference) {
      if (trace_id_of(reference.text_of("traceID")) != trace) return;
      const std::uint64_t id = span_id_of(reference.text_of("spanID"));
      std::uint64_t& slot = reference.text_of("refType") == "CHILD_OF" ? child_of : follows;
      if (slot == 0) slot = id;
    });
  }
  return child_of != 0 ? child_of : follows;
}

std::optional<std::int64_t> integer_of(const JsonValue& span, std::string_view key) {
  const auto value = span.member(key);
  return value ? value->integer() : std::nullopt;
}

void read_span(const JsonValue& value, const std::string& default_trace, const Processes& processes,
               SpanSet& set) {
  Span span;
  const std::string trace = value.text_of("traceID");
  span.trace = trace_id_of(trace.empty() ? default_trace : trace);
  span.id = span_id_of(value.text_of("spanID"));
  span.parent = parent_of(value, span.trace);
  set_times_in_microseconds(span, integer_of(value, "startTime"), integer_of(value, "duration"));
  SpanAttributeReader attributes(set.names, span);
  for_each_tag(value,
               [&](std::string_view key, const JsonValue& said) { attributes.see(key, said); });
  attributes.name_operation(value.text_of("operationName"));
  if (const auto count = attributes.adjusted_count()) take_adjusted_count(set, span, *count);
  const auto process = processes.find(value.text_of("processID"));
  if (process != processes.end()) {
    process->second.apply(span);
  } else if (const auto embedded = value.member("process")) {
    read_process(*embedded, set.names).apply(span);
  }
  keep_span(set, span);
}

}  // namespace

bool read_jaeger_trace(const JsonValue& trace, SpanSet& set) {
  const auto spans = trace.member("spans");
  if (!spans || !spans->is_array()) return false;
  Processes processes;
  if (const auto described = trace.member("processes")) {
    described->for_each_member([&](std::string_view key, const JsonValue& process) {
      processes.emplace(std::string(key), read_process(process, set.names));
    });
  }
  const std::string trace_id = trace.text_of("traceID");
  spans->for_each([&](const JsonValue& span) { read_span(span, trace_id, processes, set); });
  return true;
}

bool read_jaeger_document(const JsonValue& document, SpanSet& set) {
  if (!document.member("traceID") || !document.member("spanID")) return false;
  read_span(document, {}, {}, set);
  return true;
}

}  // namespace rehearse
