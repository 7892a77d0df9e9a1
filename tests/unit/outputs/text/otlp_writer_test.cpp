#include "outputs/text/otlp_writer.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "models/plan/plan.hpp"
#include "models/run/traced_span.hpp"
#include "models/system.hpp"
#include "tests/support/small_models.hpp"

namespace rehearse {
namespace {

using testing::add_replay;
using testing::add_service;
using testing::call;
using testing::constant;
using testing::quiet;
using testing::work;

/// A shop in zone a, on host "h", that calls a stock, which fails.
System small_system() {
  ModelSpec model;
  ServiceSpec& shop = add_service(model, "shop \"1\"", {call("stock")});
  shop.placement = {.zones = {"a"}, .hosts = {"h"}};
  add_service(model, "stock", {work(constant(0.020))});
  add_replay(model, {0.5}, "shop \"1\"");
  return System(model, quiet(1));
}

/// A call that timed out in its second attempt, and what the callee made of it.
std::vector<TracedSpan> small_request() {
  const auto at = [](int milliseconds) {
    return Time::after_start(Duration::milliseconds(milliseconds));
  };
  TracedSpan top;
  top.trace = {.high = 1, .low = 2};
  top.id = 10;
  top.start = at(500);
  top.end = at(521);
  top.endpoint = EndpointId(0);
  top.instance = InstanceId(0);
  top.workload = WorkloadId(0);
  top.status = Status::failed;
  TracedSpan client = top;
  client.workload = none;
  client.parent = 10;
  client.id = 11;
  client.end = at(520);
  client.endpoint = EndpointId(1);
  client.attempt = 2;
  client.kind = TracedSpan::Kind::client;
  client.status = Status::timed_out;
  TracedSpan callee = client;
  callee.parent = 11;
  callee.id = 12;
  callee.instance = InstanceId(1);
  callee.kind = TracedSpan::Kind::server;
  callee.status = Status::cancelled;
  return {callee, client, top};
}

std::string written(double share, int requests) {
  const System system = small_system();
  std::string lines;
  OtlpWriter writer(system, share, [&](const std::string& more) { lines += more; });
  for (int i = 0; i < requests; ++i) writer.add(small_request());
  writer.flush();
  return lines;
}

}  // namespace

TEST_CASE("a request is a line of OTLP", "[outputs]") {
  CHECK(written(1, 1) ==
        R"({"resourceSpans":[{"resource":{"attributes":[)"
        R"({"key":"service.name","value":{"stringValue":"shop \"1\""}},)"
        R"({"key":"service.instance.id","value":{"stringValue":"shop \"1\"/0"}},)"
        R"({"key":"cloud.availability_zone","value":{"stringValue":"a"}},)"
        R"({"key":"host.name","value":{"stringValue":"h"}},)"
        R"({"key":"host.id","value":{"stringValue":"h"}}]},)"
        R"("scopeSpans":[{"scope":{"name":"rehearse"},"spans":[)"
        R"({"traceId":"00000000000000010000000000000002","spanId":"000000000000000a",)"
        R"("name":"serve","kind":2,"startTimeUnixNano":"1704067200500000000",)"
        R"("endTimeUnixNano":"1704067200521000000","attributes":[)"
        R"({"key":"rehearse.workload","value":{"stringValue":"load"}},)"
        R"({"key":"error.type","value":{"stringValue":"failed"}}],)"
        R"("status":{"code":2,"message":"failed"}},)"
        R"({"traceId":"00000000000000010000000000000002","spanId":"000000000000000b",)"
        R"("parentSpanId":"000000000000000a","name":"serve","kind":3,)"
        R"("startTimeUnixNano":"1704067200500000000","endTimeUnixNano":"1704067200520000000",)"
        R"("attributes":[{"key":"peer.service","value":{"stringValue":"stock"}},)"
        R"({"key":"rehearse.attempt","value":{"intValue":"2"}},)"
        R"({"key":"error.type","value":{"stringValue":"timed_out"}}],)"
        R"("status":{"code":2,"message":"timed_out"}}]}]},)"
        R"({"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"stock"}},)"
        R"({"key":"service.instance.id","value":{"stringValue":"stock/0"}}]},)"
        R"("scopeSpans":[{"scope":{"name":"rehearse"},"spans":[)"
        R"({"traceId":"00000000000000010000000000000002","spanId":"000000000000000c",)"
        R"("parentSpanId":"000000000000000b","name":"serve","kind":2,)"
        R"("startTimeUnixNano":"1704067200500000000","endTimeUnixNano":"1704067200520000000",)"
        R"("attributes":[{"key":"rehearse.outcome","value":{"stringValue":"cancelled"}}],)"
        R"("status":{}}]}]}]})"
        "\n");
}

TEST_CASE("a share of the requests is said in the trace state", "[outputs]") {
  CHECK(written(1, 1).find("traceState") == std::string::npos);
  CHECK(written(0.25, 1).find(R"("traceState":"ot=th:c",)") != std::string::npos);
}

TEST_CASE("lines are written when there are many", "[outputs]") {
  const System system = small_system();
  std::size_t longest = 0;
  std::size_t total = 0;
  int pieces = 0;
  OtlpWriter writer(system, 1, [&](const std::string& lines) {
    ++pieces;
    longest = std::max(longest, lines.size());
    total += lines.size();
    CHECK(lines.back() == '\n');
  });
  const std::size_t one = written(1, 1).size();

  for (int i = 0; i < 5'000; ++i) writer.add(small_request());
  writer.flush();

  CHECK(total == 5'000 * one);
  CHECK(pieces > 5);
  CHECK(longest < (std::size_t{1} << 20) + one);
}

}  // namespace rehearse
