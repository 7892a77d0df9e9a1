#include <string>

#include "tests/unit/calibrate/trace_support.hpp"

namespace rehearse {
namespace {

using test::read_text;

const std::string one_of_the_batches =
    R"({"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"cart"}}]},
        "scopeSpans":[{"scope":{"name":"library"},"spans":[{"traceId":"W47/95gDgQPSabYzgT/GDA==",
        "spanId":"7uGbfsPBsXQ=","parentSpanId":"7uGbfsPBsXU=","name":"GET /cart",
        "kind":"SPAN_KIND_SERVER","startTimeUnixNano":"10","endTimeUnixNano":"20",
        "status":{}}]}]})";

void check_read(const std::string& answer) {
  const SpanSet set = read_text(answer);

  REQUIRE(set.spans.size() == 1);
  const Span& span = set.spans[0];
  CHECK(set.names.text(span.service) == "cart");
  CHECK(span.id == 0xEEE19B7EC3C1B174);
  CHECK(span.parent == 0xEEE19B7EC3C1B175);
  CHECK(span.kind == SpanKind::server);
  CHECK(set.counts.first_left_out.file.empty());
}

}  // namespace

TEST_CASE("what Tempo answers of a trace is read, in both versions of its interface",
          "[calibrate]") {
  check_read(R"({"batches":[)" + one_of_the_batches + "]}");
  check_read(R"({"trace":{"resourceSpans":[)" + one_of_the_batches +
             R"(]},"metrics":{},"status":"COMPLETE"})");
}

TEST_CASE("the answer to a search of Tempo is named, with what fetches the traces", "[calibrate]") {
  CHECK_THAT(test::refusal(R"({"traces":[{"traceID":"2f3e0cee77ae5dc9c17ade3689eb2e54",
    "rootServiceName":"shop","rootTraceName":"GET /","startTimeUnixNano":"1684778327699392724",
    "durationMs":557}],"metrics":{"totalBlocks":1}})"),
             Catch::Contains("a search of Tempo, which holds no spans") &&
                 Catch::Contains("/api/traces/ID"));
}

}  // namespace rehearse
