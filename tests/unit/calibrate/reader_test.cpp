#include <algorithm>
#include <set>
#include <thread>

#include <sys/stat.h>

#include "calibrate/readers/name_pattern.hpp"
#include "sim/error.hpp"
#include "tests/unit/calibrate/trace_support.hpp"

namespace rehearse {
namespace {

using test::read_text;

std::size_t services_in(const SpanSet& set) {
  std::set<NameId> services;
  for (const Span& span : set.spans) services.insert(span.service);
  return services.size();
}

std::size_t traces_in(const SpanSet& set) {
  std::set<TraceId> traces;
  for (const Span& span : set.spans) traces.insert(span.trace);
  return traces.size();
}

const std::string jaeger_trace = R"({"traceID":"ab","spans":[
  {"traceID":"ab","spanID":"1","operationName":"GET /a/77","startTime":1000,"duration":50,
   "processID":"p1","tags":[{"key":"span.kind","value":"server"},{"key":"error","value":true}]},
  {"traceID":"ab","spanID":"2","operationName":"b","startTime":1010,"duration":20,"processID":"p2",
   "references":[{"refType":"CHILD_OF","traceID":"ab","spanID":"1"}]}],
  "processes":{"p1":{"serviceName":"front","tags":[{"key":"hostname","value":"h1"}]},
               "p2":{"serviceName":"back"}}})";

}  // namespace

TEST_CASE("a Jaeger trace is read with its processes, tags and references", "[calibrate]") {
  const SpanSet set = read_text(R"({"data":[)" + jaeger_trace + "]}");

  REQUIRE(set.spans.size() == 2);
  const Span& root = set.spans[0];
  CHECK(set.names.text(root.service) == "front");
  CHECK(set.names.text(root.instance) == "h1");
  CHECK(set.names.text(root.operation) == "GET /a/{id}");
  CHECK(root.kind == SpanKind::server);
  CHECK(root.error);
  CHECK(root.start == 1'000'000);
  CHECK(root.duration() == 50'000);
  CHECK(root.trace == TraceId{0, 0xab});
  CHECK(set.spans[1].parent == 1);
}

TEST_CASE("a Jaeger trace may stand alone, in an array, or one a line", "[calibrate]") {
  CHECK(read_text(jaeger_trace).spans.size() == 2);
  CHECK(read_text("[" + jaeger_trace + "]").spans.size() == 2);
  CHECK(read_text(jaeger_trace + "\n" + jaeger_trace).spans.size() == 4);
}

TEST_CASE("OTLP is read with ids in hexadecimal or base64, and kinds and times as texts or numbers",
          "[calibrate]") {
  const std::string one = R"({"resourceSpans":[{"resource":{"attributes":[
    {"key":"service.name","value":{"stringValue":"s"}},
    {"key":"service.instance.id","value":{"stringValue":"s-1"}},
    {"key":"cloud.availability_zone","value":{"stringValue":"z"}}]},
    "scopeSpans":[{"spans":[{"traceId":"5B8EFFF798038103D269B633813FC60C",
    "spanId":"EEE19B7EC3C1B174","name":"n","kind":2,"startTimeUnixNano":"10",
    "endTimeUnixNano":20,"status":{"code":"STATUS_CODE_ERROR"},"traceState":"x=1,ot=th:8"}]}]}]})";
  const std::string other = R"({"batches":[{"instrumentationLibrarySpans":[{"spans":[{
    "traceId":"W47/95gDgQPSabYzgT/GDA==","spanId":"7uGbfsPBsXQ=","name":"n",
    "kind":"SPAN_KIND_CLIENT","startTimeUnixNano":10,"endTimeUnixNano":"20"}]}]}]})";

  const SpanSet set = read_text(one + "\n" + other + "\n");

  REQUIRE(set.spans.size() == 2);
  CHECK(set.spans[0].trace == set.spans[1].trace);
  CHECK(set.spans[0].id == 0xEEE19B7EC3C1B174);
  CHECK(set.spans[0].id == set.spans[1].id);
  CHECK(set.counts.without_service == 1);
  const bool first_is_server = set.spans[0].kind == SpanKind::server;
  const Span& server = set.spans[first_is_server ? 0 : 1];
  CHECK(server.error);
  CHECK(server.adjusted_count == 2);  // half of all traces have a random value below threshold 8
  CHECK(set.names.text(server.zone) == "z");
  CHECK(set.spans[first_is_server ? 1 : 0].kind == SpanKind::client);
}

TEST_CASE("a document is cut at its elements wherever the buffer ends", "[calibrate]") {
  std::string document = "{\"other\":[1,\"]}\\\"\",{\"data\":3}],\"data\":[";
  const int traces = 5000;  // well over one buffer of 256 KiB
  for (int i = 0; i < traces; ++i) {
    if (i > 0) document += ", ";
    document += R"({"traceID":"t)" + std::to_string(i) +
                R"(","spans":[{"spanID":"1","operationName":"o]}\"","startTime":1,"duration":1,)" +
                R"("processID":"p"}],"processes":{"p":{"serviceName":"s"}}})";
  }
  document += "],\"total\":0}";

  const SpanSet set = read_text(document);

  CHECK(set.spans.size() == traces);
  CHECK(traces_in(set) == traces);
}

TEST_CASE("single bad spans are counted and the others are kept", "[calibrate]") {
  const SpanSet set = read_text(R"({"data":[{"traceID":"1","spans":[
    {"spanID":"","startTime":1,"duration":1,"processID":"p"},
    {"spanID":"2","startTime":-1,"duration":1,"processID":"p"},
    {"spanID":"3","startTime":9223372036854775807,"duration":1,"processID":"p"},
    {"spanID":"4","startTime":1,"duration":31536000000000000,"processID":"p"},
    {"spanID":"5","startTime":"x","duration":1,"processID":"p"},
    {"spanID":"6","startTime":1,"duration":1,"processID":"p"}],
    "processes":{"p":{"serviceName":"s"}}},{"no":"trace"}]})");

  CHECK(set.spans.size() == 1);
  CHECK(set.counts.spans == 6);
  CHECK(set.counts.without_id == 1);
  CHECK(set.counts.with_bad_times == 4);
  CHECK(set.counts.unusable_elements == 1);
}

TEST_CASE("a table is read by its mapping, also without a header", "[calibrate]") {
  ReadOptions options;
  options.format = TraceFormat::csv;
  ColumnMapping mapping;
  mapping.trace = "1";
  mapping.span = "2";
  mapping.parent = "3";
  mapping.instance = "4";
  mapping.operation = "5";
  mapping.start = {"6", 1e6};
  mapping.duration = TimeColumn{"7", 1e3};
  mapping.header = false;
  mapping.delimiter = ';';
  mapping.service_from_instance = "^([a-z]+)-pod";
  options.columns = mapping;

  const SpanSet set = read_text(
      "t;a;root;front-pod-1;\"get \"\"x\"\";\n;y\";5;7\r\nt;b;a;back-pod-2;w;5.5;1\n", options);

  REQUIRE(set.spans.size() == 2);
  const Span& root = set.spans[0].parent == 0 ? set.spans[0] : set.spans[1];
  CHECK(set.names.text(root.service) == "front");
  CHECK(set.names.text(root.operation) == "get \"x\";?;y");
  CHECK(root.start == 5'000'000);
  CHECK(root.duration() == 7'000);
}

TEST_CASE("services are cut out of the names of pods", "[calibrate]") {
  const SpanSet set = read_text(
      "TraceID,SpanID,ParentID,PodName,OperationName,StartTimeUnixNano,EndTimeUnixNano,Duration\n"
      "1,2,root,ts-order-service-579b9bff58-t2dbm,op,10,20,10\n1,3,nan,lone,op,10,20,10\n");

  std::set<std::string> services;
  for (const Span& span : set.spans) services.insert(set.names.text(span.service));
  CHECK(services == std::set<std::string>{"ts-order-service", "lone"});
  CHECK(set.spans[1].parent == 0);
}

TEST_CASE("headers in the middle of joined tables were once spans with impossible times",
          "[calibrate]") {
  const std::string table =
      "TraceID,SpanID,ParentID,PodName,OperationName,StartTimeUnixNano,EndTimeUnixNano\n"
      "1,2,root,a-1-2,op,10,20\n";

  const SpanSet set = read_text(table + table);

  CHECK(set.spans.size() == 2);
  CHECK(set.counts.spans == 2);
  CHECK(set.counts.with_bad_times == 0);
}

TEST_CASE("a recording that came through a pipe once lost its beginning", "[calibrate]") {
  const std::string pipe = test::TemporaryFile("").path() + ".pipe";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  std::thread writer([&] { std::ofstream(pipe) << jaeger_trace << "\n" << jaeger_trace; });

  const SpanSet set = read_spans({pipe}, {});

  writer.join();
  std::filesystem::remove(pipe);
  CHECK(set.spans.size() == 4);
}

TEST_CASE("what is read does not depend on the order of spans and files", "[calibrate]") {
  const test::TemporaryFile one(
      "trace,span,parent,service,operation,start_ns,end_ns\n"
      "1,2,,b,x,10,20\n1,3,2,a,y,12,15\n");
  const test::TemporaryFile two(
      "trace,span,parent,service,operation,start_ns,end_ns\n"
      "2,3,2,a,y,12,15\n2,2,,b,x,10,20\n");

  const SpanSet forwards = read_spans({one.path(), two.path()}, {});
  const SpanSet backwards = read_spans({two.path(), one.path()}, {});

  CHECK(forwards.spans == backwards.spans);
}

TEST_CASE("the recordings at hand are read whole", "[calibrate]") {
  struct Recording {
    const char* name;
    std::size_t traces, spans, services;
  };
  const auto recording =
      GENERATE(Recording{"social-network-jaeger/compose-post.json.gz", 20, 660, 12},
               Recording{"online-boutique/baseline_17_00.csv.gz", 502, 22969, 10},
               Recording{"train-ticket/baseline_08_50.csv.gz", 71, 4890, 25},
               Recording{"otlp/example.json", 1, 1, 1});
  const auto path = test::shared_data(recording.name);
  if (!path) return;

  const SpanSet set = read_spans({*path}, {});

  CHECK(traces_in(set) == recording.traces);
  CHECK(set.spans.size() == recording.spans);
  CHECK(services_in(set) == recording.services);
}

TEST_CASE("Tempo's answers and nested OTLP exports are read", "[calibrate]") {
  const char* const name = GENERATE("otlp/tempo-bookinfo-trace.json", "otlp/bindplane.json");
  const auto path = test::shared_data(name);
  if (!path) return;

  const SpanSet set = read_spans({*path}, {});

  CHECK(set.spans.size() == set.counts.spans);
  CHECK(set.counts.without_service == 0);
  if (std::string(name).find("bindplane") != std::string::npos) CHECK(set.spans.size() == 178);
}

TEST_CASE("the answer to a search in Tempo is refused: its spans have no parents", "[calibrate]") {
  const auto path = test::shared_data("otlp/tempo-ambient-trace.json");
  if (!path) return;

  CHECK_THROWS_WITH(read_spans({*path}, {}), Catch::Contains("answer to a search"));
}

TEST_CASE("probabilistic sampling is read off the tags", "[calibrate]") {
  const auto path = test::shared_data("social-network-jaeger/compose-post.json.gz");
  if (!path) return;

  const SpanSet set = read_spans({*path}, {});

  const auto sampled = std::count_if(set.spans.begin(), set.spans.end(),
                                     [](const Span& span) { return span.adjusted_count == 5.0F; });
  CHECK(sampled >= 20);
}

TEST_CASE("hand-made edge cases survive", "[calibrate]") {
  const auto folder = test::shared_data("jaeger-edge-cases");
  if (!folder) return;
  int files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(*folder)) {
    const std::string path = entry.path().string();
    if (!entry.is_regular_file() || path.find(".json") == std::string::npos) continue;
    if (path.find("in-error") != std::string::npos) continue;
    INFO(path);
    const Calibration calibration = calibrate({path}, {});
    CHECK(!calibration.model.services.empty());
    ++files;
  }
  CHECK(files > 40);
}

TEST_CASE("a long head of zeros, as a crash leaves it, is skipped", "[calibrate]") {
  const std::string zeros(283'073, '\0');
  const std::string table = "trace,span,service,operation,start_ns,end_ns\n1,1,a,x,1,2\n";
  const std::string json =
      R"({"data":[{"traceID":"1","spans":[{"spanID":"1","startTime":1,"duration":5}]}]})";

  CHECK(test::read_text(zeros + table).spans.size() == 1);
  CHECK(test::read_text(zeros + json + zeros + json).spans.size() == 2);
}

TEST_CASE("blanks without end once hung the reader", "[calibrate]") {
  for (const TraceFormat format : {TraceFormat::detect, TraceFormat::csv, TraceFormat::otlp}) {
    ReadOptions options;
    options.format = format;

    CHECK_THROWS_WITH(read_spans({"/dev/zero"}, options), Catch::Contains("MiB of blanks"));
  }
  const std::string blanks((17 << 20), ' ');
  const std::string zeros((17 << 20), '\0');
  CHECK_THROWS_WITH(test::read_text("{\"data\":[" + blanks), Catch::Contains("MiB of blanks"));
  CHECK_THROWS_WITH(test::read_text("trace,span" + zeros), Catch::Contains("a record longer"));
}

TEST_CASE("a service is found by a regular expression in linear time", "[calibrate]") {
  const std::string longest(1 << 20, 'a');

  CHECK(NamePattern("^(a+)+$").find_in(longest + "!") == longest + "!");
  CHECK(NamePattern("^(a+)+$").find_in(longest) == longest);
  CHECK(NamePattern("^(.*)-[0-9a-f]+-[a-z]+$").find_in("cart-5f-a") == "cart");
  CHECK(NamePattern("[a-z]+").find_in("5-cart-6") == "cart");
  CHECK(NamePattern("x(y)?").find_in("x") == "");
  CHECK_THROWS_AS(NamePattern("(("), InvalidInput);
  CHECK_THROWS_AS(NamePattern("(a)\\1"), InvalidInput);
  CHECK_THROWS_AS(NamePattern(std::string(20'000, '(') + std::string(20'000, ')')), InvalidInput);
}

TEST_CASE("the first line of a table is shown escaped and cut", "[calibrate]") {
  ReadOptions options;
  options.columns = *guess_mapping({"trace", "span", "service", "operation", "start_ns", "end_ns"});
  const std::string head = "\x1b]0;pwned\a\x1b[2J," + std::string(5000, 'x');

  CHECK_THROWS_WITH(test::read_text(head + "\n", options),
                    Catch::Contains("the first line is: \\u001b]0;pwned\\u0007\\u001b[2J, xxx") &&
                        Catch::EndsWith("xxx..."));
  CHECK_THROWS_WITH(test::read_text(head + "\n"),
                    Catch::Contains("\"\\u001b]0;pwned\\u0007\\u001b[2J\""));
}

TEST_CASE("sampling weights that cannot be are counted and left out", "[calibrate]") {
  const std::string table = "trace,span,service,operation,start_ns,end_ns,kept\n1,1,a,x,1,2,";
  ColumnMapping mapping =
      *guess_mapping({"trace", "span", "service", "operation", "start_ns", "end_ns"});
  mapping.sampling_percent = "kept";
  ReadOptions options;
  options.columns = mapping;
  const auto by_percent = [&](const std::string& said) {
    return test::read_text(table + said + "\n", options);
  };
  const auto by_state = [](const std::string& said) {
    return test::read_text(
        R"({"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"1","spanId":"1","name":"n",)"
        R"("startTimeUnixNano":"5","endTimeUnixNano":"9","traceState":")" +
        said + R"("}]}]}]})");
  };
  const auto by_parameter = [](const std::string& said) {
    return test::read_text(
        R"({"data":[{"traceID":"1","spans":[{"spanID":"1","operationName":"n","startTime":1,)"
        R"("duration":5,"tags":[{"key":"sampler.type","value":"probabilistic"},)"
        R"({"key":"sampler.param","value":)" +
        said + "}]}]}]}");
  };
  std::vector<SpanSet> impossible;
  for (const char* said : {"nan", "inf", "0", "-1", "1e-300", "1e300", "200", "none"}) {
    impossible.push_back(by_percent(said));
  }
  for (const char* said : {"ot=p:62", "ot=p:63", "ot=p:x", "ot=p:", "ot=th:ffffffffffffff",
                           "ot=th:xyz", "ot=th:", "a=b, ot=th:000000000000000"}) {
    impossible.push_back(by_state(said));
  }
  for (const char* said : {"0", "-0.5", "1e-300", "1e300", "2", "\"nan\"", "null"}) {
    impossible.push_back(by_parameter(said));
  }

  for (const SpanSet& set : impossible) {
    REQUIRE(set.spans.size() == 1);
    CHECK(set.counts.impossible_sampling == 1);
    CHECK(set.spans[0].adjusted_count == 1);
  }
  const std::vector<std::pair<SpanSet, float>> sensible{
      {by_percent(""), 1.0F},          {by_percent("25"), 4.0F},        {by_percent("1e-6"), 1e8F},
      {by_state("not=th:8"), 1.0F},    {by_state("x=1,ot=th:c"), 4.0F}, {by_state("ot=p:3"), 8.0F},
      {by_state("ot=rv:1;p:2"), 4.0F}, {by_parameter("0.25"), 4.0F}};
  for (const auto& [set, count] : sensible) {
    CHECK(set.counts.impossible_sampling == 0);
    CHECK(set.spans.at(0).adjusted_count == count);
  }
}

}  // namespace rehearse
