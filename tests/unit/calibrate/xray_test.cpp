#include <algorithm>

#include <fmt/format.h>

#include "calibrate/traces/trace_forest.hpp"
#include "sim/error.hpp"
#include "tests/unit/calibrate/trace_support.hpp"

namespace rehearse {
namespace {

using test::read_text;

const Span& span_with_id(const SpanSet& set, std::uint64_t id) {
  const auto found = std::find_if(set.spans.begin(), set.spans.end(),
                                  [&](const Span& span) { return span.id == id; });
  REQUIRE(found != set.spans.end());
  return *found;
}

/// A document with what is needed, and `more` members.
std::string document(int id, const std::string& more = "") {
  return fmt::format(
      R"({{"trace_id":"1-581cf771-a006649127e371903a2de979","id":"{:016x}","name":"s{}",)"
      R"("start_time":1478293361.25,"end_time":1478293361.5{}}})",
      id, id, more);
}

std::string as_json_text(const std::string& content) {
  std::string quoted = "\"";
  for (const char letter : content)
    quoted += (letter == '"' || letter == '\\' ? "\\" : "") + std::string(1, letter);
  return quoted + "\"";
}

std::string answered(const std::string& content) {
  return R"({"Id":"x","Document":)" + as_json_text(content) + "}";
}

}  // namespace

TEST_CASE("an X-Ray segment and its subsegments become spans", "[calibrate]") {
  const SpanSet set = read_text(R"({
    "trace_id":"1-581cf771-a006649127e371903a2de979","id":"70de5b6f19ff9a0a",
    "parent_id":"70de5b6f19ff9a0b","name":"front","start_time":1.478293361271E9,
    "end_time":1478293361.449001,
    "http":{"request":{"method":"GET","url":"https://shop.example.com/carts/450?x=1"},
            "response":{"status":200}},
    "aws":{"eks":{"pod":"front-1"},"ec2":{"instance_id":"i-1","availability_zone":"us-west-2c"}},
    "service":{"version":"1.2"},
    "subsegments":[
      {"id":"1","name":"DynamoDB","namespace":"aws","start_time":1478293361.3,
       "end_time":1478293361.4,"aws":{"operation":"UpdateItem","table_name":"t"},
       "http":{"response":{"status":200}}},
      {"id":"2","name":"work","start_time":1478293361.4,"end_time":1478293361.44,
       "subsegments":[
         {"id":"3","name":"back","namespace":"remote","start_time":1478293361.41,
          "end_time":1478293361.42,"fault":true,
          "http":{"request":{"method":"POST","url":"http://10.0.0.1:80"}}}]}]})");

  REQUIRE(set.spans.size() == 4);
  const Span& segment = span_with_id(set, 0x70de5b6f19ff9a0a);
  CHECK(segment.trace == TraceId{0x581cf771a0066491, 0x27e371903a2de979});
  CHECK(segment.parent == 0x70de5b6f19ff9a0b);
  CHECK(segment.start == 1'478'293'361'271'000'000);
  CHECK(segment.duration() == 178'001'000);
  CHECK(segment.kind == SpanKind::server);
  CHECK_FALSE(segment.error);
  CHECK(set.names.text(segment.operation) == "GET /carts/{id}");
  for (const Span& span : set.spans) {
    CHECK(set.names.text(span.service) == "front");
    CHECK(set.names.text(span.instance) == "front-1");
    CHECK(set.names.text(span.version) == "1.2");
    CHECK(set.names.text(span.zone) == "us-west-2c");
    CHECK(set.names.text(span.host) == "i-1");
  }
  const Span& table = span_with_id(set, 1);
  CHECK(table.kind == SpanKind::client);
  CHECK(table.parent == segment.id);
  CHECK(set.names.text(table.operation) == "UpdateItem");
  CHECK(set.names.text(table.peer) == "DynamoDB");
  CHECK(span_with_id(set, 2).kind == SpanKind::internal);
  CHECK(set.names.text(span_with_id(set, 2).operation) == "work");
  const Span& call = span_with_id(set, 3);
  CHECK(call.parent == 2);
  CHECK(call.error);
  CHECK(set.names.text(call.operation) == "POST /");
  CHECK(set.names.text(call.peer) == "back");
}

TEST_CASE("X-Ray's documents come as answers, segments, lines and lists", "[calibrate]") {
  const std::string one = document(1);
  const std::string two = document(2);
  const std::string segments = "[" + answered(one) + "," + answered(two) + "]";
  const std::string trace = R"({"Id":"1-581cf771-a006649127e371903a2de979","Duration":0.25,)"
                            R"("LimitExceeded":false,"Segments":)" +
                            segments + "}";
  const std::string content = GENERATE_COPY(
      R"({"Traces":[)" + trace + R"(],"UnprocessedTraceIds":[]})", trace, segments,
      answered(one) + "\n" + answered(two), one + "\n" + two, "[" + one + "," + two + "]",
      "{\"format\":\"json\",\"version\":1}\n" + one + "\n{\"format\":\"json\",\"version\":1}\n" +
          two,
      R"({"Id":"x","Segments":[{"Id":"y","Document":)" + one + R"(},{"Document":)" + two + "}]}");
  ReadOptions options;
  options.format = GENERATE(TraceFormat::detect, TraceFormat::xray);
  INFO(content);

  const SpanSet set = read_text(content, options);

  CHECK(set.spans.size() == 2);
  CHECK(set.counts.unusable_elements == 0);
  CHECK(set.counts.first_left_out.file.empty());
}

TEST_CASE("faults and throttling are failures, and errors that are not the client's",
          "[calibrate]") {
  const auto failed = [](const std::string& more) {
    return read_text(document(1, "," + more)).spans.at(0).error;
  };

  CHECK(failed(R"("fault":true)"));
  CHECK(failed(R"("throttle":true,"error":true)"));
  CHECK(failed(R"("error":true)"));
  CHECK(failed(R"("http":{"response":{"status":503}})"));
  CHECK(failed(R"("error":true,"http":{"response":{"status":429}})"));
  CHECK_FALSE(failed(R"("error":true,"http":{"response":{"status":404}})"));
  CHECK_FALSE(failed(R"("fault":false,"http":{"response":{"status":200}})"));
}

TEST_CASE("what X-Ray infers from a call is not another span, and its children are the call's",
          "[calibrate]") {
  const std::string call =
      R"(,"subsegments":[{"id":"c","name":"queue","namespace":"aws","start_time":1478293361.3,)"
      R"("end_time":1478293361.4}])";
  SpanSet set = read_text(document(2, R"(,"parent_id":"d")") + document(1, call) +
                          document(0xd, R"(,"inferred":true,"parent_id":"c")"));

  CHECK(set.spans.size() == 3);
  CHECK(set.counts.inferred_segments == 1);
  CHECK(span_with_id(set, 2).parent == 0xc);
  CHECK(plant(std::move(set.spans)).counts.orphans == 0);
}

TEST_CASE("a subsegment that came by itself is of its segment's process", "[calibrate]") {
  const std::string alone = R"(,"type":"subsegment","namespace":"remote","parent_id":)";
  const SpanSet set = read_text(document(4, alone + "\"3\"") + document(3, alone + "\"1\"") +
                                document(1, R"(,"aws":{"ecs":{"container":"c1"}})") +
                                document(5, alone + "\"99\""));

  CHECK(set.names.text(span_with_id(set, 3).service) == "s1");
  CHECK(set.names.text(span_with_id(set, 4).service) == "s1");
  CHECK(set.names.text(span_with_id(set, 4).instance) == "c1");
  CHECK(set.names.text(span_with_id(set, 5).service) == "unknown-service");
  CHECK(set.counts.without_service == 1);
}

TEST_CASE("a subsegment that came alone in progress once made the count of services wrap",
          "[calibrate]") {
  const std::string in_progress =
      R"({"trace_id":"1-581cf771-a006649127e371903a2de979","id":"0000000000000002","name":"n",)"
      R"("start_time":1478293361.25,"in_progress":true,"type":"subsegment","parent_id":"1"})";
  const std::string within =
      R"(,"subsegments":[{"id":"0000000000000002","name":"n","start_time":1478293361.25,)"
      R"("end_time":1478293361.5}])";
  const SpanSet set = read_text(in_progress + document(1, within));

  CHECK(set.counts.without_service == 0);
  CHECK(set.counts.with_bad_times == 1);
  CHECK(set.names.text(span_with_id(set, 2).service) == "s1");
}

TEST_CASE("seconds of X-Ray so far apart that their difference once overflowed are impossible",
          "[calibrate]") {
  const SpanSet set =
      read_text(document(1) + R"({"trace_id":"1-581cf771-a006649127e371903a2de979","id":"2",)"
                              R"("name":"n","start_time":-8.9e12,"end_time":8.9e12})");

  CHECK(set.spans.size() == 1);
  CHECK(set.counts.with_bad_times == 1);
}

TEST_CASE("a segment in progress has impossible times", "[calibrate]") {
  const SpanSet set =
      read_text(document(1) + R"({"trace_id":"1-581cf771-a006649127e371903a2de979","id":"2",)"
                              R"("name":"n","start_time":1478293361.25,"in_progress":true})");

  CHECK(set.spans.size() == 1);
  CHECK(set.counts.with_bad_times == 1);
}

TEST_CASE("a bad document costs itself, an odd value in one not even that", "[calibrate]") {
  const std::string odd = document(1, R"(,"x":123456789012345678901234567890)");
  const std::string trace = R"({"Segments":[)" + answered(odd) + "," + answered("no json") + "," +
                            answered(document(2)) + "]}";

  const SpanSet set = read_text(R"({"Traces":[)" + trace + "]}");

  CHECK(set.spans.size() == 2);
  CHECK(set.counts.unreadable_values == 1);
  CHECK(set.counts.unusable_elements == 1);
  CHECK(set.counts.first_left_out.byte == 11);
}

TEST_CASE("rates that X-Ray's sampling made smaller were once learned without a word",
          "[calibrate]") {
  const test::TemporaryFile file(document(1) + "\n" + document(2));
  CalibrateOptions said;
  said.sampling_percent = 5;

  const Calibration learned = calibrate({file.path()}, {});
  const Calibration weighted = calibrate({file.path()}, said);

  CHECK_THAT(text(learned.account), Catch::Contains("2  segments of X-Ray, which does not tell"));
  CHECK_THAT(text(weighted.account), !Catch::Contains("segments of X-Ray"));
}

TEST_CASE("summaries of X-Ray's traces tell no parents", "[calibrate]") {
  CHECK_THROWS_WITH(read_text(R"({"TraceSummaries":[{"Id":"1-5-6","Duration":1}]})"),
                    Catch::Contains("tells no parents"));
}

}  // namespace rehearse
