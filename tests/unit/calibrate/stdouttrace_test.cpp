#include <string>

#include "sim/error.hpp"
#include "tests/unit/calibrate/trace_support.hpp"

namespace rehearse {
namespace {

using test::read_text;

const std::string by_go = R"({
  "Name": "GET /carts/450",
  "SpanContext": {"TraceID":"0af7651916cd43dd8448eb211c80319c","SpanID":"b7ad6b7169203331",
                  "TraceFlags":"01","TraceState":"ot=th:8","Remote":false},
  "Parent": {"TraceID":"0af7651916cd43dd8448eb211c80319c","SpanID":"00f067aa0ba902b7",
             "TraceFlags":"01","TraceState":"","Remote":true},
  "SpanKind": 2,
  "StartTime": "2024-01-02T05:04:05.000000001+02:00",
  "EndTime": "2024-01-02T05:04:05.000001001+02:00",
  "Attributes": [{"Key":"http.response.status_code","Value":{"Type":"INT64","Value":503}},
                 {"Key":"peer.service","Value":{"Type":"STRING","Value":"cart"}},
                 {"Key":"ports","Value":{"Type":"INT64SLICE","Value":[1,2]}}],
  "Events": [{"Name":"e","Attributes":null,"DroppedAttributeCount":0,
              "Time":"2024-01-02T05:04:05Z"}],
  "Links": null,
  "Status": {"Code":"Unset","Description":""},
  "DroppedAttributes": 0, "DroppedEvents": 0, "DroppedLinks": 0, "ChildSpanCount": 1,
  "Resource": [{"Key":"service.name","Value":{"Type":"STRING","Value":"front"}},
               {"Key":"k8s.pod.name","Value":{"Type":"STRING","Value":"front-1"}}],
  "InstrumentationLibrary": {"Name":"shop","Version":"","SchemaURL":""}
}
)";

const std::string by_python = R"({
    "name": "charge",
    "context": {
        "trace_id": "0x0af7651916cd43dd8448eb211c80319c",
        "span_id": "0x00f067aa0ba902b7",
        "trace_state": "[]"
    },
    "kind": "SpanKind.CLIENT",
    "parent_id": null,
    "start_time": "2024-01-02T03:04:05.000001Z",
    "end_time": "2024-01-02T03:04:05.000004Z",
    "status": {"status_code": "ERROR", "description": "refused"},
    "attributes": {"peer.service": "payment", "http.route": "/charge"},
    "events": [], "links": [],
    "resource": {"attributes": {"service.name": "checkout", "service.version": "1.2"},
                 "schema_url": ""}
}
)";

/// 2024-01-02T03:04:05Z: 19,724 days, three hours, four minutes and five seconds after 1970.
constexpr std::int64_t moment = (19'724LL * 86'400 + 3 * 3'600 + 4 * 60 + 5) * 1'000'000'000;

/// A span printed by Go with what is needed, and `more` members.
std::string small(const std::string& more) {
  return R"({"Name":"n","SpanContext":{"TraceID":"aa","SpanID":"1"},)"
         R"("StartTime":"2024-01-02T03:04:05Z","EndTime":"2024-01-02T03:04:06Z")" +
         more + "}";
}

}  // namespace

TEST_CASE("a span that Go printed is read with its fields", "[calibrate]") {
  const SpanSet set = read_text(by_go);

  REQUIRE(set.spans.size() == 1);
  const Span& span = set.spans[0];
  CHECK(span.trace == TraceId{0x0af7651916cd43dd, 0x8448eb211c80319c});
  CHECK(span.id == 0xb7ad6b7169203331);
  CHECK(span.parent == 0x00f067aa0ba902b7);
  CHECK(span.start == moment + 1);
  CHECK(span.duration() == 1'000);
  CHECK(span.kind == SpanKind::server);
  CHECK(span.error);
  CHECK(span.adjusted_count == 2);
  CHECK(set.names.text(span.operation) == "GET /carts/{id}");
  CHECK(set.names.text(span.service) == "front");
  CHECK(set.names.text(span.instance) == "front-1");
  CHECK(set.names.text(span.peer) == "cart");
  CHECK(set.counts.first_left_out.file.empty());
}

TEST_CASE("a span that Python printed is read with its fields", "[calibrate]") {
  const SpanSet set = read_text(by_python);

  REQUIRE(set.spans.size() == 1);
  const Span& span = set.spans[0];
  CHECK(span.trace == TraceId{0x0af7651916cd43dd, 0x8448eb211c80319c});
  CHECK(span.id == 0x00f067aa0ba902b7);
  CHECK(span.parent == 0);
  CHECK(span.start == moment + 1'000);
  CHECK(span.duration() == 3'000);
  CHECK(span.kind == SpanKind::client);
  CHECK(span.error);
  CHECK(set.names.text(span.operation) == "charge");
  CHECK(set.names.text(span.service) == "checkout");
  CHECK(set.names.text(span.version) == "1.2");
  CHECK(set.names.text(span.peer) == "payment");
}

TEST_CASE("what several programs printed may stand in one file, as OTLP too", "[calibrate]") {
  ReadOptions options;
  options.format = GENERATE(TraceFormat::detect, TraceFormat::otlp);
  const std::string content = GENERATE(by_go + by_python, "[" + by_go + "," + by_python + "]");

  const SpanSet set = read_text(content, options);

  CHECK(set.spans.size() == 2);
  CHECK(set.counts.unusable_elements == 0);
  options.format = TraceFormat::jaeger;
  CHECK_THROWS_AS(read_text(content, options), InvalidInput);
}

TEST_CASE("older releases of Python print a resource without a word around it", "[calibrate]") {
  const SpanSet set = read_text(R"({"name":"n","context":{"trace_id":"0xaa","span_id":"0x1"},
    "parent_id":"0x2","start_time":"2024-01-02T03:04:05Z","end_time":"2024-01-02T03:04:06Z",
    "resource":{"service.name":"s"}})");

  REQUIRE(set.spans.size() == 1);
  CHECK(set.spans[0].parent == 2);
  CHECK(set.spans[0].kind == SpanKind::unknown);
  CHECK(set.names.text(set.spans[0].service) == "s");
}

TEST_CASE("only the status Error is a failure of what Go printed", "[calibrate]") {
  CHECK(read_text(small(R"(,"Status":{"Code":"Error"})")).spans.at(0).error);
  CHECK_FALSE(read_text(small(R"(,"Status":{"Code":"Ok"})")).spans.at(0).error);
  CHECK_FALSE(read_text(small(R"(,"Status":{"Code":"Unset"})")).spans.at(0).error);
  CHECK_FALSE(read_text(small("")).spans.at(0).error);
}

TEST_CASE("a printed span without times, or with an odd value, spoils no other", "[calibrate]") {
  // As `WithoutTimestamps` prints them.
  const std::string timeless =
      R"({"Name":"n","SpanContext":{"TraceID":"aa","SpanID":"2"},)"
      R"("StartTime":"0001-01-01T00:00:00Z","EndTime":"0001-01-01T00:00:00Z"})";
  const std::string odd =
      small(R"(,"SpanKind":{},"Parent":7,"Status":[],"Attributes":{"a":1},)"
            R"("Resource":[1,{"Key":3,"Value":4},{"Key":"k"},{"Key":"k","Value":{"Value":null}}])");

  const SpanSet set = read_text(odd + "\n" + timeless + "\n" + small("") + "{}");

  CHECK(set.spans.size() == 2);
  CHECK(set.counts.with_bad_times == 1);
  CHECK(set.counts.unusable_elements == 1);
  CHECK(set.counts.first_left_out.byte == odd.size() + 1);
}

TEST_CASE("printed spans that are cut at any byte are read or refused", "[calibrate]") {
  const std::string whole = GENERATE(small(R"(,"Status":{"Code":"Error"})"), by_python);

  for (std::size_t size = 1; size + 1 < whole.size(); ++size) {
    CHECK_THROWS_AS(read_text(whole.substr(0, size)), InvalidInput);
  }
}

TEST_CASE("a context that holds no ids is none of a span", "[calibrate]") {
  CHECK_THROWS_AS(read_text(R"({"SpanContext":{"TraceID":"aa"}})"), InvalidInput);
  CHECK_THROWS_AS(read_text(R"({"SpanContext":7})"), InvalidInput);
  CHECK_THROWS_AS(read_text(R"({"context":{"trace_id":"0x1"},"start_time":"x"})"), InvalidInput);
  CHECK_THROWS_AS(read_text(R"({"context":{"trace_id":"0x1","span_id":"0x2"}})"), InvalidInput);
}

TEST_CASE("spans are read out of the log of the program that printed them", "[calibrate]") {
  const std::string otlp =
      R"({"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"1","spanId":"2",)"
      R"("startTimeUnixNano":"5","endTimeUnixNano":"9"}]}]}]})";
  const std::string log = "2024/01/02 03:04:05 listening on :80\n" + by_go + "[INFO] {ready}\n" +
                          otlp + "\nsigning off\n";

  const SpanSet set = read_text(log);

  CHECK(set.spans.size() == 2);
  CHECK(set.counts.lines_without_json == 3);
  CHECK(set.counts.unusable_elements == 0);
  CHECK(set.counts.first_left_out.byte == 0);
  CHECK(set.counts.first_left_out.why == "line 1: no JSON");
  CHECK(set.counts.first_left_out.found == "2024/01/02 03:04:05 listening on :80");
  CHECK_THAT(test::refusal("2024 up\n2025 down\n"), Catch::Contains("neither JSON nor a table"));
  ReadOptions said;
  said.format = TraceFormat::otlp;
  CHECK_THROWS_WITH(read_text("up\ndown\n", said), Catch::Contains("byte 0: line 1: no JSON: up"));
}

TEST_CASE("what is broken in a log is told before its lines that are no spans", "[calibrate]") {
  const SpanSet set = read_text("up\n" + by_go + "{\"a\":}\ndown\n");

  CHECK(set.spans.size() == 1);
  CHECK(set.counts.lines_without_json == 2);
  CHECK(set.counts.unusable_elements == 1);
  CHECK(set.counts.first_left_out.byte == 3 + by_go.size());
}

TEST_CASE("a table whose fields hold objects in lines of their own is no log", "[calibrate]") {
  const SpanSet set = read_text(
      "trace_id,span_id,parent_id,service,operation,start_us,duration_us,note\n"
      "a,1,,shop,get,1000,5,\"[\n{ \"\"k\"\": 1}\n]\"\n");

  CHECK(set.spans.size() == 1);
}

}  // namespace rehearse
