#include "calibrate/readers/xray.hpp"

#include <array>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>

#include "calibrate/readers/attributes.hpp"
#include "calibrate/readers/identifiers.hpp"
#include "calibrate/readers/json_mending.hpp"

namespace rehearse {
namespace {

/// "1-581cf771-a006649127e371903a2de979": a version, the second, and the rest of the 128 bits. The
/// same trace has the other two as one number in OpenTelemetry.
TraceId xray_trace_id_of(const std::string& text) {
  constexpr std::size_t length = 35;
  constexpr std::size_t second_dash = 10;
  if (text.size() != length || !text.starts_with("1-") || text[second_dash] != '-') {
    return trace_id_of(text);
  }
  return trace_id_of(text.substr(2, 8) + text.substr(second_dash + 1));
}

std::optional<std::int64_t> microseconds_of(const JsonValue& record, std::string_view key) {
  constexpr double most_seconds = 4e12;  // the difference of two such must fit as well
  const auto time = record.member(key);
  const auto seconds = time ? time->number() : std::nullopt;
  if (!seconds || !(std::abs(*seconds) < most_seconds)) return std::nullopt;
  return std::llround(*seconds * 1e6);
}

std::optional<JsonValue> member_of(const JsonValue& record, std::string_view outer,
                                   std::string_view inner) {
  const auto found = record.member(outer);
  return found ? found->member(inner) : std::nullopt;
}

bool is_flagged(const JsonValue& record, std::string_view key) {
  const auto flag = record.member(key);
  return flag && flag->boolean().value_or(false);
}

std::int64_t status_of(const JsonValue& record) {
  const auto response = member_of(record, "http", "response");
  const auto status = response ? response->member("status") : std::nullopt;
  return status ? status->integer().value_or(0) : 0;
}

bool has_failed(const JsonValue& record) {
  constexpr std::int64_t too_many_requests = 429;
  if (is_flagged(record, "fault") || is_flagged(record, "throttle")) return true;
  const std::int64_t status = status_of(record);
  if (status >= 500 || status == too_many_requests) return true;
  return is_flagged(record, "error") && (status < 400 || status >= 500);
}

/// The method and the path of a request over HTTP, without what stands before and behind the path;
/// empty when there was none.
std::string request_of(const JsonValue& record) {
  const auto request = member_of(record, "http", "request");
  if (!request) return {};
  const std::string method = request->text_of("method");
  const std::string url = request->text_of("url");
  if (url.empty()) return method;
  std::string_view path = url;
  const std::size_t host = path.find("://");
  if (host != std::string_view::npos) {
    path.remove_prefix(host + 3);
    const std::size_t slash = path.find('/');
    path = slash == std::string_view::npos ? std::string_view("/") : path.substr(slash);
  }
  path = path.substr(0, path.find_first_of("?#"));
  return (method.empty() ? "" : method + " ") + std::string(path);
}

/// Where X-Ray says on what a segment ran, and the name that OpenTelemetry has for it.
struct Place {
  std::string_view plugin;
  std::string_view key;
  std::string_view attribute;
};
constexpr std::array<Place, 8> places{{{"eks", "pod", "k8s.pod.name"},
                                       {"eks", "container_id", "container.id"},
                                       {"ecs", "container_id", "container.id"},
                                       {"ecs", "container", "host.name"},
                                       {"ec2", "instance_id", "hostname"},
                                       {"ec2", "instance_id", "host.id"},
                                       {"ec2", "availability_zone", "cloud.availability_zone"},
                                       {"ecs", "availability_zone", "cloud.availability_zone"}}};

ResourceReader resource_of(const JsonValue& segment, SpanSet& set) {
  ResourceReader resource(set);
  if (const auto name = segment.member("name")) resource.see("service.name", *name);
  if (const auto version = member_of(segment, "service", "version")) {
    resource.see("service.version", *version);
  }
  const auto aws = segment.member("aws");
  if (!aws) return resource;
  for (const Place& place : places) {
    const auto value = member_of(*aws, place.plugin, place.key);
    if (value) resource.see(place.attribute, *value);
  }
  return resource;
}

/// What all spans of one segment have in common.
struct Segment {
  TraceId trace;
  const ResourceReader& resource;
  bool alone = false;  // a subsegment that came without its segment
};

SpanKind kind_of(const JsonValue& record, bool is_subsegment) {
  if (!is_subsegment) return SpanKind::server;
  const std::string target = record.text_of("namespace");
  return target == "remote" || target == "aws" ? SpanKind::client : SpanKind::internal;
}

std::string operation_of(const JsonValue& record, SpanKind kind) {
  const std::string name = record.text_of("name");
  if (kind == SpanKind::internal) return name;
  const auto action = member_of(record, "aws", "operation");
  const std::string asked = action && kind == SpanKind::client ? action->as_text() : std::string();
  if (!asked.empty()) return asked;
  const std::string request = request_of(record);
  return request.empty() ? name : request;
}

/// What people note of a segment, so far as it is asked for.
AskedNames annotations_of(const JsonValue& record, SpanSet& set) {
  AskedNames asked(set);
  const auto annotations = set.name_by.is_asked() ? record.member("annotations") : std::nullopt;
  if (annotations) {
    annotations->for_each_member(
        [&](std::string_view key, const JsonValue& value) { asked.see(key, value); });
  }
  return asked;
}

void read_record(const JsonValue& record, const Segment& segment, std::uint64_t parent,
                 bool is_subsegment, SpanSet& set) {
  Span span;
  span.trace = segment.trace;
  span.id = span_id_of(record.text_of("id"));
  span.parent = parent;
  span.kind = kind_of(record, is_subsegment);
  span.operation = set.names.intern(operation_name_of(operation_of(record, span.kind)));
  span.error = has_failed(record);
  const auto start = microseconds_of(record, "start_time");
  const auto end = microseconds_of(record, "end_time");
  if (start && end) {
    set_times_in_microseconds(span, start, *end - *start);
  } else {
    set_times_in_microseconds(span, {}, {});
  }
  if (const auto name = record.member("name"); name && calls_out(span.kind)) {
    SpanAttributeReader(set, span).see("peer.service", *name);
  }
  if (segment.alone) {
    if (set.sample.keeps(span.trace)) set.followers.push_back({span.trace, span.id});
  } else {
    segment.resource.apply(span);
  }
  name_as_asked(set, span, annotations_of(record, set),
                segment.alone ? nullptr : &segment.resource);
  const std::uint64_t id = span.id;
  keep_span(set, span);
  if (const auto parts = record.member("subsegments")) {
    parts->for_each([&](const JsonValue& part) { read_record(part, segment, id, true, set); });
  }
}

bool is_document(const JsonValue& value) {
  return value.member("trace_id") && value.member("id") && value.member("start_time");
}

void read_document(const JsonValue& document, SpanSet& set) {
  const TraceId trace = xray_trace_id_of(document.text_of("trace_id"));
  const std::uint64_t parent = span_id_of(document.text_of("parent_id"));
  if (is_flagged(document, "inferred")) {
    ++set.counts.inferred_segments;
    if (!set.sample.keeps(trace)) return;
    set.stand_ins.insert({trace, span_id_of(document.text_of("id")), parent});
    return;
  }
  ++set.counts.unweighted_segments;
  const ResourceReader resource = resource_of(document, set);
  const bool alone = document.text_of("type") == "subsegment";
  read_record(document, {trace, resource, alone}, parent, alone, set);
}

/// A document as it is, or as a text. False when it is none.
bool read_text_of_document(const JsonValue& found, JsonParser& parser, SpanSet& set) {
  const auto text = found.text();
  if (!text) {
    if (is_document(found)) read_document(found, set);
    return is_document(found);
  }
  auto document = parser.parse(*text);
  if (!document) {
    const MendedJson mended = mend_json(*text);
    document = parser.parse(mended.text);
    if (document) set.counts.unreadable_values += mended.values;
  }
  if (!document || !is_document(*document)) return false;
  read_document(*document, set);
  return true;
}

}  // namespace

bool is_xray_header(const JsonValue& value) {
  return value.text_of("format") == "json" && value.member("version") && !value.member("id");
}

XrayReading read_xray(const JsonValue& value, JsonParser& parser, SpanSet& set) {
  if (is_document(value)) {
    read_document(value, set);
    return XrayReading::read;
  }
  bool all_read = true;
  if (const auto document = value.member("Document")) {
    all_read = read_text_of_document(*document, parser, set);
  } else if (const auto segments = value.member("Segments"); segments && segments->is_array()) {
    segments->for_each([&](const JsonValue& segment) {
      const auto inside = segment.member("Document");
      all_read = inside && read_text_of_document(*inside, parser, set) && all_read;
    });
  } else {
    return XrayReading::no_xray;
  }
  return all_read ? XrayReading::read : XrayReading::unreadable_document;
}

}  // namespace rehearse
