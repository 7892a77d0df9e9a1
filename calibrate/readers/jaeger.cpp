#include "calibrate/readers/jaeger.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "calibrate/readers/attributes.hpp"
#include "calibrate/readers/identifiers.hpp"

namespace rehearse {
namespace {

using Found = std::optional<JsonValue>;

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>{}(text);
  }
};
using Processes = std::unordered_map<std::string, ResourceReader, TextHash, std::equal_to<>>;

std::string_view text_of(const Found& value, std::string& storage) {
  return value ? value->as_text(storage) : std::string_view();
}

/// Calls `see` with the key and the value of each tag of a span or a process that is wanted.
/// Elasticsearch would take a dot in the name of a field for an object within, so that Jaeger
/// writes another letter.
template <class Wants, class See>
void for_each_tag(const Found& tags, const Found& fields, const Wants& wants, const See& see) {
  if (tags) {
    tags->for_each([&](const JsonValue& tag) {
      std::string storage;
      const auto [name, value] = tag.members<2>({"key", "value"});
      const std::string_view key = text_of(name, storage);
      if (value && wants(key)) see(key, *value);
    });
  }
  if (fields) {
    fields->for_each_member([&](std::string_view field, const JsonValue& value) {
      std::string key(field);
      std::replace(key.begin(), key.end(), '@', '.');
      see(key, value);
    });
  }
}

ResourceReader read_process(const JsonValue& process, SpanSet& set) {
  ResourceReader reader(set);
  const auto [service, tags, fields] = process.members<3>({"serviceName", "tags", "tag"});
  if (service) reader.see("serviceName", *service);
  for_each_tag(
      tags, fields, [](std::string_view) { return true; },
      [&](std::string_view key, const JsonValue& value) { reader.see(key, value); });
  return reader;
}

/// What the references of a span say of its parent; only those into the same trace count.
struct Parents {
  TraceId trace;
  std::uint64_t child_of = 0;
  std::uint64_t follows = 0;

  void see(const JsonValue& reference) {
    std::string storage;
    const auto [type, of_trace, of_span] = reference.members<3>({"refType", "traceID", "spanID"});
    if (trace_id_of(text_of(of_trace, storage)) != trace) return;
    const std::uint64_t id = span_id_of(text_of(of_span, storage));
    std::uint64_t& slot = text_of(type, storage) == "CHILD_OF" ? child_of : follows;
    if (slot == 0) slot = id;
  }
};

/// CHILD_OF before FOLLOWS_FROM.
std::uint64_t parent_of(const Found& parent, const Found& references, const TraceId& trace) {
  std::string storage;
  if (const std::uint64_t id = span_id_of(text_of(parent, storage))) return id;
  Parents parents{trace};
  if (references) references->for_each([&](const JsonValue& one) { parents.see(one); });
  return parents.child_of != 0 ? parents.child_of : parents.follows;
}

std::optional<std::int64_t> integer_of(const Found& value) {
  return value ? value->integer() : std::nullopt;
}

/// In the order in which Jaeger writes them.
constexpr std::array<std::string_view, 11> members_of_span{
    "traceID", "spanID",    "operationName", "references", "startTime", "duration",
    "tags",    "processID", "parentSpanID",  "tag",        "process"};

void read_span(const JsonValue& value, std::string_view default_trace, const Processes& processes,
               SpanSet& set) {
  const auto [of_trace, id, name, references, start, duration, tags, process, parent, fields,
              embedded] = value.members(members_of_span);
  Span span;
  std::string storage;
  const std::string_view trace = text_of(of_trace, storage);
  span.trace = trace_id_of(trace.empty() ? default_trace : trace);
  span.id = span_id_of(text_of(id, storage));
  span.parent = parent_of(parent, references, span.trace);
  set_times_in_microseconds(span, integer_of(start), integer_of(duration));
  SpanAttributeReader attributes(set, span);
  for_each_tag(
      tags, fields, [&](std::string_view key) { return attributes.looks_at(key); },
      [&](std::string_view key, const JsonValue& said) { attributes.see(key, said); });
  attributes.name_operation(text_of(name, storage));
  if (const auto count = attributes.adjusted_count()) take_adjusted_count(set, span, *count);
  const auto known = processes.find(text_of(process, storage));
  const auto finish = [&](const ResourceReader& resource) {
    resource.apply(span);
    name_as_asked(set, span, attributes.asked(), &resource);
  };
  if (known != processes.end()) {
    finish(known->second);
  } else if (embedded) {
    finish(read_process(*embedded, set));
  } else {
    name_as_asked(set, span, attributes.asked(), nullptr);
  }
  keep_span(set, span);
}

}  // namespace

bool read_jaeger_trace(const JsonValue& trace, SpanSet& set) {
  const auto [spans, described, id] = trace.members<3>({"spans", "processes", "traceID"});
  if (!spans || !spans->is_array()) return false;
  Processes processes;
  if (described) {
    described->for_each_member([&](std::string_view key, const JsonValue& process) {
      processes.emplace(std::string(key), read_process(process, set));
    });
  }
  std::string storage;
  const std::string_view trace_id = text_of(id, storage);
  spans->for_each(
      [&, trace_id](const JsonValue& span) { read_span(span, trace_id, processes, set); });
  return true;
}

bool read_jaeger_document(const JsonValue& document, SpanSet& set) {
  if (!document.member("traceID") || !document.member("spanID")) return false;
  read_span(document, {}, {}, set);
  return true;
}

}  // namespace rehearse
