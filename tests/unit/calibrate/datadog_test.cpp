#include "calibrate/readers/datadog.hpp"

#include <catch2/catch.hpp>

#include <string>

#include "tests/unit/calibrate/trace_support.hpp"

namespace rehearse {
namespace {

const std::string server_span = R"({"trace_id": 18446744073709551615, "span_id": 11,
  "parent_id": 0, "start": 1704164645123456789, "duration": 30000000, "service": "shop",
  "name": "servlet.request", "resource": "GET /cart", "type": "web", "error": 1,
  "meta": {"span.kind": "server", "version": "1.2", "pod_name": "shop-1", "error.msg": "no"},
  "metrics": {"_dd.agent_psr": 0.25, "_sampling_priority_v1": 1}})";
const std::string client_span = R"({"trace_id": "18446744073709551615", "span_id": "12",
  "parent_id": "11", "start": 1704164645130000000, "duration": 1000000, "service": "shop-postgres",
  "name": "postgres.query", "resource": "SELECT * FROM cart WHERE id = ?", "type": "sql",
  "error": 0, "meta": {"_dd.base_service": "shop", "db.system": "postgresql"}})";

TEST_CASE("the traces of a Datadog agent are read with decimal ids and all that they tell",
          "[calibrate]") {
  const SpanSet set = test::read_text("[[" + server_span + "," + client_span + "]]");

  REQUIRE(set.spans.size() == 2);
  const Span& server = set.spans[0];
  CHECK(server.trace == TraceId{0, ~std::uint64_t{0}});
  CHECK(server.id == 11);
  CHECK(server.parent == 0);
  CHECK(server.start == 1'704'164'645'123'456'789);
  CHECK(server.duration() == 30'000'000);
  CHECK(server.error);
  CHECK(server.kind == SpanKind::server);
  CHECK(server.adjusted_count == 4);
  CHECK(set.names.text(server.operation) == "GET /cart");
  CHECK(set.names.text(server.version) == "1.2");
  CHECK(set.names.text(server.instance) == "shop-1");
  const Span& client = set.spans[1];
  CHECK(client.trace == server.trace);
  CHECK(client.id == 12);
  CHECK(client.parent == 11);
  CHECK(!client.error);
  CHECK(client.kind == SpanKind::client);
  CHECK(client.adjusted_count == 1);
  CHECK(set.names.text(client.service) == "shop");
  CHECK(set.names.text(client.peer) == "postgresql");
  CHECK(set.names.text(client.operation) == "postgres.query");
}

TEST_CASE("rules and the tracer's own sampler count beside one another", "[calibrate]") {
  const auto count_with = [](const std::string& metrics) {
    const SpanSet set = test::read_text(
        R"([[{"trace_id": 1, "span_id": 2, "start": 5, "duration": 1,
             "service": "s", "metrics": )" +
        metrics + "}]]");
    return set.counts.impossible_sampling > 0 ? -1 : set.spans.at(0).adjusted_count;
  };

  CHECK(count_with("{}") == 1);
  CHECK(count_with(R"({"_dd.rule_psr": 0.5})") == 2);
  CHECK(count_with(R"({"_dd.rule_psr": 0.5, "_dd.limit_psr": 0.25, "_dd.agent_psr": 0.1})") == 8);
  CHECK(count_with(R"({"_sample_rate": 0.5, "_dd.agent_psr": 0.25})") == 8);
  CHECK(count_with(R"({"_dd.agent_psr": 0})") == -1);
  CHECK(count_with(R"({"_dd.agent_psr": 7})") == -1);
}

TEST_CASE("the answer to a search for Datadog's spans is read", "[calibrate]") {
  const SpanSet set = test::read_text(R"({"meta": {"page": {"after": "x"}}, "data": [
    {"id": "A", "type": "spans", "attributes": {"trace_id": "4294967297", "span_id": "7",
     "parent_id": "0", "service": "shop", "resource_name": "GET /cart", "type": "web",
     "start_timestamp": "2024-01-02T03:04:05.123Z", "end_timestamp": "2024-01-02T03:04:05.153Z",
     "custom": {"duration": 29876543, "span": {"kind": "server"}, "error": {"type": "Timeout"}}}},
    {"id": "B", "type": "spans", "attributes": {"trace_id": "00000000000000090000000100000001",
     "span_id": "8", "parent_id": "7", "service": "shop", "resource_name": "GET", "type": "http",
     "start_timestamp": "2024-01-02T03:04:05.130Z", 
     "end_timestamp": "2024-01-02T03:04:05.140Z"}}]})");

  REQUIRE(set.spans.size() == 2);
  CHECK(set.spans[0].trace == TraceId{0, 4'294'967'297});
  CHECK(set.spans[0].start == 1'704'164'645'123'000'000);
  CHECK(set.spans[0].duration() == 29'876'543);
  CHECK(set.spans[0].error);
  CHECK(set.spans[0].kind == SpanKind::server);
  CHECK(set.spans[1].trace == set.spans[0].trace);
  CHECK(set.spans[1].parent == 7);
  CHECK(set.spans[1].duration() == 10'000'000);
  CHECK(!set.spans[1].error);
  CHECK(set.spans[1].kind == SpanKind::client);
}

TEST_CASE("a Datadog span that cannot be costs itself only", "[calibrate]") {
  for (const std::string bad :
       {R"({"trace_id": 1, "span_id": 0, "start": 1, "duration": 1})",
        R"({"trace_id": null, "span_id": 3, "start": 1, "duration": 1})",
        R"({"trace_id": 1, "span_id": 3, "start": -1, "duration": 1})",
        R"({"trace_id": 1, "span_id": 3, "start": 9223372036854775807, "duration": 1})",
        R"({"trace_id": 1, "span_id": 3, "start": "soon", "duration": {}})",
        R"({"attributes": {"trace_id": "1", "span_id": "2", "start_timestamp": "2024"}})",
        R"({"trace_id": 1, "span_id": 3})", R"([[[]]])", R"(7)"}) {
    CAPTURE(bad);
    const SpanSet set = test::read_text("[[" + server_span + "," + bad + "]]");

    CHECK(set.spans.size() == 1);
    CHECK(set.counts.without_id + set.counts.with_bad_times + set.counts.unusable_elements == 1);
    CHECK(set.counts.first_left_out.byte == 1);
  }
  CHECK_THROWS(test::read_text("[[" + server_span));
}

}  // namespace
}  // namespace rehearse
