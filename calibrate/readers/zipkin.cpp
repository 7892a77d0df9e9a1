#include "calibrate/readers/zipkin.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "calibrate/readers/attributes.hpp"
#include "calibrate/readers/identifiers.hpp"

namespace rehearse {
namespace {

using Microseconds = std::optional<std::int64_t>;

Microseconds microseconds_of(const JsonValue& record, std::string_view key) {
  const auto value = record.member(key);
  return value ? value->integer() : std::nullopt;
}

/// Zipkin writes an unknown time as none or as zero.
Microseconds timestamp_of(const JsonValue& record) {
  const Microseconds timestamp = microseconds_of(record, "timestamp");
  return timestamp.value_or(0) > 0 ? timestamp : std::nullopt;
}

bool is_message(SpanKind kind) {
  return kind == SpanKind::producer || kind == SpanKind::consumer;
}

/// What a record says of one side of a call, as it is gathered.
class SideReader {
 public:
  SideReader(const JsonValue& record, SpanSet& set)
      : set_(set), resource_(set), attributes_(set, span_) {
    span_.trace = trace_id_of(record.text_of("traceId"));
    span_.id = span_id_of(record.text_of("id"));
    span_.parent = span_id_of(record.text_of("parentId"));
    if (span_.parent == span_.id) span_.parent = 0;
    name_ = record.text_of("name");
  }
  SideReader(const SideReader&) = delete;
  SideReader& operator=(const SideReader&) = delete;

  /// Where the side was recorded. The port is left out: one instance calls from many.
  void see_own(const JsonValue& endpoint) {
    if (const auto service = endpoint.member("serviceName"))
      resource_.see("service.name", *service);
    for (const std::string_view address : {"ipv4", "ipv6"}) {
      if (const auto ip = endpoint.member(address)) resource_.see("ip", *ip);
    }
  }

  /// Exporters of OpenTelemetry put what is said of the process among the tags. Only there do names
  /// hold a dot: a plain "ip" may be of anyone.
  void see_tag(std::string_view key, const JsonValue& value) {
    if (key == "error") {
      span_.error = span_.error || value.boolean().value_or(true);
      return;
    }
    if (key.find('.') != std::string_view::npos) resource_.see(key, value);
    attributes_.see(key, value);
  }

  /// Whom the side called. What kind of thing that is, where a tag says it, tells more than how it
  /// is addressed.
  void see_remote(const JsonValue& endpoint) {
    const auto service = endpoint.member("serviceName");
    if (!service) return;
    attributes_.see("server.address", *service);
    knows_remote_ = knows_remote_ || !service->as_text().empty();
  }

  void set_kind(SpanKind kind) { span_.kind = kind; }
  SpanKind kind() const { return span_.kind; }

  void keep(Microseconds start, Microseconds duration) {
    resource_.apply(span_);
    if (span_.kind == SpanKind::unknown && span_.service != 0 && knows_remote_) {
      span_.kind = SpanKind::client;
    }
    attributes_.name_operation(name_);
    name_as_asked(set_, span_, attributes_.asked(), &resource_);
    if (is_message(span_.kind) && !duration) duration = 0;
    set_times_in_microseconds(span_, start, duration);
    if (const auto count = attributes_.adjusted_count()) take_adjusted_count(set_, span_, *count);
    keep_span(set_, span_);
  }

 private:
  SpanSet& set_;
  Span span_;
  std::string name_;
  ResourceReader resource_;
  SpanAttributeReader attributes_;
  bool knows_remote_ = false;
};

void read_second_version(const JsonValue& record, SpanSet& set) {
  SideReader side(record, set);
  if (const auto endpoint = record.member("localEndpoint")) side.see_own(*endpoint);
  if (const auto tags = record.member("tags")) {
    tags->for_each_member(
        [&](std::string_view key, const JsonValue& value) { side.see_tag(key, value); });
  }
  const std::string kind = record.text_of("kind");
  if (!kind.empty()) side.set_kind(span_kind_of(kind));
  // Only the side that was called joins a span that another one began.
  const auto shared = record.member("shared");
  const bool joined = shared && shared->boolean().value_or(false);
  if (joined && side.kind() == SpanKind::unknown) side.set_kind(SpanKind::server);
  const auto remote = record.member("remoteEndpoint");
  if (remote && !is_called(side.kind())) side.see_remote(*remote);
  side.keep(timestamp_of(record), microseconds_of(record, "duration"));
}

/// Version 1 says what happened when, and where, to whichever sides of a call a record is of.
struct Side {
  SpanKind kind = SpanKind::unknown;
  bool seen = false;
  std::optional<JsonValue> endpoint;
  Microseconds start;
  Microseconds end;
};

/// An annotation that begins or ends a side of a call.
struct CoreAnnotation {
  std::string_view value;
  SpanKind kind;
  bool begins;
};
constexpr std::array<CoreAnnotation, 8> core_annotations{{{"cs", SpanKind::client, true},
                                                          {"cr", SpanKind::client, false},
                                                          {"sr", SpanKind::server, true},
                                                          {"ss", SpanKind::server, false},
                                                          {"ms", SpanKind::producer, true},
                                                          {"ws", SpanKind::producer, false},
                                                          {"wr", SpanKind::consumer, true},
                                                          {"mr", SpanKind::consumer, false}}};

/// The side that calls before the one that is called.
using Sides = std::array<Side, 4>;

std::optional<JsonValue> endpoint_of(const JsonValue& annotation) {
  auto endpoint = annotation.member("endpoint");
  if (endpoint && !endpoint->is_object()) endpoint.reset();
  return endpoint;
}

Sides find_sides(const JsonValue& record) {
  Sides sides;
  sides[0].kind = SpanKind::client;
  sides[1].kind = SpanKind::producer;
  sides[2].kind = SpanKind::server;
  sides[3].kind = SpanKind::consumer;
  const auto annotations = record.member("annotations");
  if (!annotations) return sides;
  annotations->for_each([&](const JsonValue& annotation) {
    const std::string value = annotation.text_of("value");
    const auto core = std::find_if(core_annotations.begin(), core_annotations.end(),
                                   [&](const CoreAnnotation& one) { return one.value == value; });
    const Microseconds when = timestamp_of(annotation);
    if (core == core_annotations.end() || !when) return;
    Side& side = *std::find_if(sides.begin(), sides.end(),
                               [&](const Side& one) { return one.kind == core->kind; });
    side.seen = true;
    if (!side.endpoint) side.endpoint = endpoint_of(annotation);
    if (core->begins && !side.start) side.start = when;
    if (!core->begins) side.end = when;
  });
  return sides;
}

bool same_member(const JsonValue& a, const JsonValue& b, std::string_view key) {
  return a.text_of(key) == b.text_of(key);
}

/// How much the endpoint of an annotation looks like that of a side: 2 wholly, 1 the service.
int likeness(const JsonValue& endpoint, const Side& side) {
  if (!side.endpoint || !same_member(endpoint, *side.endpoint, "serviceName")) return 0;
  for (const std::string_view key : {"ipv4", "ipv6", "port"}) {
    if (!same_member(endpoint, *side.endpoint, key)) return 1;
  }
  return 2;
}

/// The addresses of both sides, and where work was recorded that is no side of a call.
struct Addresses {
  std::optional<JsonValue> client;
  std::optional<JsonValue> server;
  std::optional<JsonValue> local;
};

Addresses find_addresses(const JsonValue& record) {
  Addresses found;
  if (const auto tags = record.member("binaryAnnotations")) {
    tags->for_each([&](const JsonValue& tag) {
      const auto endpoint = endpoint_of(tag);
      if (!endpoint) return;
      const std::string key = tag.text_of("key");
      std::optional<JsonValue>& slot = key == "ca"   ? found.client
                                       : key == "sa" ? found.server
                                                     : found.local;
      if (!slot || key == "lc") slot = endpoint;
    });
  }
  if (const auto annotations = record.member("annotations"); annotations && !found.local) {
    annotations->for_each([&](const JsonValue& annotation) {
      if (!found.local) found.local = endpoint_of(annotation);
    });
  }
  return found;
}

/// The tags that were recorded where `side` was, or at no side in particular.
void see_tags(const JsonValue& record, const Side& side, const Side* other, SideReader& reader) {
  const auto tags = record.member("binaryAnnotations");
  if (!tags) return;
  tags->for_each([&](const JsonValue& tag) {
    const std::string key = tag.text_of("key");
    const auto value = tag.member("value");
    if (!value || key == "ca" || key == "sa" || key == "lc") return;
    const auto endpoint = endpoint_of(tag);
    if (other && endpoint && likeness(*endpoint, *other) > likeness(*endpoint, side)) return;
    reader.see_tag(key, *value);
  });
}

/// When a side began and how long it took. `owns`: the times of the record itself are this side's.
std::pair<Microseconds, Microseconds> times_of(const JsonValue& record, const Side& side,
                                               bool owns) {
  const Microseconds whole_start = owns ? timestamp_of(record) : std::nullopt;
  const Microseconds whole_duration = owns ? microseconds_of(record, "duration") : std::nullopt;
  if (whole_start && whole_duration.value_or(0) > 0) return {whole_start, whole_duration};
  const Microseconds start = side.start ? side.start : whole_start;
  // A consumer may say no more than that it got the message.
  if (!start && is_message(side.kind)) return {side.end, 0};
  if (start && side.end) return {start, *side.end - *start};
  return {start, whole_duration};
}

void keep_side(const JsonValue& record, const Side& side, const Side* other,
               const Addresses& addresses, SpanSet& set) {
  SideReader reader(record, set);
  if (side.endpoint) reader.see_own(*side.endpoint);
  see_tags(record, side, other, reader);
  if (side.kind != SpanKind::unknown) reader.set_kind(side.kind);
  if (addresses.server && !is_called(reader.kind())) reader.see_remote(*addresses.server);
  const bool owns = !other || !is_called(side.kind);
  const auto [start, duration] = times_of(record, side, owns);
  reader.keep(start, duration);
}

/// Work that says of no side of a call when it began or ended: local, or known by its addresses.
void read_without_sides(const JsonValue& record, const Addresses& addresses, SpanSet& set) {
  Side side;
  side.endpoint = addresses.local;
  if (addresses.client && addresses.server) {
    side.endpoint = addresses.client;
  } else if (addresses.client) {
    side.kind = SpanKind::server;
  }
  keep_side(record, side, nullptr, addresses, set);
}

void read_first_version(const JsonValue& record, SpanSet& set) {
  Sides sides = find_sides(record);
  const Addresses addresses = find_addresses(record);
  const auto not_seen = [](const Side& side) { return !side.seen; };
  Side* const first = std::find_if_not(sides.begin(), sides.end(), not_seen);
  if (first == sides.end()) return read_without_sides(record, addresses, set);
  Side* const second = std::find_if_not(first + 1, sides.end(), not_seen);
  if (second == sides.end()) {
    if (!first->endpoint) first->endpoint = addresses.local;
    return keep_side(record, *first, nullptr, addresses, set);
  }
  keep_side(record, *first, second, addresses, set);
  keep_side(record, *second, first, addresses, set);
}

bool is_first_version(const JsonValue& record) {
  const auto local = record.member("localEndpoint");
  if (local && local->is_object()) return false;
  const auto tags = record.member("binaryAnnotations");
  if (tags && tags->is_array()) return true;
  bool has_endpoint = false;
  if (const auto annotations = record.member("annotations")) {
    annotations->for_each([&](const JsonValue& annotation) {
      has_endpoint = has_endpoint || endpoint_of(annotation);
    });
  }
  return has_endpoint;
}

bool is_zipkin_span(const JsonValue& record) {
  if (!record.is_object() || record.member("spanId") || record.member("spanID")) return false;
  if (record.member("traceId") && record.member("id")) return true;
  return record.member("localEndpoint") || record.member("binaryAnnotations");
}

}  // namespace

bool read_zipkin_span(const JsonValue& record, SpanSet& set) {
  if (!is_zipkin_span(record)) return false;
  if (is_first_version(record)) {
    read_first_version(record, set);
  } else {
    read_second_version(record, set);
  }
  return true;
}

}  // namespace rehearse
