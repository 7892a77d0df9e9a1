#include <map>

#include <fmt/format.h>

#include "sim/error.hpp"
#include "tests/unit/calibrate/trace_support.hpp"

namespace rehearse {
namespace {

using test::read_text;

std::string document(int id, const std::string& more = "") {
  return fmt::format(
      R"({{"traceId":"00000000000000aa","spanId":"{:016x}","parentSpanId":"","name":"n",)"
      R"("kind":"SPAN_KIND_SERVER","startTime":"2021-03-25T17:23:30Z",)"
      R"("endTime":"2021-03-25T17:23:31Z","durationInNanos":1000000000,"serviceName":"s"{}}})",
      id, more);
}

std::string hit(const std::string& source) {
  return R"({"_index":"otel-v1-apm-span-000001","_id":"x","_score":1.0,"_source":)" + source + "}";
}

bool failed(const std::string& more) {
  return read_text(document(1, "," + more)).spans.at(0).error;
}

}  // namespace

TEST_CASE("a span that Data Prepper stored is read with its fields", "[calibrate]") {
  const SpanSet set = read_text(R"({"traceId":"4fa04f117be100f476b175e41096e736",
    "spanId":"77f5fa8273184c40","traceState":"ot=th:c","parentSpanId":"927d2469efed5531",
    "name":"GET /orders/17","kind":"SPAN_KIND_CLIENT","startTime":"2021-03-25T17:23:30.224065281Z",
    "endTime":"2021-03-25T17:23:30.302305280Z","durationInNanos":78239999,
    "serviceName":"inventory","events":[],"links":[],"droppedAttributesCount":0,
    "traceGroup":"client_checkout","traceGroupFields.statusCode":2,
    "traceGroupFields.durationInNanos":393149952,
    "span.attributes.peer@service":"order","span.attributes.http@status_code":200,
    "span.attributes.net@peer@name":"elsewhere",
    "resource.attributes.service@name":"inventory",
    "resource.attributes.service@instance@id":"140016202633168",
    "resource.attributes.service@version":"1.2","status.code":0,
    "instrumentationLibrary.name":"requests"})");

  REQUIRE(set.spans.size() == 1);
  const Span& span = set.spans[0];
  CHECK(span.trace == TraceId{0x4fa04f117be100f4, 0x76b175e41096e736});
  CHECK(span.id == 0x77f5fa8273184c40);
  CHECK(span.parent == 0x927d2469efed5531);
  // 18,711 days after 1970.
  CHECK(span.start ==
        (18'711LL * 86'400 + 17 * 3'600 + 23 * 60 + 30) * 1'000'000'000 + 224'065'281);
  CHECK(span.duration() == 78'239'999);
  CHECK(span.kind == SpanKind::client);
  CHECK_FALSE(span.error);
  CHECK(span.adjusted_count == 4);
  CHECK(set.names.text(span.operation) == "GET /orders/{id}");
  CHECK(set.names.text(span.service) == "inventory");
  CHECK(set.names.text(span.instance) == "140016202633168");
  CHECK(set.names.text(span.version) == "1.2");
  CHECK(set.names.text(span.peer) == "order");
}

TEST_CASE("fields may stand in objects as well", "[calibrate]") {
  const std::string more = GENERATE(
      R"("status":{"code":2},"resource":{"attributes":{"k8s.pod.name":"pod"}},)"
      R"("attributes":{"peer.service":"p"})",
      R"("status":{"code":"STATUS_CODE_ERROR"},"resource.attributes":{"k8s@pod@name":"pod"},)"
      R"("span":{"attributes":{"peer@service":"p"}})",
      R"("status.code":2,"resource":{"attributes":{"k8s":{"pod":{"name":"pod"}}}},)"
      R"("span.attributes":{"peer":{"service":"p"}})");

  const SpanSet set = read_text(document(1, "," + more));

  REQUIRE(set.spans.size() == 1);
  CHECK(set.spans[0].error);
  CHECK(set.names.text(set.spans[0].instance) == "pod");
  CHECK(set.names.text(set.spans[0].peer) == "p");
}

TEST_CASE("the status of a trace's group is not that of a span", "[calibrate]") {
  CHECK(failed(R"("status.code":2)"));
  CHECK(failed(R"("status.code":0,"span.attributes.http@status_code":503)"));
  CHECK_FALSE(failed(R"("status.code":1)"));
  CHECK_FALSE(failed(R"("traceGroupFields.statusCode":2)"));
}

TEST_CASE("stored documents come as lines, lists, bulk files and answers", "[calibrate]") {
  const std::string one = document(1);
  const std::string two = document(2);
  const std::string hits = "[" + hit(one) + ",\n" + hit(two) + "]";
  const std::string content = GENERATE_COPY(
      one + "\n" + two + "\n", "[" + one + "," + two + "]", hit(one) + "\n" + hit(two), hits,
      R"({"took":3,"hits":{"total":{"value":2},"hits":)" + hits + "}}",
      "{\"index\":{\"_id\":\"1\"}}\n" + one + "\n{\"index\":{\"_id\":\"2\"}}\n" + two + "\n");
  ReadOptions options;
  options.format = GENERATE(TraceFormat::detect, TraceFormat::otlp);
  INFO(content);

  const SpanSet set = read_text(content, options);

  CHECK(set.spans.size() == 2);
  CHECK(set.counts == [] {
    ReadCounts counts;
    counts.spans = 2;
    return counts;
  }());
}

TEST_CASE("a duration takes the place of an end that is not there", "[calibrate]") {
  const std::string beginning = R"({"traceId":"aa","spanId":"1","name":"n","serviceName":"s",)"
                                R"("startTime":"2021-03-25T17:23:30Z","durationInNanos":)";

  CHECK(read_text(beginning + "7}").spans.at(0).duration() == 7);
  for (const std::string wrong : {"-7", "9223372036854775807", "null", "\"x\"", "[]"}) {
    CHECK(read_text(document(2) + beginning + wrong + "}").counts.with_bad_times == 1);
  }
}

TEST_CASE("odd fields spoil neither their document nor others", "[calibrate]") {
  std::string deep = "1";
  for (int i = 0; i < 40; ++i) deep = R"({"a":)" + deep + "}";
  const std::string odd = document(
      1, R"(,"status":[],"resource":7,"span":null,"attributes":)" + deep +
             R"(,"span.attributes.x":[1,{"y":2}],"@":"@","":"","resource.attributes.":{})");
  const std::string timeless =
      R"({"traceId":"aa","spanId":"3","startTime":"soon","endTime":{},"durationInNanos":5})";

  const SpanSet set = read_text(odd + timeless + document(2));

  CHECK(set.spans.size() == 2);
  CHECK(set.counts.with_bad_times == 1);
}

TEST_CASE("documents that are cut at any byte are refused", "[calibrate]") {
  const std::string whole = document(1, R"(,"status":{"code":2})");

  for (std::size_t size = 1; size < whole.size(); ++size) {
    CHECK_THROWS_AS(read_text(whole.substr(0, size)), InvalidInput);
  }
}

// What must come out was counted in the file by another program, which reads nothing but JSON.
TEST_CASE("a shop's spans as Data Prepper stored them", "[calibrate]") {
  const auto path = test::shared_data("hotrod-and-shop-elasticsearch/shop-otel-documents.json");
  if (!path) return;

  const SpanSet set = read_spans({*path}, {});
  const test::Census census = test::census_of(set);

  CHECK(set.counts.unusable_elements == 0);
  CHECK(set.counts.with_bad_times == 0);
  CHECK(census.spans == 500);
  CHECK(census.traces == 41);
  CHECK(census.services == std::map<std::string, int>{{"analytics-service", 82},
                                                      {"authentication", 5},
                                                      {"database", 178},
                                                      {"frontend-client", 61},
                                                      {"inventory", 43},
                                                      {"order", 101},
                                                      {"payment", 25},
                                                      {"recommendation", 5}});
  CHECK(census.kinds.at(SpanKind::client) == 204);
  CHECK(census.kinds.at(SpanKind::server) == 137);
  CHECK(census.kinds.at(SpanKind::internal) == 159);
  CHECK(census.errors == 16);
  CHECK(census.orphans == 2);
  CHECK(census.pairs == 129);
}

}  // namespace rehearse
