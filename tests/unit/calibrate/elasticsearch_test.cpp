#include <map>

#include <fmt/format.h>

#include "sim/error.hpp"
#include "tests/unit/calibrate/trace_support.hpp"

namespace rehearse {
namespace {

using test::read_text;

std::string document(int id, const std::string& more = "") {
  return fmt::format(
      R"({{"traceID":"00000000000000aa","spanID":"{:x}","operationName":"n","startTime":{},)"
      R"("duration":5,"references":[],"process":{{"serviceName":"s"}}{}}})",
      id, id, more);
}

std::string hit(const std::string& source) {
  return R"({"_index":"jaeger-span-2023-01-24","_id":"x","_score":1.0,"_source":)" + source + "}";
}

}  // namespace

TEST_CASE("a span that Jaeger stored in Elasticsearch is read with its fields", "[calibrate]") {
  const SpanSet set = read_text(R"({"traceID":"aa","spanID":"b","flags":1,
    "operationName":"HTTP GET /customer","startTime":1674578014920566,"duration":250,
    "startTimeMillis":1674578014920,
    "references":[{"refType":"FOLLOWS_FROM","traceID":"aa","spanID":"d"},
                  {"refType":"CHILD_OF","traceID":"aa","spanID":"c"}],
    "tags":[{"key":"peer.service","type":"string","value":"sql"}],
    "tag":{"span@kind":"client","error":true,"w3c@tracestate":"ot=th:c"},"logs":[],
    "process":{"serviceName":"customer","tags":[{"key":"ip","type":"string","value":"10.0.0.1"}],
               "tag":{"hostname":"pod-1","service@version":"1.2"}}})");

  REQUIRE(set.spans.size() == 1);
  const Span& span = set.spans[0];
  CHECK(span.trace == TraceId{0, 0xaa});
  CHECK(span.parent == 0xc);
  CHECK(span.start == 1'674'578'014'920'566'000);
  CHECK(span.duration() == 250'000);
  CHECK(span.kind == SpanKind::client);
  CHECK(span.error);
  CHECK(span.adjusted_count == 4);
  CHECK(set.names.text(span.service) == "customer");
  CHECK(set.names.text(span.instance) == "pod-1");
  CHECK(set.names.text(span.version) == "1.2");
  CHECK(set.names.text(span.peer) == "sql");
}

TEST_CASE("stored spans come as lines, lists, bulk files, exports and answers", "[calibrate]") {
  const std::string one = document(1);
  const std::string two = document(2);
  const std::string hits = "[" + hit(one) + ",\n" + hit(two) + "]";
  const std::string answer =
      R"({"took":3,"_shards":{"total":1},"hits":{"total":{"value":2},"hits":)" + hits + "}}";
  const std::string content = GENERATE_COPY(
      one + "\n" + two + "\n", "[" + one + "," + two + "]", hit(one) + "\n" + hit(two), hits,
      answer, R"({"responses":[)" + answer + "]}", "[" + answer + "]",
      "{\"index\":{}}\n" + one + "\n{\"create\":{\"_id\":\"2\"}}\n" + two + "\n",
      "{\"update\":{\"_id\":\"1\"}}\n{\"doc\":" + one + "}\n{\"delete\":{\"_id\":\"3\"}}\n" + two);
  ReadOptions options;
  options.format = GENERATE(TraceFormat::detect, TraceFormat::jaeger);
  INFO(content);

  const SpanSet set = read_text(content, options);

  CHECK(set.spans.size() == 2);
  CHECK(set.counts == [] {
    ReadCounts counts;
    counts.spans = 2;
    return counts;
  }());
}

TEST_CASE("an answer to a search may be longer than one element is allowed to be", "[calibrate]") {
  ReadOptions options;
  options.scanner_limits.element_bytes = 1000;
  std::string hits;
  const int spans = 3000;  // well over one buffer of 256 KiB
  for (int id = 1; id <= spans; ++id) hits += (id > 1 ? "," : "") + hit(document(id));

  CHECK(read_text(R"({"hits":{"hits":[)" + hits + "]}}", options).spans.size() == spans);
}

TEST_CASE("a list called hits that is no answer's is not cut", "[calibrate]") {
  CHECK(read_text(document(1, R"(,"hits":[1,2])")).spans.size() == 1);
}

TEST_CASE("stored documents that are no spans are counted and named", "[calibrate]") {
  const std::string stored = hit(R"({"serviceName":"s","operationName":"n"})");
  const SpanSet set = read_text(hit(document(1)) + "\n" + stored + "\n");

  CHECK(set.spans.size() == 1);
  CHECK(set.counts.unusable_elements == 1);
  CHECK(set.counts.first_left_out.byte == hit(document(1)).size() + 1);
  CHECK_THROWS_AS(read_text("{\"index\":{}}\n{\"index\":{}}\n"), InvalidInput);
}

TEST_CASE("another format that is asked for reads no stored spans", "[calibrate]") {
  ReadOptions options;
  options.format = GENERATE(TraceFormat::zipkin, TraceFormat::otlp);

  CHECK_THROWS_AS(read_text(document(1), options), InvalidInput);
}

// What must come out was counted in the file by another program, which reads nothing but JSON.
TEST_CASE("HotROD's spans as Jaeger stored them", "[calibrate]") {
  const auto path = test::shared_data("hotrod-and-shop-elasticsearch/hotrod-jaeger-documents.json");
  if (!path) return;

  const SpanSet set = read_spans({*path}, {});
  const test::Census census = test::census_of(set);

  CHECK(set.counts.unusable_elements == 0);
  CHECK(census.spans == 379);
  CHECK(census.traces == 14);
  CHECK(census.services == std::map<std::string, int>{{"customer", 7},
                                                      {"driver", 7},
                                                      {"frontend", 187},
                                                      {"mysql", 7},
                                                      {"redis", 95},
                                                      {"route", 76}});
  CHECK(census.kinds.at(SpanKind::client) == 192);
  CHECK(census.kinds.at(SpanKind::server) == 104);
  CHECK(census.errors == 18);
  CHECK(census.orphans == 0);
  CHECK(census.pairs == 90);
}

}  // namespace rehearse
