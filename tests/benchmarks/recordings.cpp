#include "tests/benchmarks/recordings.hpp"

#include <fmt/format.h>

#include <array>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string_view>

#include "sim/hash.hpp"

namespace rehearse::bench {
namespace {

constexpr std::uint64_t traces_of_a_batch = 20;

constexpr std::array<std::string_view, 6> services{"gateway", "checkout", "cart",
                                                   "payment", "stock",    "mail"};

/// Who calls whom in every trace, each call seen from both sides; -1: from outside.
struct Call {
  int caller;
  int callee;
  std::string_view method;
  std::string_view path;
};
constexpr std::array<Call, 5> calls{{{0, 1, "POST", "/api/checkout"},
                                     {1, 2, "GET", "/api/carts/items"},
                                     {1, 3, "POST", "/api/payments"},
                                     {3, 4, "PUT", "/api/stock/reservations"},
                                     {1, 5, "POST", "/api/mails"}}};

/// What is recorded of one side of a call.
struct InventedSpan {
  std::uint64_t trace;
  std::uint64_t id;
  std::uint64_t parent;  // 0: none
  int service;
  int peer;
  const Call* call;
  bool server;
  std::uint64_t start;  // nanoseconds
  std::uint64_t end;
  std::uint64_t status;
};

std::uint64_t id_of(std::uint64_t trace, std::size_t number) {
  return mixed(trace * 64 + number) | 1;
}

/// Both sides of call `number` of a trace.
std::array<InventedSpan, 2> spans_of(std::uint64_t trace, std::size_t number) {
  const Call& call = calls[number];
  const std::uint64_t luck = mixed(trace * 8 + number);
  const std::uint64_t start = 1'700'000'000'000'000'000 + trace * 2'000'000 + number * 30'000;
  const std::uint64_t length = 1'000'000 + luck % 40'000'000;
  const std::uint64_t status = luck % 100 == 0 ? 503 : 200;
  // The span within which this call is made is the server side of the one that its caller got.
  std::uint64_t parent = 0;
  for (std::size_t above = 0; above < number; ++above) {
    if (calls[above].callee == call.caller) parent = id_of(trace, 2 * above + 1);
  }
  const std::uint64_t client = id_of(trace, 2 * number);
  const std::uint64_t server = id_of(trace, 2 * number + 1);
  return {{{trace, client, parent, call.caller, call.callee, &call, false, start, start + length,
            status},
           {trace, server, client, call.callee, call.caller, &call, true, start + 200'000,
            start + length - 200'000, status}}};
}

std::string trace_text(std::uint64_t trace) {
  return fmt::format("{:016x}{:016x}", mixed(trace), mixed(trace + 1));
}

std::string name_of(const InventedSpan& span) {
  return fmt::format("{} {}", span.call->method, span.call->path);
}

std::string address_of(int service) {
  return fmt::format("{}.shop.svc.cluster.local", services[static_cast<std::size_t>(service)]);
}

std::string pod_of(int service, std::uint64_t trace) {
  return fmt::format("{}-5d8f9c7b6d-{:03x}", services[static_cast<std::size_t>(service)],
                     mixed(trace / traces_of_a_batch) % 4);
}

/// The spans of one service in the traces of a batch.
template <class See>
void for_each_span_of(int service, std::uint64_t first_trace, const See& see) {
  for (std::uint64_t trace = first_trace; trace < first_trace + traces_of_a_batch; ++trace) {
    for (std::size_t number = 0; number < calls.size(); ++number) {
      for (const InventedSpan& span : spans_of(trace, number)) {
        if (span.service == service) see(span);
      }
    }
  }
}

void append_otlp_span(std::string& text, const InventedSpan& span) {
  fmt::format_to(
      std::back_inserter(text),
      R"({{"traceId":"{}","spanId":"{:016x}","parentSpanId":"{}","flags":257,"name":"{}",)"
      R"("kind":{},"startTimeUnixNano":"{}","endTimeUnixNano":"{}","attributes":[)"
      R"({{"key":"http.request.method","value":{{"stringValue":"{}"}}}},)"
      R"({{"key":"url.full","value":{{"stringValue":"http://{}:8080{}"}}}},)"
      R"({{"key":"server.address","value":{{"stringValue":"{}"}}}},)"
      R"({{"key":"http.response.status_code","value":{{"intValue":"{}"}}}},)"
      R"({{"key":"network.protocol.version","value":{{"stringValue":"1.1"}}}},)"
      R"({{"key":"thread.id","value":{{"intValue":"{}"}}}}],"status":{{{}}}}})",
      trace_text(span.trace), span.id, span.parent == 0 ? "" : fmt::format("{:016x}", span.parent),
      name_of(span), span.server ? 2 : 3, span.start, span.end, span.call->method,
      address_of(span.call->callee), span.call->path, address_of(span.call->callee), span.status,
      span.id % 64, span.status == 503 ? R"("code":2)" : "");
}

std::string otlp_line(std::uint64_t first_trace) {
  std::string line = R"({"resourceSpans":[)";
  for (int service = 0; service < std::ssize(services); ++service) {
    fmt::format_to(std::back_inserter(line),
                   R"({}{{"resource":{{"attributes":[)"
                   R"({{"key":"service.name","value":{{"stringValue":"{}"}}}},)"
                   R"({{"key":"k8s.pod.name","value":{{"stringValue":"{}"}}}},)"
                   R"({{"key":"service.version","value":{{"stringValue":"1.4.2"}}}},)"
                   R"({{"key":"telemetry.sdk.language","value":{{"stringValue":"java"}}}}]}},)"
                   R"("scopeSpans":[{{"scope":{{"name":"io.opentelemetry.tomcat"}},"spans":[)",
                   service == 0 ? "" : ",", services[static_cast<std::size_t>(service)],
                   pod_of(service, first_trace));
    for_each_span_of(service, first_trace, [&](const InventedSpan& span) {
      if (line.back() != '[') line += ',';
      append_otlp_span(line, span);
    });
    line += "]}]}";
  }
  return line + "]}\n";
}

void append_jaeger_span(std::string& text, const InventedSpan& span) {
  const std::string trace = trace_text(span.trace);
  const std::string reference =
      span.parent == 0
          ? ""
          : fmt::format(R"({{"refType":"CHILD_OF","traceID":"{}","spanID":"{:016x}"}})", trace,
                        span.parent);
  fmt::format_to(std::back_inserter(text),
                 R"({{"traceID":"{}","spanID":"{:016x}","operationName":"{}","references":[{}],)"
                 R"("startTime":{},"duration":{},"tags":[)"
                 R"({{"key":"span.kind","type":"string","value":"{}"}},)"
                 R"({{"key":"http.method","type":"string","value":"{}"}},)"
                 R"({{"key":"http.url","type":"string","value":"http://{}:8080{}"}},)"
                 R"({{"key":"http.status_code","type":"int64","value":{}}},)"
                 R"({{"key":"server.address","type":"string","value":"{}"}},)"
                 R"({{"key":"internal.span.format","type":"string","value":"otlp"}}],)"
                 R"("logs":[],"processID":"p{}","warnings":null}})",
                 trace, span.id, name_of(span), reference, span.start / 1000,
                 (span.end - span.start) / 1000, span.server ? "server" : "client",
                 span.call->method, address_of(span.call->callee), span.call->path, span.status,
                 address_of(span.call->callee), span.service);
}

std::string jaeger_trace(std::uint64_t trace) {
  std::string text = fmt::format(R"({{"traceID":"{}","spans":[)", trace_text(trace));
  for (std::size_t number = 0; number < calls.size(); ++number) {
    for (const InventedSpan& span : spans_of(trace, number)) {
      if (text.back() != '[') text += ',';
      append_jaeger_span(text, span);
    }
  }
  text += R"(],"processes":{)";
  for (int service = 0; service < std::ssize(services); ++service) {
    fmt::format_to(std::back_inserter(text),
                   R"({}"p{}":{{"serviceName":"{}","tags":[)"
                   R"({{"key":"hostname","type":"string","value":"{}"}}]}})",
                   service == 0 ? "" : ",", service, services[static_cast<std::size_t>(service)],
                   pod_of(service, trace));
  }
  return text + R"(},"warnings":null})";
}

void append_varint(std::string& bytes, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) bytes += static_cast<char>(value | 0x80);
  bytes += static_cast<char>(value);
}

void append_number(std::string& bytes, unsigned field, std::uint64_t value) {
  append_varint(bytes, field << 3);
  append_varint(bytes, value);
}

void append_eight_bytes(std::string& bytes, unsigned field, std::uint64_t value) {
  append_varint(bytes, field << 3 | 1);
  for (int i = 0; i < 8; ++i) bytes += static_cast<char>(value >> (8 * i));
}

void append_text(std::string& bytes, unsigned field, std::string_view text) {
  append_varint(bytes, field << 3 | 2);
  append_varint(bytes, text.size());
  bytes += text;
}

std::string highest_first(std::uint64_t number) {
  std::string bytes;
  for (int i = 7; i >= 0; --i) bytes += static_cast<char>(number >> (8 * i));
  return bytes;
}

void append_pair(std::string& bytes, unsigned field, std::string_view key,
                 const std::string& value) {
  std::string pair;
  append_text(pair, 1, key);
  append_text(pair, 2, value);
  append_text(bytes, field, pair);
}

void append_attribute(std::string& bytes, unsigned field, std::string_view key,
                      std::string_view said) {
  std::string value;
  append_text(value, 1, said);
  append_pair(bytes, field, key, value);
}

void append_attribute(std::string& bytes, unsigned field, std::string_view key,
                      std::uint64_t said) {
  std::string value;
  append_number(value, 3, said);
  append_pair(bytes, field, key, value);
}

std::string protobuf_span(const InventedSpan& span) {
  std::string bytes;
  append_text(bytes, 1, highest_first(mixed(span.trace)) + highest_first(mixed(span.trace + 1)));
  append_text(bytes, 2, highest_first(span.id));
  if (span.parent != 0) append_text(bytes, 4, highest_first(span.parent));
  append_text(bytes, 5, name_of(span));
  append_number(bytes, 6, span.server ? 2 : 3);
  append_eight_bytes(bytes, 7, span.start);
  append_eight_bytes(bytes, 8, span.end);
  append_attribute(bytes, 9, "http.request.method", span.call->method);
  append_attribute(bytes, 9, "url.full",
                   fmt::format("http://{}:8080{}", address_of(span.call->callee), span.call->path));
  append_attribute(bytes, 9, "server.address", address_of(span.call->callee));
  append_attribute(bytes, 9, "http.response.status_code", span.status);
  append_attribute(bytes, 9, "network.protocol.version", "1.1");
  append_attribute(bytes, 9, "thread.id", span.id % 64);
  std::string status;
  if (span.status == 503) append_number(status, 3, 2);
  append_text(bytes, 15, status);
  return bytes;
}

std::string protobuf_batch(std::uint64_t first_trace) {
  std::string batch;
  for (int service = 0; service < std::ssize(services); ++service) {
    std::string resource;
    append_attribute(resource, 1, "service.name", services[static_cast<std::size_t>(service)]);
    append_attribute(resource, 1, "k8s.pod.name", pod_of(service, first_trace));
    append_attribute(resource, 1, "service.version", "1.4.2");
    std::string scope;
    for_each_span_of(service, first_trace,
                     [&](const InventedSpan& span) { append_text(scope, 2, protobuf_span(span)); });
    std::string of_resource;
    append_text(of_resource, 1, resource);
    append_text(of_resource, 2, scope);
    append_text(batch, 1, of_resource);
  }
  return batch;
}

/// Writes what `piece` makes of the first trace of each until there are enough bytes.
template <class Piece>
Recording written(const std::string& path, std::uint64_t bytes, std::uint64_t traces_of_piece,
                  std::string_view between, const Piece& piece) {
  std::ofstream file(path, std::ios::binary | std::ios::app);
  Recording recording{path, static_cast<std::uint64_t>(file.tellp()), 0};
  for (std::uint64_t trace = 1; recording.bytes < bytes; trace += traces_of_piece) {
    std::string text = trace == 1 ? std::string() : std::string(between);
    text += piece(trace);
    file << text;
    recording.bytes += text.size();
    recording.spans += traces_of_piece * 2 * calls.size();
  }
  if (!file.flush()) throw std::runtime_error("cannot write " + path);
  return recording;
}

}  // namespace

Recording write_otlp_json(const std::string& path, std::uint64_t bytes) {
  return written(path, bytes, traces_of_a_batch, "", otlp_line);
}

Recording write_otlp_protobuf(const std::string& path, std::uint64_t bytes) {
  return written(path, bytes, traces_of_a_batch, "", protobuf_batch);
}

Recording write_jaeger_json(const std::string& path, std::uint64_t bytes) {
  constexpr std::string_view beginning = R"({"data":[)";
  constexpr std::string_view end = R"(],"total":0,"limit":0,"offset":0,"errors":null})";
  std::ofstream(path, std::ios::binary) << beginning;
  Recording recording = written(path, bytes, 1, ",", jaeger_trace);
  std::ofstream(path, std::ios::binary | std::ios::app) << end;
  recording.bytes += end.size();
  return recording;
}

}  // namespace rehearse::bench
