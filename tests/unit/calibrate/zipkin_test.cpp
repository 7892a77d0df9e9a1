#include <algorithm>
#include <map>
#include <set>

#include "calibrate/traces/trace_forest.hpp"
#include "sim/error.hpp"
#include "tests/unit/calibrate/trace_support.hpp"

namespace rehearse {
namespace {

using test::read_text;

const Span& span_called(const SpanSet& set, const std::string& operation) {
  const auto found = std::find_if(set.spans.begin(), set.spans.end(), [&](const Span& span) {
    return set.names.text(span.operation) == operation;
  });
  REQUIRE(found != set.spans.end());
  return *found;
}

const Span& span_of_kind(const SpanSet& set, SpanKind kind) {
  const auto found = std::find_if(set.spans.begin(), set.spans.end(),
                                  [&](const Span& span) { return span.kind == kind; });
  REQUIRE(found != set.spans.end());
  return *found;
}

/// A span of version 2 with what is needed, and `more` members.
std::string span_text(const std::string& id, const std::string& more) {
  return R"({"traceId":"00000000000000aa","id":")" + id + R"(","name":"n)" + id +
         R"(","localEndpoint":{"serviceName":"a"},)" + more + "}";
}

const std::string times = R"("timestamp":1000,"duration":50)";

}  // namespace

TEST_CASE("a Zipkin span is read with its endpoints and tags", "[calibrate]") {
  const SpanSet set = read_text(R"([{"traceId":"0af7651916cd43dd8448eb211c80319c",
    "id":"00000000000000b7","parentId":"00000000000000a1","kind":"CLIENT","name":"get /a/77",
    "timestamp":1500000000000001,"duration":250,
    "localEndpoint":{"serviceName":"front","ipv4":"10.0.0.7","port":41000},
    "remoteEndpoint":{"serviceName":"back","ipv4":"10.0.0.9","port":80},
    "annotations":[{"timestamp":1500000000000003,"value":"wire"}],
    "tags":{"http.status_code":"503","cloud.availability_zone":"west","version":"not the service's",
            "service.version":"1.2"}}])");

  REQUIRE(set.spans.size() == 1);
  const Span& span = set.spans[0];
  CHECK(span.trace == TraceId{0x0af7651916cd43dd, 0x8448eb211c80319c});
  CHECK(span.id == 0xb7);
  CHECK(span.parent == 0xa1);
  CHECK(span.kind == SpanKind::client);
  CHECK(span.start == 1'500'000'000'000'001'000);
  CHECK(span.duration() == 250'000);
  CHECK(span.error);
  CHECK(set.names.text(span.service) == "front");
  CHECK(set.names.text(span.operation) == "get /a/{id}");
  CHECK(set.names.text(span.instance) == "10.0.0.7");
  CHECK(set.names.text(span.peer) == "back");
  CHECK(set.names.text(span.zone) == "west");
  CHECK(set.names.text(span.version) == "1.2");
}

TEST_CASE("Zipkin spans come in a list, one a line, as lists of traces, and alone", "[calibrate]") {
  const std::string one = span_text("1", times);
  const std::string two = span_text("2", times);
  ReadOptions options;
  options.format = GENERATE(TraceFormat::detect, TraceFormat::zipkin);

  CHECK(read_text("[" + one + ",\n" + two + "]", options).spans.size() == 2);
  CHECK(read_text(one + "\n" + two + "\n", options).spans.size() == 2);
  CHECK(read_text("[[" + one + "],[],[" + two + "," + one + "]]", options).spans.size() == 3);
  CHECK(read_text("[" + one + "]\n[" + two + "]", options).spans.size() == 2);
  CHECK(read_text(one, options).spans.size() == 1);
}

TEST_CASE("a list of Zipkin spans may be longer than one element is allowed to be", "[calibrate]") {
  ReadOptions options;
  options.scanner_limits.element_bytes = 1000;
  std::string list = "[";
  const std::size_t spans = 5000;  // well over one buffer of 256 KiB
  for (std::size_t i = 1; i <= spans; ++i) {
    list += (i > 1 ? ", " : "") + span_text(std::to_string(i), times + R"(,"tags":{"x":"]}[\""})");
  }

  CHECK(read_text(list + "]", options).spans.size() == spans);
}

TEST_CASE("lists of documents of other formats are read as before", "[calibrate]") {
  const std::string otlp = R"({"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"1",
    "spanId":"2","name":"n","startTimeUnixNano":"5","endTimeUnixNano":"9"}]}]}]})";

  CHECK(read_text("[" + otlp + "," + otlp + "]").spans.size() == 2);
}

TEST_CASE("a format that is asked for is the only one that is read", "[calibrate]") {
  const std::string jaeger =
      R"({"traceID":"1","spans":[{"spanID":"1","startTime":1,"duration":1}]})";
  ReadOptions options;
  options.format = TraceFormat::zipkin;
  CHECK_THROWS_AS(read_text(jaeger, options), InvalidInput);
  options.format = GENERATE(TraceFormat::jaeger, TraceFormat::otlp);
  CHECK_THROWS_AS(read_text("[" + span_text("1", times) + "]", options), InvalidInput);
}

TEST_CASE("a Zipkin span has no parent in many ways", "[calibrate]") {
  const std::string said =
      GENERATE(R"("parentId":null)", R"("parentId":"")", R"("parentId":"0000000000000000")",
               R"("parentId":"00000000000000b1")", R"("debug":true)");
  INFO(said);

  CHECK(read_text(span_text("00000000000000b1", times + "," + said)).spans.at(0).parent == 0);
}

TEST_CASE("a parent of null was once an unrecorded one", "[calibrate]") {
  const SpanSet set = read_text(R"({"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"1",
    "spanId":"2","parentSpanId":null,"name":null,"startTimeUnixNano":"5",
    "endTimeUnixNano":"9"}]}]}]})");

  CHECK(set.spans.at(0).parent == 0);
  CHECK(set.names.text(set.spans[0].operation) == "unnamed");
}

TEST_CASE("times of Zipkin spans are numbers, texts, zero or not there", "[calibrate]") {
  const SpanSet set = read_text(
      "[" + span_text("1", R"("timestamp":"1000","duration":"50")") + "," +
      span_text("2", R"("timestamp":1000,"duration":0)") + "," +
      span_text("3", R"("timestamp":1000)") + "," + span_text("4", R"("duration":50)") + "," +
      span_text("5", R"("timestamp":0,"duration":50)") + "," +
      span_text("6", R"("timestamp":1000,"kind":"PRODUCER")") + "," +
      span_text("7", R"("timestamp":1000,"duration":-1)") + "," +
      span_text("8", R"("timestamp":9223372036854775807,"duration":9223372036854775807)") + "]");

  CHECK(set.counts.spans == 8);
  CHECK(set.counts.with_bad_times == 5);
  CHECK(set.spans.size() == 3);
  CHECK(span_called(set, "n1").duration() == 50'000);
  CHECK(span_called(set, "n2").duration() == 0);
  CHECK(span_called(set, "n6").duration() == 0);
}

TEST_CASE("the tag error means a failure whatever it says, save false", "[calibrate]") {
  const auto failed = [](const std::string& tags) {
    return read_text(span_text("1", times + R"(,"tags":{)" + tags + "}")).spans.at(0).error;
  };

  CHECK(failed(R"("error":"")"));
  CHECK(failed(R"("error":"404")"));
  CHECK(failed(R"("error":true)"));
  CHECK(failed(R"("http.status_code":"500")"));
  CHECK_FALSE(failed(R"("error":"false")"));
  CHECK_FALSE(failed(R"("http.status_code":"404")"));
  CHECK_FALSE(failed(R"("http.path":"/")"));
}

TEST_CASE("only who calls has a peer, and who names one without a kind is a client",
          "[calibrate]") {
  const std::string remote = R"(,"remoteEndpoint":{"serviceName":"db"})";
  const auto read = [&](const std::string& more) {
    return read_text(span_text("1", times + remote + more)).spans.at(0);
  };

  CHECK(read(R"(,"kind":"SERVER")").peer == 0);
  CHECK(read(R"(,"kind":"CONSUMER")").peer == 0);
  CHECK(read(R"(,"kind":"PRODUCER")").peer != 0);
  CHECK(read("").kind == SpanKind::client);
  CHECK(read("").peer != 0);
  CHECK(read_text(span_text("1", times + R"(,"remoteEndpoint":{"ipv4":"10.0.0.1"})"))
            .spans.at(0)
            .kind == SpanKind::unknown);
}

TEST_CASE("a peer called db was once taken for a hexadecimal address", "[calibrate]") {
  const auto peer_of = [](const std::string& name) {
    const SpanSet set = read_text(
        span_text("1", times + R"(,"kind":"CLIENT","tags":{"peer.service":")" + name + R"("})"));
    return set.names.text(set.spans.at(0).peer);
  };

  for (const char* name : {"db", "ad", "db1", "cafe.feed"}) CHECK(peer_of(name) == name);
  for (const char* address : {"10.0.0.1", "10.0.0.1:80", "::1", "fe80::1", "[::1]:80", "8080",
                              "1a2b3c4d5e6f", "localhost"}) {
    CHECK(peer_of(address).empty());
  }
}

TEST_CASE("a server that shares the id of its client is below it, and its children below it",
          "[calibrate]") {
  const auto record = [](const char* service, const std::string& more) {
    return R"({"traceId":"aa","localEndpoint":{"serviceName":")" + std::string(service) +
           R"("},"timestamp":1000,)" + more + "}";
  };
  SpanSet set = read_text(
      "[" + record("a", R"("id":"1","name":"root","kind":"SERVER","duration":90)") + "," +
      record("a", R"("id":"2","parentId":"1","name":"call","kind":"CLIENT","duration":50)") + "," +
      record("b", R"("id":"2","parentId":"1","name":"serve","shared":true,"duration":30)") + "," +
      record("b", R"("id":"3","parentId":"2","name":"inside","duration":10)") + "]");
  const NameTable names = set.names;

  const TraceForest forest = plant(std::move(set.spans));

  CHECK(forest.counts.ids_shared_by_two_sides == 1);
  REQUIRE(forest.spans.size() == 4);
  std::map<std::string, std::string> parents;
  for (std::size_t i = 0; i < forest.spans.size(); ++i) {
    const std::uint32_t parent = forest.parent[i];
    parents[names.text(forest.spans[i].operation)] =
        parent == TraceForest::none ? "" : names.text(forest.spans[parent].operation);
  }
  CHECK(parents == std::map<std::string, std::string>{
                       {"root", ""}, {"call", "root"}, {"serve", "call"}, {"inside", "serve"}});
}

TEST_CASE("spans whose trace id was cut to 64 bits join the trace that ends so", "[calibrate]") {
  const auto record = [](const std::string& trace, const std::string& id) {
    return R"({"traceId":")" + trace + R"(","id":")" + id + R"(","timestamp":1000,"duration":5})";
  };
  const SpanSet set =
      read_text(record("0af7651916cd43dd8448eb211c80319c", "1") + record("8448eb211c80319c", "2") +
                record("00000000000000001111111111111111", "3") + record("1111111111111111", "4") +
                record("aaaaaaaaaaaaaaaa2222222222222222", "5") +
                record("bbbbbbbbbbbbbbbb2222222222222222", "6") + record("2222222222222222", "7"));

  CHECK(set.counts.truncated_trace_ids == 1);
  std::map<std::uint64_t, TraceId> traces;
  for (const Span& span : set.spans) traces[span.id] = span.trace;
  CHECK(traces.at(2) == traces.at(1));
  CHECK(traces.at(4) == traces.at(3));
  CHECK(traces.at(7) == TraceId{0, 0x2222222222222222});  // it may be of either
  CHECK(std::is_sorted(set.spans.begin(), set.spans.end()));
}

TEST_CASE("one bad element is left out with its place, and the rest of the file is read",
          "[calibrate]") {
  const std::string good = span_text("1", times);
  const std::string bad =
      GENERATE(std::string(R"({"traceId":"aa" "id":"2"})"), std::string(R"({"metrics":[1]})"),
               std::string(R"({"traceId":"aa","id":"","localEndpoint":null,)" + times + "}"),
               std::string(R"({"traceId":"aa","id":"2"})"));
  INFO(bad);

  const SpanSet first = read_text("[" + bad + "," + good + "," + bad + "]");
  const SpanSet lines = read_text(good + "\n" + bad + "\n" + bad + "\n" + good);

  CHECK(first.spans.size() == 1);
  CHECK(first.counts.first_left_out.byte == 1);
  CHECK_FALSE(first.counts.first_left_out.why.empty());
  CHECK(lines.spans.size() == 2);
  CHECK(lines.counts.first_left_out.byte == good.size() + 1);
  CHECK(lines.counts.unusable_elements + lines.counts.without_id + lines.counts.with_bad_times ==
        2);
}

TEST_CASE("the account names the place of the first element that was left out", "[calibrate]") {
  const test::TemporaryFile file("[" + span_text("1", times) + R"(,{"no":"span"}])");
  CalibrateOptions options;

  const std::string named = text(calibrate({file.path()}, options).account);
  options.anonymise = true;
  const std::string anonymous = text(calibrate({file.path()}, options).account);

  const std::string byte = std::to_string(span_text("1", times).size() + 2);
  CHECK_THAT(named, Catch::Contains("the first: " + file.path() + ": byte " + byte + ": neither"));
  CHECK_THAT(anonymous, Catch::Contains("the first: (name left out): byte " + byte) &&
                            !Catch::Contains(file.path()));
}

TEST_CASE("of several files the first by name tells what was left out first", "[calibrate]") {
  const test::TemporaryFile one(span_text("1", times) + R"({"no":1})");
  const test::TemporaryFile two(span_text("2", times) + R"({"no":2})");

  const SpanSet forwards = read_spans({one.path(), two.path()}, {});
  const SpanSet backwards = read_spans({two.path(), one.path()}, {});

  CHECK(forwards.counts.unusable_elements == 2);
  CHECK(forwards.counts.first_left_out.file == one.path());
  CHECK(forwards.counts == backwards.counts);
}

TEST_CASE("a record of version 1 with both sides becomes a client and a server", "[calibrate]") {
  const SpanSet set = read_text(R"([{"traceId":"aa","id":"b","parentId":"a","name":"get",
    "timestamp":1000,"duration":100,
    "annotations":[
      {"timestamp":1000,"value":"cs","endpoint":{"serviceName":"front","ipv4":"10.0.0.1"}},
      {"timestamp":1030,"value":"sr","endpoint":{"serviceName":"back","ipv4":"10.0.0.2"}},
      {"timestamp":1080,"value":"ss","endpoint":{"serviceName":"back","ipv4":"10.0.0.2"}},
      {"timestamp":1090,"value":"cr","endpoint":{"serviceName":"front","ipv4":"10.0.0.1"}},
      {"timestamp":1031,"value":"error","endpoint":{"serviceName":"back"}}],
    "binaryAnnotations":[
      {"key":"error","value":"","endpoint":{"serviceName":"front","ipv4":"10.0.0.1"}},
      {"key":"sa","value":true,"endpoint":{"serviceName":"balancer","ipv4":"10.0.0.9"}},
      {"key":"ca","value":true,"endpoint":{"serviceName":"other","ipv4":"10.0.0.8"}}]}])");

  REQUIRE(set.spans.size() == 2);
  const Span& client = span_of_kind(set, SpanKind::client);
  const Span& server = span_of_kind(set, SpanKind::server);
  CHECK(set.names.text(client.service) == "front");
  CHECK(set.names.text(client.instance) == "10.0.0.1");
  CHECK(set.names.text(client.peer) == "balancer");
  CHECK(client.duration() == 100'000);  // those of the record are the client's
  CHECK(client.error);
  CHECK(set.names.text(server.service) == "back");
  CHECK(set.names.text(server.instance) == "10.0.0.2");
  CHECK(server.start == 1'030'000);
  CHECK(server.duration() == 50'000);
  CHECK(server.peer == 0);
  CHECK_FALSE(server.error);
  CHECK(client.id == server.id);
  SpanSet copy = set;
  CHECK(plant(std::move(copy.spans)).counts.ids_shared_by_two_sides == 1);
}

TEST_CASE("version 1 tells times by annotations, by the record, or by both", "[calibrate]") {
  const auto read = [](const std::string& more) {
    return read_text(R"([{"traceId":"aa","id":"b","name":"n",)" + more + "}]");
  };
  const auto annotation = [](const std::string& value, const std::string& time) {
    return R"({"value":")" + value + R"(","timestamp":)" + time +
           R"(,"endpoint":{"serviceName":"s"}})";
  };
  const std::string received = annotation("sr", "1000");

  const SpanSet by_annotations =
      read(R"("annotations":[)" + received + "," + annotation("ss", "1070") + "]");
  CHECK(by_annotations.spans.at(0).duration() == 70'000);
  CHECK(by_annotations.spans[0].kind == SpanKind::server);
  const SpanSet by_record =
      read(R"("timestamp":"990","duration":90,"annotations":[)" + received + "]");
  CHECK(by_record.spans.at(0).start == 990'000);
  CHECK(by_record.spans[0].duration() == 90'000);
  const SpanSet by_both =
      read(R"("timestamp":1000,"annotations":[)" + annotation("cr", "1020") + "]");
  CHECK(by_both.spans.at(0).duration() == 20'000);
  CHECK(by_both.spans[0].kind == SpanKind::client);
  CHECK_THROWS_WITH(read(R"("annotations":[)" + received + "]"),
                    Catch::Contains("1 with impossible times"));
  CHECK_THROWS_WITH(read(R"("annotations":[)" + received + "," + annotation("ss", "900") + "]"),
                    Catch::Contains("1 with impossible times"));
}

TEST_CASE("version 1 knows local work and peers by their addresses", "[calibrate]") {
  const auto read = [](const std::string& tags) {
    return read_text(R"([{"traceId":"aa","id":"b","name":"n","timestamp":1000,"duration":5,
      "binaryAnnotations":[)" +
                     tags + "]}]");
  };
  const std::string local =
      R"({"key":"lc","value":"pool","endpoint":{"serviceName":"a","ipv4":"10.0.0.1"}})";
  const std::string server = R"({"key":"sa","value":true,"endpoint":{"serviceName":"db"}})";
  const std::string client = R"({"key":"ca","value":true,"endpoint":{"serviceName":"c"}})";

  const SpanSet work = read(local);
  CHECK(work.spans.at(0).kind == SpanKind::unknown);
  CHECK(work.names.text(work.spans[0].service) == "a");
  CHECK(work.names.text(work.spans[0].instance) == "10.0.0.1");
  const SpanSet calling = read(server + "," + local);
  CHECK(calling.spans.at(0).kind == SpanKind::client);
  CHECK(calling.names.text(calling.spans[0].peer) == "db");
  const SpanSet called = read(client + "," + local);
  CHECK(called.spans.at(0).kind == SpanKind::server);
  CHECK(called.names.text(called.spans[0].service) == "a");
  const SpanSet between = read(client + "," + server);
  CHECK(between.names.text(between.spans.at(0).service) == "c");
  CHECK(between.names.text(between.spans[0].peer) == "db");
}

TEST_CASE("a service of version 1 that calls itself has two sides", "[calibrate]") {
  const std::string endpoint = R"("endpoint":{"serviceName":"s","ipv4":"10.0.0.1"})";
  const SpanSet set = read_text(
      R"([{"traceId":"aa","id":"b","name":"n","annotations":[{"value":"cs","timestamp":1,)" +
      endpoint + R"(},{"value":"sr","timestamp":2,)" + endpoint +
      R"(},{"value":"ss","timestamp":3,)" + endpoint + R"(},{"value":"cr","timestamp":5,)" +
      endpoint + R"(}]}])");

  CHECK(set.spans.size() == 2);
  CHECK(span_of_kind(set, SpanKind::client).duration() == 4'000);
  CHECK(span_of_kind(set, SpanKind::server).duration() == 1'000);
}

TEST_CASE("Zipkin's own recordings are read whole", "[calibrate]") {
  struct Recording {
    const char* name;
    std::uint64_t spans, with_bad_times, services, shared, orphans;
    std::ptrdiff_t errors, peers;
  };
  // Counted by another program, not by this reader.
  const auto recording = GENERATE(
      Recording{"ascend.json", 8, 0, 3, 2, 0, 0, 0}, Recording{"envoy.json", 1, 0, 1, 0, 0, 0, 0},
      Recording{"messaging-kafka.json", 28, 0, 2, 0, 0, 3, 9},
      Recording{"messaging.json", 4, 0, 2, 0, 0, 0, 1},
      Recording{"messaging2.json", 11, 0, 4, 0, 6, 0, 1},
      Recording{"simple-db-p6.json", 5, 0, 1, 0, 0, 0, 4},
      Recording{"skew.json", 4, 0, 2, 1, 0, 0, 0},
      Recording{"smartthings-mobile-web-install.json", 1041, 175, 16, 288, 4, 2, 252},
      Recording{"smartthings-oauth-authorization.json", 175, 19, 8, 34, 22, 2, 50},
      Recording{"yelp.json", 16, 0, 6, 3, 0, 0, 11});
  const auto path = test::shared_data(std::string("zipkin/") + recording.name);
  if (!path) return;
  INFO(recording.name);

  SpanSet set = read_spans({*path}, {});

  CHECK(set.counts.spans == recording.spans);
  CHECK(set.counts.with_bad_times == recording.with_bad_times);
  CHECK(set.spans.size() == recording.spans - recording.with_bad_times);
  CHECK(set.counts.without_id + set.counts.unusable_elements == 0);
  std::set<NameId> services;
  for (const Span& span : set.spans) services.insert(span.service);
  CHECK(services.size() == recording.services);
  CHECK(std::count_if(set.spans.begin(), set.spans.end(),
                      [](const Span& span) { return span.error; }) == recording.errors);
  CHECK(std::count_if(set.spans.begin(), set.spans.end(),
                      [](const Span& span) { return span.peer != 0; }) == recording.peers);
  const TraceForest forest = plant(std::move(set.spans));
  CHECK(forest.spans.size() == recording.spans - recording.with_bad_times);
  CHECK(forest.counts.traces == 1);
  CHECK(forest.counts.roots == 1);
  CHECK(forest.counts.orphans == recording.orphans);
  CHECK(forest.counts.duplicates == 0);
  CHECK(forest.counts.ids_shared_by_two_sides == recording.shared);
  CHECK_FALSE(calibrate({*path}, {}).model.services.empty());
}

}  // namespace rehearse
