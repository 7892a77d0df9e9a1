#include <fmt/format.h>

#include "sim/random/random_stream.hpp"
#include "tests/unit/calibrate/trace_support.hpp"

namespace rehearse {
namespace {

/// One span of simulated traffic, to be written in any format. A called span has the number of the
/// calling one, plus one.
struct Recorded {
  int trace = 0;
  int id = 0;
  int parent = 0;
  SpanKind kind = SpanKind::unknown;
  const char* service = "";
  std::string address;
  const char* operation = "";
  long start = 0;  // microseconds
  long duration = 0;
  bool failed = false;
  const char* peer = "";
};

/// Requests to a shop: it asks one of two instances of the stock, which asks a database that
/// records nothing, and sends a message, which is worked on later. Some calls fail.
std::vector<Recorded> simulated_traffic() {
  RandomStream luck(ReplicationSeed{5}.key(), 0, 0);
  std::vector<Recorded> spans;
  const auto add = [&](const Recorded& span) { spans.push_back(span); };
  for (int trace = 1; trace <= 60; ++trace) {
    const auto up_to = [&](std::uint64_t most) { return static_cast<long>(luck.below(most)); };
    const long at = 1'600'000'000'000'000 + trace * 50'000L + up_to(9'000);
    const long query = 1'000 + up_to(4'000);
    const bool failed = luck.below(5) == 0;
    const std::string stock = "10.0.1." + std::to_string(1 + luck.below(2));
    add({trace, 1, 0, SpanKind::server, "shop", "10.0.0.1", "get /", at, query + 9'000, false, ""});
    add({trace, 2, 1, SpanKind::client, "shop", "10.0.0.1", "get /stock", at + 1'000, query + 4'000,
         failed, ""});
    add({trace, 3, 2, SpanKind::server, "stock", stock, "get /stock", at + 2'000, query + 2'000,
         failed, ""});
    add({trace, 4, 3, SpanKind::client, "stock", stock, "select", at + 3'000, query, false,
         "rows-db"});
    add({trace, 5, 1, SpanKind::producer, "shop", "10.0.0.1", "send", at + query + 6'000, 200,
         false, "orders"});
    add({trace, 6, 5, SpanKind::consumer, "mail", "10.0.2.1", "send", at + query + 30'000,
         2'000 + up_to(900), false, ""});
    add({trace, 7, 6, SpanKind::unknown, "mail", "10.0.2.1", "render", at + query + 30'100, 500,
         false, ""});
  }
  return spans;
}

std::string number_of(SpanKind kind) {
  switch (kind) {
    case SpanKind::unknown:
    case SpanKind::internal:
      return "";
    case SpanKind::server:
      return "2";
    case SpanKind::client:
      return "3";
    case SpanKind::producer:
      return "4";
    case SpanKind::consumer:
      return "5";
  }
  return "";
}

std::string word_of(SpanKind kind) {
  switch (kind) {
    case SpanKind::unknown:
    case SpanKind::internal:
      return "";
    case SpanKind::server:
      return "SERVER";
    case SpanKind::client:
      return "CLIENT";
    case SpanKind::producer:
      return "PRODUCER";
    case SpanKind::consumer:
      return "CONSUMER";
  }
  return "";
}

std::string as_otlp(const std::vector<Recorded>& spans) {
  const auto attribute = [](const std::string& key, const std::string& value) {
    return fmt::format(R"({{"key":"{}","value":{{"stringValue":"{}"}}}})", key, value);
  };
  std::string lines;
  for (const Recorded& span : spans) {
    lines += fmt::format(
        R"({{"resourceSpans":[{{"resource":{{"attributes":[{},{}]}},"scopeSpans":[{{"spans":[{{)"
        R"("traceId":"{:032x}","spanId":"{:016x}","parentSpanId":"{}","name":"{}","kind":"{}",)"
        R"("startTimeUnixNano":"{}000","endTimeUnixNano":"{}000","attributes":[{}],)"
        R"("status":{{"code":{}}}}}]}}]}}]}})"
        "\n",
        attribute("service.name", span.service), attribute("ip", span.address), span.trace, span.id,
        span.parent == 0 ? "" : fmt::format("{:016x}", span.parent), span.operation,
        number_of(span.kind), span.start, span.start + span.duration,
        attribute("server.address", span.peer), span.failed ? 2 : 0);
  }
  return lines;
}

/// `id`, or under `sharing` that of the calling side where it is the one that was called.
int shared_id(int id, bool sharing) {
  return sharing && id == 3 ? 2 : id;
}

std::string as_zipkin(const std::vector<Recorded>& spans, bool sharing) {
  std::string list;
  for (const Recorded& span : spans) {
    const bool joins = sharing && span.id == 3;
    const int parent = joins ? 1 : shared_id(span.parent, sharing);
    list += fmt::format(
        R"({}{{"traceId":"{:032x}","id":"{:016x}","name":"{}","timestamp":{},"duration":{},)"
        R"("localEndpoint":{{"serviceName":"{}","ipv4":"{}"}})",
        list.empty() ? "[" : ",\n", span.trace, shared_id(span.id, sharing), span.operation,
        span.start, span.duration, span.service, span.address);
    if (parent != 0) list += fmt::format(R"(,"parentId":"{:016x}")", parent);
    if (span.kind != SpanKind::unknown) list += fmt::format(R"(,"kind":"{}")", word_of(span.kind));
    if (*span.peer) list += fmt::format(R"(,"remoteEndpoint":{{"serviceName":"{}"}})", span.peer);
    if (span.failed) list += R"(,"tags":{"error":"out of stock"})";
    if (joins) list += R"(,"shared":true)";
    list += "}";
  }
  return list + "]";
}

/// The annotations of version 1 that say when a side began and ended.
std::pair<const char*, const char*> moments_of(SpanKind kind) {
  switch (kind) {
    case SpanKind::unknown:
    case SpanKind::internal:
      return {"", ""};
    case SpanKind::client:
      return {"cs", "cr"};
    case SpanKind::server:
      return {"sr", "ss"};
    case SpanKind::producer:
      return {"ms", "ws"};
    case SpanKind::consumer:
      return {"wr", "mr"};
  }
  return {"", ""};
}

/// Both sides of a call or of a message in one record, as Zipkin of version 1 stores them.
std::string as_first_zipkin(const std::vector<Recorded>& spans, bool with_times) {
  const auto id_of_record = [](int id) { return id == 3 || id == 6 ? id - 1 : id; };
  std::string list;
  for (const Recorded& span : spans) {
    if (id_of_record(span.id) != span.id) continue;
    std::string annotations;
    std::string tags;
    for (const Recorded& side : spans) {
      if (side.trace != span.trace || id_of_record(side.id) != span.id) continue;
      const auto endpoint = fmt::format(R"("endpoint":{{"serviceName":"{}","ipv4":"{}"}})",
                                        side.service, side.address);
      const auto [begins, ends] = moments_of(side.kind);
      if (side.kind == SpanKind::unknown) {
        tags += fmt::format(R"(,{{"key":"lc","value":"",{}}})", endpoint);
      } else {
        annotations += fmt::format(
            R"({}{{"value":"{}","timestamp":{},{}}},{{"value":"{}","timestamp":{},{}}})",
            annotations.empty() ? "" : ",", begins, side.start, endpoint, ends,
            side.start + side.duration, endpoint);
      }
      if (*side.peer) {
        tags += fmt::format(R"(,{{"key":"sa","value":true,"endpoint":{{"serviceName":"{}"}}}})",
                            side.peer);
      }
      if (side.failed) tags += fmt::format(R"(,{{"key":"error","value":"no",{}}})", endpoint);
    }
    list += fmt::format(R"({}{{"traceId":"{:032x}","id":"{:016x}","name":"{}")",
                        list.empty() ? "[" : ",\n", span.trace, span.id, span.operation);
    if (span.parent != 0) {
      list += fmt::format(R"(,"parentId":"{:016x}")", id_of_record(span.parent));
    }
    if (with_times || annotations.empty()) {
      list += fmt::format(R"(,"timestamp":{},"duration":{})", span.start, span.duration);
    }
    list += fmt::format(R"(,"annotations":[{}],"binaryAnnotations":[{}]}})", annotations,
                        tags.empty() ? tags : tags.substr(1));
  }
  return list + "]";
}

/// The documents of X-Ray, one a line: segments of the called sides, each with its calls and with
/// what X-Ray infers from those to a peer that records nothing. X-Ray knows no messages.
std::string as_xray(const std::vector<Recorded>& spans) {
  const auto document = [](const Recorded& span, const std::string& name, const std::string& more) {
    return fmt::format(
        R"({{"id":"{:016x}","name":"{}","start_time":{:.6f},"end_time":{:.6f}{}{}}})", span.id,
        name, static_cast<double>(span.start) / 1e6,
        static_cast<double>(span.start + span.duration) / 1e6,
        span.failed ? R"(,"fault":true)" : "", more);
  };
  std::string lines;
  for (const Recorded& segment : spans) {
    if (segment.kind != SpanKind::server) continue;
    const std::string trace = fmt::format(R"(,"trace_id":"1-{:08x}-{:024x}")", 0, segment.trace);
    std::string calls;
    for (const Recorded& call : spans) {
      if (call.trace != segment.trace || call.parent != segment.id) continue;
      const std::string name = *call.peer ? call.peer : "stock";
      const std::string asked =
          *call.peer
              ? fmt::format(R"(,"namespace":"aws","aws":{{"operation":"{}"}})", call.operation)
              : R"(,"namespace":"remote",)"
                R"("http":{"request":{"method":"get","url":"http://s/stock"}})";
      calls += (calls.empty() ? "" : ",") + document(call, name, asked);
      if (!*call.peer) continue;
      Recorded inferred = call;
      inferred.id += 100;
      lines += document(inferred, name,
                        trace + fmt::format(R"(,"inferred":true,"parent_id":"{:016x}")", call.id)) +
               "\n";
    }
    const std::string path = std::string(segment.operation).substr(4);
    std::string more = trace + fmt::format(R"(,"aws":{{"eks":{{"pod":"{}"}}}})", segment.address) +
                       fmt::format(R"(,"http":{{"request":{{"method":"get","url":"{}"}}}})", path) +
                       fmt::format(R"(,"subsegments":[{}])", calls);
    if (segment.parent != 0) more += fmt::format(R"(,"parent_id":"{:016x}")", segment.parent);
    lines += document(segment, segment.service, more) + "\n";
  }
  return lines;
}

std::string lower_case_of(std::string word) {
  for (char& letter : word) letter = static_cast<char>(letter | 0x20);
  return word;
}

/// As tracers send it to the agent: a list of traces, which are lists of spans. The operation is
/// the resource; of a database it is the name, as the resource is the query.
std::string as_datadog(const std::vector<Recorded>& spans) {
  std::string traces;
  int trace = 0;
  for (const Recorded& span : spans) {
    traces += span.trace != trace ? (trace == 0 ? "[[" : "],\n[") : ",";
    trace = span.trace;
    const bool query = span.kind == SpanKind::client && *span.peer;
    std::string meta = fmt::format(R"("pod_name":"{}")", span.address);
    if (span.kind != SpanKind::unknown) {
      meta += fmt::format(R"(,"span.kind":"{}")", lower_case_of(word_of(span.kind)));
    }
    if (*span.peer) meta += fmt::format(R"(,"peer.service":"{}")", span.peer);
    if (span.failed) meta += R"(,"error.message":"out of stock")";
    traces += fmt::format(
        R"({{"trace_id":{},"span_id":{},"parent_id":{},"service":"{}","name":"{}","resource":"{}",)"
        R"("type":"{}","start":{}000,"duration":{}000,"error":{},"meta":{{{}}}}})",
        span.trace, span.id, span.parent, span.service, query ? span.operation : "some.library",
        query ? "select * from rows" : span.operation, query ? "sql" : "custom", span.start,
        span.duration, span.failed ? 1 : 0, meta);
  }
  return traces + "]]";
}

ModelSpec learned_from(const std::string& content) {
  const test::TemporaryFile file(content);
  ModelSpec model = calibrate({file.path()}, {}).model;
  model.provenance.sources.clear();
  return model;
}

}  // namespace

TEST_CASE("the same traffic gives the same model as OTLP, as Zipkin and as Datadog",
          "[calibrate]") {
  const std::vector<Recorded> traffic = simulated_traffic();

  const ModelSpec model = learned_from(as_otlp(traffic));

  CHECK(model.services.size() == 4);  // with the database
  CHECK(model.services.at("stock").instances == 2);
  CHECK(learned_from(as_zipkin(traffic, false)) == model);
  CHECK(learned_from(as_zipkin(traffic, true)) == model);
  CHECK(learned_from(as_first_zipkin(traffic, true)) == model);
  CHECK(learned_from(as_first_zipkin(traffic, false)) == model);
  CHECK(learned_from(as_datadog(traffic)) == model);
}

TEST_CASE("the same calls give the same model as OTLP and as X-Ray", "[calibrate]") {
  std::vector<Recorded> traffic = simulated_traffic();
  std::erase_if(traffic, [](const Recorded& span) { return span.id > 4; });

  const ModelSpec model = learned_from(as_otlp(traffic));

  CHECK(model.services.size() == 3);  // with the database
  CHECK(model.services.at("stock").instances == 2);
  CHECK(learned_from(as_xray(traffic)) == model);
}

TEST_CASE("traffic that is a little slower gives another model", "[calibrate]") {
  std::vector<Recorded> traffic = simulated_traffic();
  const ModelSpec model = learned_from(as_otlp(traffic));

  for (Recorded& span : traffic) span.duration += span.id == 4 ? 100 : 0;

  CHECK_FALSE(learned_from(as_zipkin(traffic, true)) == model);
  CHECK_FALSE(learned_from(as_datadog(traffic)) == model);
}

}  // namespace rehearse
