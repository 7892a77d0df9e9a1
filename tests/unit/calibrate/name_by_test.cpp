#include <map>
#include <string>

#include "calibrate/calibrate.hpp"
#include "tests/unit/calibrate/otlp_support.hpp"
#include "tests/unit/calibrate/trace_support.hpp"

// Services and operations by attributes of the person's choice; services of one name in several
// namespaces.

namespace rehearse {
namespace {

using test::read_text;
using Names = std::map<std::uint64_t, std::string>;

/// By the ids of the spans.
Names names_of(const SpanSet& set, NameId Span::*name) {
  Names names;
  for (const Span& span : set.spans) names[span.id] = set.names.text(span.*name);
  return names;
}

ReadOptions by_deployment_and_route() {
  ReadOptions options;
  options.name_by.service = {"k8s.deployment.name"};
  options.name_by.operation = {"http.route", "rpc.method"};
  return options;
}

test::OtlpSpan otlp_span(std::uint64_t id, const test::Attributes& attributes) {
  test::OtlpSpan span;
  span.trace = 1;
  span.id = id;
  span.name = "GET";
  span.start = 1000;
  span.end = 2000;
  span.attributes = attributes;
  return span;
}

test::OtlpResource first_resource() {
  return {
      {{"service.name", std::string("java")}, {"k8s.deployment.name", std::string("cart")}},
      {otlp_span(1, {{"http.route", std::string("/carts/{name}")}}),
       otlp_span(2, {{"rpc.method", std::string("List")},
                     {"k8s.deployment.name", std::string("cart-canary")}}),
       otlp_span(3, {{"rpc.method", std::string("List")}, {"http.route", std::string("/list")}})}};
}

test::OtlpResource second_resource() {
  return {{{"service.name", std::string("java")}, {"k8s.deployment.name", std::string("")}},
          {otlp_span(4, {{"db.system", std::string("mysql")}})}};
}

std::string otlp_in(const std::string& name_space, std::uint64_t id) {
  test::OtlpResource resource{{{"service.name", std::string("cart")}}, {otlp_span(id, {})}};
  if (!name_space.empty()) resource.attributes.emplace_back("service.namespace", name_space);
  return R"({"resourceSpans":[)" + test::json_of(resource) + "]}\n";
}

}  // namespace

TEST_CASE("services and operations are named by the attributes that were asked for",
          "[calibrate]") {
  const std::string json = R"({"resourceSpans":[)" + test::json_of(first_resource()) + "," +
                           test::json_of(second_resource()) + "]}";
  const std::string protobuf = test::field_of(1, test::protobuf_of(first_resource())) +
                               test::field_of(1, test::protobuf_of(second_resource()));
  for (const std::string& text : {json, protobuf}) {
    const SpanSet asked = read_text(text, by_deployment_and_route());

    CHECK(names_of(asked, &Span::service) ==
          Names{{1, "cart"}, {2, "cart-canary"}, {3, "cart"}, {4, "java"}});
    CHECK(names_of(asked, &Span::operation) ==
          Names{{1, "/carts/{name}"}, {2, "List"}, {3, "/list"}, {4, "GET"}});
    CHECK(asked.counts.without_asked_service == 1);
    CHECK(asked.counts.without_asked_operation == 1);

    const SpanSet plain = read_text(text);
    CHECK(names_of(plain, &Span::service) ==
          Names{{1, "java"}, {2, "java"}, {3, "java"}, {4, "java"}});
    CHECK(plain.counts.without_asked_service == 0);
    CHECK(plain.counts.without_asked_operation == 0);
  }
}

TEST_CASE("every format with attributes is named by them", "[calibrate]") {
  const std::string jaeger =
      R"({"data":[{"traceID":"1","spans":[{"traceID":"1","spanID":"1","operationName":"GET",)"
      R"("startTime":1,"duration":1,"processID":"p",)"
      R"("tags":[{"key":"http.route","value":"/route"}]}],)"
      R"("processes":{"p":{"serviceName":"java",)"
      R"("tags":[{"key":"k8s.deployment.name","value":"cart"}]}}}]})";
  const std::string zipkin = R"([{"traceId":"1","id":"1","name":"GET","timestamp":1,"duration":1,)"
                             R"("localEndpoint":{"serviceName":"java"},)"
                             R"("tags":{"http.route":"/route","k8s.deployment.name":"cart"}}])";
  const std::string datadog =
      R"([{"trace_id":1,"span_id":1,"service":"java","name":"GET","start":1,"duration":1,)"
      R"("meta":{"http.route":"/route","k8s.deployment.name":"cart"}}])";
  const std::string xray = R"({"trace_id":"1","id":"1","name":"java","start_time":1,"end_time":2,)"
                           R"("annotations":{"http.route":"/route","k8s.deployment.name":"cart"}})";
  const std::string data_prepper =
      R"({"traceId":"1","spanId":"1","name":"GET","startTime":"2024-01-02T03:04:05Z",)"
      R"("endTime":"2024-01-02T03:04:06Z","durationInNanos":1000000000,"serviceName":"java",)"
      R"("resource.attributes.k8s@deployment@name":"cart","span.attributes.http@route":"/route"})";
  const std::string printed =
      R"({"Name":"GET","SpanContext":{"TraceID":"aa","SpanID":"1"},)"
      R"("StartTime":"2024-01-02T03:04:05Z","EndTime":"2024-01-02T03:04:06Z",)"
      R"("Attributes":[{"Key":"http.route","Value":{"Type":"STRING","Value":"/route"}}],)"
      R"("Resource":[{"Key":"k8s.deployment.name","Value":{"Type":"STRING","Value":"cart"}}]})";
  const std::string table =
      "TraceId,SpanId,ParentSpanId,ServiceName,SpanName,Timestamp,Duration,ResourceAttributes,"
      "SpanAttributes\n"
      R"(1,1,,java,GET,1,1,"{""k8s.deployment.name"":""cart""}","{""http.route"":""/route""}")"
      "\n";
  for (const std::string& text : {jaeger, zipkin, datadog, xray, data_prepper, printed, table}) {
    INFO(text);
    const SpanSet set = read_text(text, by_deployment_and_route());

    CHECK(names_of(set, &Span::service) == Names{{1, "cart"}});
    CHECK(names_of(set, &Span::operation) == Names{{1, "/route"}});
    CHECK(set.counts.without_asked_service == 0);
    CHECK(set.counts.without_asked_operation == 0);
  }
}

TEST_CASE("a table without attributes cannot be named by them", "[calibrate]") {
  const std::string header = "trace_id,span_id,parent_id,service,operation,start_us,duration_us\n";
  const std::string call_graph = ",traceid,timestamp,rpcid,um,rpctype,dm,interface,rt\n";
  for (const std::string& text :
       {header + "1,1,,shop,get,1,1\n", call_graph + "0,a,10,0,(?),http,front,home,-50\n"}) {
    CHECK_THROWS_WITH(read_text(text, by_deployment_and_route()),
                      Catch::Contains("--name-by: a table without columns of attributes"));
    CHECK(read_text(text).spans.size() == 1);
  }
}

TEST_CASE("the account tells how many spans have none of the attributes that were asked for",
          "[calibrate]") {
  const test::TemporaryFile file(R"({"resourceSpans":[)" + test::json_of(first_resource()) + "," +
                                 test::json_of(second_resource()) + "]}");
  CalibrateOptions options;
  options.read = by_deployment_and_route();

  const Calibration learned = calibrate({file.path()}, options);

  CHECK_THAT(text(learned.account),
             Catch::Contains("1  span without an attribute that names the service (--name-by)"));
}

TEST_CASE("two services of one name in two namespaces stay two", "[calibrate]") {
  const std::string text = otlp_in("shop", 1) + otlp_in("lab", 2) + otlp_in("", 3);
  for (const int threads : {1, 3}) {
    ReadOptions options;
    options.threads = threads;
    options.batch_bytes = 1;
    const SpanSet set = read_text(text, options);

    CHECK(names_of(set, &Span::service) == Names{{1, "cart.shop"}, {2, "cart.lab"}, {3, "cart"}});
    CHECK(set.counts.services_in_namespaces == 2);
    CHECK(set.counts.without_service == 0);
  }
}

TEST_CASE("a service in one namespace is called by its name alone", "[calibrate]") {
  const SpanSet set = read_text(otlp_in("shop", 1) + otlp_in("shop", 2) + otlp_in("", 3));

  CHECK(names_of(set, &Span::service) == Names{{1, "cart"}, {2, "cart"}, {3, "cart"}});
  CHECK(set.counts.services_in_namespaces == 0);
}

TEST_CASE(
    "namespaces are told apart in tables and Jaeger's traces, and not where it is asked to "
    "name by another attribute",
    "[calibrate]") {
  const std::string table =
      "TraceId,SpanId,ParentSpanId,ServiceName,SpanName,Timestamp,Duration,ResourceAttributes\n"
      R"(1,1,,cart,GET,1,1,"{""service.namespace"":""a"",""k8s.deployment.name"":""one""}")"
      "\n"
      R"(1,2,,cart,GET,1,1,"{""service.namespace"":""b""}")"
      "\n";
  const std::string jaeger =
      R"({"data":[{"traceID":"1","spans":[)"
      R"({"traceID":"1","spanID":"1","startTime":1,"duration":1,"processID":"p"},)"
      R"({"traceID":"1","spanID":"2","startTime":1,"duration":1,"processID":"q"}],"processes":{)"
      R"("p":{"serviceName":"cart","tags":[{"key":"service.namespace","value":"a"},)"
      R"({"key":"k8s.deployment.name","value":"one"}]},)"
      R"("q":{"serviceName":"cart","tags":[{"key":"service.namespace","value":"b"}]}}}]})";
  for (const std::string& text : {table, jaeger}) {
    CHECK(names_of(read_text(text), &Span::service) == Names{{1, "cart.a"}, {2, "cart.b"}});
    CHECK(names_of(read_text(text, by_deployment_and_route()), &Span::service) ==
          Names{{1, "one"}, {2, "cart"}});
  }
}

}  // namespace rehearse
