#include "calibrate/readers/known_formats.hpp"

#include <set>
#include <string>

#include "sim/error.hpp"
#include "tests/unit/calibrate/trace_support.hpp"

namespace rehearse {
namespace {

using namespace std::string_literals;
using test::read_text;

struct Example {
  std::string content;
  std::string name;
};

/// One for each way in which something is told.
const std::vector<Example> examples{
    {R"({"processor":{"event":"span"},"trace":{"id":"1"},"transaction":{"id":"2"}})",
     "Elastic APM"},
    {R"({"processor.event":"metric","agent":{"name":"go"}})", "Elastic APM"},
    {R"({"hits":{"hits":[{"_source":{"trace":{"id":"1"},"span":{"id":"2"}}}]}})", "Elastic APM"},
    {"{\"index\":{}}\n{\"trace.id\":\"1\",\"transaction.id\":\"2\"}\n", "Elastic APM"},
    {"@timestamp,trace.id,transaction.id\n1,2,3\n", "Elastic APM"},
    {R"([{"operation_Id":"1","operation_ParentId":"2","id":"3"}])", "Application Insights"},
    {"timestamp,id,operation_Id,itemType\n1,2,3,request\n", "Application Insights"},
    {R"({"OperationId":"1","ParentId":"2","AppRoleName":"s"})", "Application Insights"},
    {R"({"tables":[{"name":"PrimaryResult","columns":[{"name":"id"},{"name":"operation_Id"},)"
     R"({"name":"itemType"}],"rows":[["1","2","request"]]}]})",
     "Application Insights"},
    {R"({"tables":[{"name":"PrimaryResult","columns":[{"name":"a"}],"rows":[["1"]]}]})",
     "an answer of Azure"},
    {R"({"traceID":"1","spanID":"2","serviceName":"s","name":"n","durationNano":5})", "SigNoz"},
    {"trace_id,span_id,name,duration_nano\n1,2,n,5\n", "SigNoz"},
    {R"({"traceId":"a.b.c","traceSegmentId":"d","serviceInstance":"i",)"
     R"("spans":[{"spanId":0,"parentSpanId":-1}]})",
     "SkyWalking"},
    {R"({"data":{"trace":{"spans":[{"traceId":"1","segmentId":"2","spanId":0}]}}})", "SkyWalking"},
    {R"({"_source":{"segment_id":"1","data_binary":"AA=="}})", "SkyWalking"},
    {R"({"resourceMetrics":[{"scopeMetrics":[{"metrics":[]}]}]})", "metrics of OpenTelemetry"},
    {R"({"resourceLogs":[{"scopeLogs":[]}]})", "logs of OpenTelemetry"},
    {R"({"resourceProfiles":[]})", "profiles of OpenTelemetry"},
    {R"({"status":"success","data":{"resultType":"matrix","result":[]}})", "Prometheus"},
    {R"({"traceEvents":[{"ph":"X","ts":1,"pid":1}],"displayTimeUnit":"ms"})", "Chrome"},
    {R"([{"name":"n","ph":"X","ts":1,"pid":1,"tid":1}])", "Chrome"},
    {"{\n  resource: { attributes: {} },\n  traceId: '0af7651916cd43dd8448eb211c80319c',\n}\n",
     "Node's ConsoleSpanExporter"},
    {"Activity.TraceId:            0af7651916cd43dd8448eb211c80319c\n", ".NET"},
    {"\n <!DOCTYPE html>\n<html></html>", "HTML"},
    {"<?xml version=\"1.0\"?><Error/>", "HTML or XML"},
    {"PERFILE2\x68\0\0\0\0\0\0\0"s, "perf"},
    {"\x0A\x04\x08\x01\x10\x02\x0A\x04\x08\x03\x10\x04"s, "pprof"},
    {"FLR\0\0\x02\0\x01"s, "Flight Recorder"},
    {"\xD4\xC3\xB2\xA1\x02\0\x04\0"s, "pcap"},
    {"\x0A\x0D\x0D\x0A\x1C\0\0\0\x4D\x3C\x2B\x1A"s, "pcap"},
    {"PAR1\x15\x04\x15\x10"s, "Parquet"},
    {"Obj\x01\x04\x14"s, "Avro"},
    {"ARROW1\0\0\xFF"s, "Arrow"},
    {"SQLite format 3\0\x10"s, "SQLite"},
    {"\xFD"
     "7zXZ\0\0\x04"s,
     "xz"},
    {"BZh91AY&SY\x12"s, "bzip2"},
    {"\x04\x22\x4D\x18\x64"s, "LZ4"},
    {"traces.json"s + std::string(246, '\0') + "ustar\0"s + "00"s, "tar"},
};

}  // namespace

TEST_CASE("what is known and not read is called by its name", "[calibrate]") {
  for (const auto& [content, name] : examples) {
    INFO(content);
    const std::string message = test::refusal(content);

    CHECK_THAT(message, Catch::Contains("looks like "));
    CHECK_THAT(message, Catch::Contains(name));
    CHECK_THAT(message, Catch::Contains(", which is not read: "));
  }
}

TEST_CASE("every known format has an example, a name and a way", "[calibrate]") {
  std::set<std::string> named;
  for (const Example& example : examples) {
    const std::string message = test::refusal(example.content);
    for (const KnownFormat& format : known_formats()) {
      if (message.find(what_is_known_of(format)) != std::string::npos) named.emplace(format.name);
    }
  }

  for (const KnownFormat& format : known_formats()) {
    INFO(format.name);
    CHECK(named.count(std::string(format.name)) == 1);
    CHECK_FALSE(format.way.empty());
  }
}

TEST_CASE("what is read is not taken for something that is known", "[calibrate]") {
  const std::string span =
      R"({"traceId":"00000000000000aa","id":"1","name":"n","timestamp":5,"duration":1,)"
      R"("localEndpoint":{"serviceName":"s"},"traceEvents":[],"trace":{"id":1},"span":{"id":2}})";
  const std::string table =
      "trace,span,service,operation,start_ns,end_ns,trace.id,span.id\n"
      "1,2,PAR1,traceId: 'x',10,20,1,2\n";

  CHECK(read_text(span).spans.size() == 1);
  CHECK(read_text(table).spans.size() == 1);
}

TEST_CASE("what is known spoils nothing beside it, and is told", "[calibrate]") {
  const std::string span =
      R"({"traceId":"00000000000000aa","id":"1","name":"n","timestamp":5,"duration":1,)"
      R"("localEndpoint":{"serviceName":"s"}})";

  const SpanSet set = read_text(span + "\n" + R"({"resourceMetrics":[]})");

  CHECK(set.spans.size() == 1);
  CHECK(set.counts.unusable_elements == 1);
  CHECK_THAT(set.counts.first_left_out.why, Catch::StartsWith("looks like metrics"));
}

TEST_CASE("odd values where a name is looked for are no names", "[calibrate]") {
  JsonParser parser(128);
  for (const std::string odd :
       {"[]", "[[]]", "[7,{\"traceEvents\":1}]", "{\"tables\":{}}", "{\"tables\":[7]}",
        "{\"data\":{\"trace\":[]}}", "{\"trace\":\"id\",\"span\":[\"id\"]}", "{\"status\":{}}"}) {
    INFO(odd);
    const auto value = parser.parse(odd);
    REQUIRE(value);
    const KnownFormat* known = known_format_of(*value);
    CHECK((!known || known->name.starts_with("an answer of Azure")));
  }
}

}  // namespace rehearse
