#include <algorithm>

#include <fmt/format.h>

#include "calibrate/readers/json_mending.hpp"
#include "calibrate/traces/trace_forest.hpp"
#include "tests/unit/calibrate/trace_support.hpp"

// One value that no parser takes costs that value, or the span it was of; never the others, and
// never the place of a span among the others.

namespace rehearse {
namespace {

using test::read_text;

const std::string odd_values[] = {"123456789012345678901234567890",
                                  "-99999999999999999999",
                                  "1e400",
                                  "\"caf\xE9\"",
                                  "\"\\ud800\"",
                                  "\"\\udc00x\"",
                                  "\"\\ud83dx\"",
                                  "\"\x01\"",
                                  "\"\\x41\"",
                                  "\"\\u12G4\"",
                                  "NaN",
                                  "-Infinity",
                                  "00",
                                  "tru",
                                  "{\"a\":1 \"b\":2}",
                                  "{\"a\"}",
                                  "[1,,2]",
                                  "{\"a\":1,}"};

/// Three spans, of which the second has `odd` among what nobody needs.
std::string jaeger(const std::string& odd) {
  const auto span = [](int id, const std::string& value) {
    return fmt::format(
        R"({{"traceID":"a{0}","spanID":"{0}","operationName":"n","startTime":{0},"duration":5,)"
        R"("tags":[{{"key":"note","value":{1}}}],"processID":"p"}})",
        id, value);
  };
  return R"({"data":[{"traceID":"a","spans":[)" + span(1, "1") + "," + span(2, odd) + "," +
         span(3, "1") + R"(],"processes":{"p":{"serviceName":"s"}}}]})";
}

std::string otlp(const std::string& odd) {
  const auto span = [](int id, const std::string& value) {
    return fmt::format(
        R"({{"traceId":"a{0}","spanId":"{0}","name":"n","startTimeUnixNano":{0},)"
        R"("endTimeUnixNano":"9","attributes":[{{"key":"note","value":{{"v":{1}}}}}]}})",
        id, value);
  };
  return R"({"resourceSpans":[{"resource":{},"scopeSpans":[{"spans":[)" + span(1, "1") + "," +
         span(2, odd) + "," + span(3, "1") + "]}]}]}";
}

std::string zipkin(const std::string& odd) {
  const auto span = [](int id, const std::string& value) {
    return fmt::format(R"({{"traceId":"a{0}","id":"{0}","name":"n","timestamp":{0},"duration":5,)"
                       R"("localEndpoint":{{"serviceName":"s"}},"tags":{{"note":{1}}}}})",
                       id, value);
  };
  return "[" + span(1, "1") + "," + span(2, odd) + "," + span(3, "1") + "]";
}

std::string documents(const std::string& odd) {
  const auto span = [](int id, const std::string& value) {
    return fmt::format(
        R"({{"traceID":"a{0}","spanID":"{0}","operationName":"n","startTime":{0},"duration":5,)"
        R"("tag":{{"note":{1}}},"process":{{"serviceName":"s"}}}})",
        id, value);
  };
  return span(1, "1") + "\n" + span(2, odd) + "\n" + span(3, "1") + "\n";
}

/// An OTLP span of one trace; `id` and `parent` as they are written, with quotes.
std::string span_of_trace(const std::string& id, const std::string& parent) {
  return R"({"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"aa","spanId":)" + id +
         R"(,"parentSpanId":)" + parent +
         R"(,"name":"n","startTimeUnixNano":"1","endTimeUnixNano":"9"}]}]}]})";
}

}  // namespace

TEST_CASE("one odd value once cost all spans of its element", "[calibrate]") {
  auto* const format = GENERATE(&jaeger, &otlp, &zipkin, &documents);
  for (const std::string& odd : odd_values) {
    const std::string content = format(odd);
    INFO(content);

    const SpanSet set = read_text(content);

    CHECK(set.spans.size() == 3);
    CHECK(set.counts.unreadable_values == 1);
    CHECK(set.counts.unusable_elements == 0);
    const FirstLeftOut& first = set.counts.first_left_out;
    CHECK_FALSE(first.why.empty());
    const std::size_t at = content.find(odd);
    CHECK(first.byte >= at);
    CHECK(first.byte < at + odd.size());
  }
}

TEST_CASE("an even file is not looked at twice, and nothing is told of it", "[calibrate]") {
  for (const char* value :
       {"18446744073709551615", "-0.5e-400", R"("\ud83d\ude00\n")", "\"\xC3\xA9\""}) {
    const SpanSet set = read_text(jaeger(value));

    CHECK(set.spans.size() == 3);
    CHECK(set.counts.unreadable_values == 0);
    CHECK(set.counts.first_left_out.file.empty());
  }
}

TEST_CASE("a span whose own id cannot be read is left out, and its children keep a parent",
          "[calibrate]") {
  SpanSet set = read_text(span_of_trace("\"1\"", "\"\"") + span_of_trace("\"2\xFF\"", "\"1\"") +
                          span_of_trace("\"3\"", "\"2\xFF\"") + span_of_trace("\"4\"", "tru"));

  CHECK(set.counts.without_id == 1);
  REQUIRE(set.spans.size() == 3);
  const TraceForest forest = plant(std::move(set.spans));
  CHECK(forest.counts.orphans == 2);
  CHECK(forest.counts.traces_with_several_roots == 0);
}

TEST_CASE("a name that is no UTF-8 keeps what can be read of it", "[calibrate]") {
  const SpanSet set = read_text(
      "{\"traceID\":\"1\",\"spanID\":\"1\",\"operationName\":\"caf\xE9 \\ud800!\",\"startTime\":1,"
      "\"duration\":1,\"process\":{\"serviceName\":\"b\xE4"
      "cker\"}}");

  CHECK(set.names.text(set.spans.at(0).operation) == "caf? ?!");
  CHECK(set.names.text(set.spans[0].service) == "b?cker");
  CHECK(set.counts.unreadable_values == 2);
}

TEST_CASE("the account counts odd values and names the place of the first", "[calibrate]") {
  const std::string content = otlp("NaN");
  const test::TemporaryFile file(content);

  const std::string account = text(calibrate({file.path()}, {}).account);

  CHECK_THAT(account, Catch::Contains("1  value that cannot be read whole"));
  CHECK_THAT(account, Catch::Contains(fmt::format("the first: {}: byte {}: neither a number",
                                                  file.path(), content.find("NaN"))));
}

TEST_CASE("what is mended is JSON, and what is whole stays as it is", "[calibrate]") {
  const auto mended = [](std::string_view text) { return mend_json(text).text; };
  const std::string whole = R"({"a":[1,-2.5e3,true,null,"x\"\\\u00e9"],"b":{},"c":[],"d":[[],{}]})";

  CHECK(mended(whole) == whole);
  CHECK(mend_json(whole).values == 0);
  CHECK(mended("[1,,2,]") == "[1,2]");
  CHECK(mended("[,1]") == "[1]");
  CHECK(mended("[1 2,3]") == "[3]");
  CHECK(mended("[3,1 2]") == "[3]");
  CHECK(mended(R"({"a":1,})") == R"({"a":1})");
  CHECK(mended(R"({"a":{"b" 1},"c":2})") == R"({"a":null,"c":2})");
  CHECK(mended(R"([{"a":1:2},{"a":},{1:2},{"a":1}])") == R"([null,null,null,{"a":1}])");
  CHECK(mended(R"({"a":+1})") == "{\"a\":\"\xEF\xBF\xBD\"}");
  CHECK(mended(R"({"a":123456789012345678901})") == R"({"a":"123456789012345678901"})");
  CHECK(mended("[\"a\\") == "[\"a\xEF\xBF\xBD");  // no such text comes from a scanner
}

}  // namespace rehearse
