#include <algorithm>
#include <string>

#include "calibrate/readers/shipped_mappings.hpp"
#include "tests/unit/calibrate/trace_support.hpp"

namespace rehearse {
namespace {

using test::read_text;

const std::string header_of_2021 = ",traceid,timestamp,rpcid,um,rpctype,dm,interface,rt\n";
const std::string header_of_2022 =
    "timestamp,traceid,service,rpc_id,rpctype,um,uminstanceid,interface,dm,dminstanceid,rt\n";

/// Null when there is none, or more than one.
const Span* only(const SpanSet& set, const std::string& service, SpanKind kind) {
  const Span* found = nullptr;
  for (const Span& span : set.spans) {
    if (span.kind != kind || set.names.text(span.service) != service) continue;
    if (found) return nullptr;
    found = &span;
  }
  return found;
}

}  // namespace

TEST_CASE("a call that both sides recorded is a client and a server", "[calibrate]") {
  const SpanSet set = read_text(header_of_2021 +
                                "0,0b13,1000,0,(?),http,front,home,-50\n"
                                "1,0b13,1010,0.1,front,rpc,cart,list,20\n"
                                "2,0b13,1012,0.1,front,rpc,cart,list,-15\n"
                                "3,0b13,1013,0.1.1,cart,mc,cache,,1\n");

  REQUIRE(set.spans.size() == 4);
  const Span* front = only(set, "front", SpanKind::server);
  const Span* call = only(set, "front", SpanKind::client);
  const Span* cart = only(set, "cart", SpanKind::server);
  const Span* lookup = only(set, "cart", SpanKind::client);
  REQUIRE((front && call && cart && lookup));
  CHECK(front->parent == 0);
  CHECK(front->start == 1'000'000'000);
  CHECK(front->duration() == 50'000'000);
  CHECK(call->parent == front->id);
  CHECK(call->duration() == 20'000'000);
  CHECK(set.names.text(call->peer) == "cart");
  CHECK(cart->parent == call->id);
  CHECK(cart->duration() == 15'000'000);
  CHECK(set.names.text(cart->operation) == "list");
  CHECK(lookup->parent == cart->id);
  CHECK(set.names.text(lookup->peer) == "cache");
  CHECK(set.names.text(lookup->operation) == "mc");
  CHECK(set.counts.implied_callees == 0);
  CHECK(set.counts.calls_without_name == 1);
  CHECK(set.counts.first_left_out.file.empty());
}

TEST_CASE("a callee that recorded nothing works as long as its caller waits", "[calibrate]") {
  const SpanSet set = read_text(header_of_2022 +
                                "100,T_1,S_1,0,http,USER,UNKNOWN,home,MS_1,MS_1_POD_0,9.5\n"
                                "101,T_1,S_1,0.1,rpc,MS_1,MS_1_POD_0,i,MS_2,MS_2_POD_4,2.0\n"
                                "102,T_1,S_1,0.1.1,db,MS_2,MS_2_POD_4,,MS_3,UNKNOWN,1.0\n");

  REQUIRE(set.spans.size() == 4);
  const Span* front = only(set, "MS_1", SpanKind::server);
  const Span* callee = only(set, "MS_2", SpanKind::server);
  const Span* query = only(set, "MS_2", SpanKind::client);
  REQUIRE((front && callee && query));
  CHECK(front->parent == 0);
  CHECK(front->duration() == 9'500'000);
  CHECK(set.names.text(callee->instance) == "MS_2_POD_4");
  CHECK(callee->duration() == 2'000'000);
  CHECK(query->parent == callee->id);
  CHECK(set.names.text(query->peer) == "MS_3");
  CHECK(set.counts.implied_callees == 2);
  CHECK(set.counts.calls_without_name == 0);
}

TEST_CASE("what only the caller recorded in one file is what the callee recorded in another",
          "[calibrate]") {
  const test::TemporaryFile caller(header_of_2021 + "0,a,10,0.1,front,rpc,cart,list,20\n");
  const test::TemporaryFile callee(header_of_2021 + "0,a,12,0.1,front,rpc,cart,list,-15\n");

  const SpanSet set = read_spans({caller.path(), callee.path()}, {});

  REQUIRE(set.spans.size() == 2);
  REQUIRE(only(set, "cart", SpanKind::server));
  CHECK(only(set, "cart", SpanKind::server)->duration() == 15'000'000);
  CHECK(set.counts.implied_callees == 0);
  CHECK(set.spans == read_spans({callee.path(), caller.path()}, {}).spans);
}

TEST_CASE("the parent of a call is the nearest above it that was recorded", "[calibrate]") {
  std::string far = "0";
  for (int i = 0; i < 63; ++i) far += ".1";
  const SpanSet set = read_text(header_of_2021 + "0,a,10,0,(?),http,front,home,-50\n1,a,12," + far +
                                ",deep,db,store,,3\n");

  REQUIRE(set.spans.size() == 2);
  const Span* front = only(set, "front", SpanKind::server);
  const Span* deep = only(set, "deep", SpanKind::client);
  REQUIRE((front && deep));
  CHECK(deep->parent == front->id);
}

TEST_CASE("a call of a service with nothing recorded above it is an orphan, no request of a user",
          "[calibrate]") {
  SpanSet set = read_text(header_of_2021 + "0,a,10,0.1.2,front,rpc,cart,list,-5\n");

  REQUIRE(set.spans.size() == 1);
  CHECK(set.spans[0].parent != 0);
  CHECK(plant(std::move(set.spans)).counts.orphans == 1);
}

TEST_CASE("a message is the work of who got it", "[calibrate]") {
  for (const std::string sign : {"", "-"}) {
    const SpanSet set = read_text(header_of_2021 + "0,a,10,0,(?),http,front,home,-50\n" +
                                  "1,a,90,0.1,front,mq,mail,topic," + sign + "7\n");

    REQUIRE(set.spans.size() == 2);
    const Span* mail = only(set, "mail", SpanKind::consumer);
    const Span* front = only(set, "front", SpanKind::server);
    REQUIRE((mail && front));
    CHECK(mail->parent == front->id);
    CHECK(mail->duration() == 7'000'000);
  }
}

TEST_CASE("rows of a call graph that cannot be are left out and counted, the first with its line",
          "[calibrate]") {
  const SpanSet set = read_text(header_of_2021 +
                                "0,a,10,0,(?),http,front,home,-50\n"
                                "1,a,10\n"
                                "2,,10,0.1,front,rpc,cart,list,5\n"
                                "3,a,10,0..1,front,rpc,cart,list,5\n"
                                "4,a,-10,0.2,front,rpc,cart,list,5\n"
                                "5,a,10,0.3,front,rpc,cart,list,many\n"
                                "6,a,10,0.4,front,rpc,cart,list,99999999999999999999\n"
                                "7,a,9223372036854,0.5,front,rpc,cart,list,1\n"
                                "8,a,10,0.6,front,db,store,,-5\n"
                                "9,a,10,0.7,(?),db,store,,5\n"
                                "10,a,10,0.8,(?),rpc,UNKNOWN,list,5\n"
                                "11,a,10,0.9,(?),rpc,cart,list,many\n");

  CHECK(set.spans.size() == 1);
  CHECK(set.counts.spans == 12);
  CHECK(set.counts.without_id == 3);
  CHECK(set.counts.with_bad_times == 6);
  CHECK(set.counts.calls_of_nobody == 2);
  CHECK(set.counts.implied_callees == 0);
  CHECK_THAT(set.counts.first_left_out.why, Catch::Contains("line 3: a call without a trace"));
}

TEST_CASE("a row of a call graph that comes twice counts once", "[calibrate]") {
  const std::string rows =
      "0,a,10,0,(?),http,front,home,-50\n"
      "1,a,12,0.1,front,rpc,cart,list,5\n";

  const TraceForest once = plant(read_text(header_of_2021 + rows).spans);
  const TraceForest twice = plant(read_text(header_of_2021 + rows + header_of_2021 + rows).spans);

  CHECK(once.spans.size() == 3);
  CHECK(twice.spans == once.spans);
}

TEST_CASE("a call number of a whole record costs no more than a word that says so", "[calibrate]") {
  std::string number = "0";
  for (int i = 0; i < 100'000; ++i) number += ".1";

  CHECK_THAT(test::refusal(header_of_2021 + "0,a,10," + number + ",front,rpc,cart,list,5\n"),
             Catch::Contains("1 without ids"));
}

TEST_CASE("a call graph of calls that nobody recorded is refused with the first of them",
          "[calibrate]") {
  CHECK_THAT(test::refusal(header_of_2021 + "0,a,10,0.7,(?),db,store,,5\n"),
             Catch::Contains("no usable span") &&
                 Catch::Contains("does not name the service that recorded it"));
  const SpanSet set =
      read_text(R"({"timestamp":1,"traceid":"T","rpc_id":"0","rpctype":"http","um":"USER",)"
                R"("interface":"home","dm":"MS_1","rt":9.5})"
                "\n"
                R"({"timestamp":1,"traceid":"T","rpc_id":"0.1","rpctype":"db","um":"UNKNOWN",)"
                R"("interface":"","dm":"MS_3","rt":9.5})");
  CHECK(set.counts.calls_of_nobody == 1);
  CHECK_THAT(set.counts.first_left_out.why, Catch::Contains("does not name the service"));
}

TEST_CASE("call graphs are read by name as by their header, and as JSON", "[calibrate]") {
  const std::string rows = header_of_2022 + "100,T_1,S_1,0,http,USER,,home,MS_1,MS_1_POD_0,9.5\n";
  ReadOptions by_name;
  by_name.columns = shipped_mapping_called("alibaba-2022");
  REQUIRE(by_name.columns);

  const SpanSet set = read_text(rows);

  CHECK(set.spans.size() == 1);
  CHECK(read_text(rows, by_name).spans == set.spans);
  CHECK(read_text(R"({"timestamp":100,"traceid":"T_1","rpc_id":"0","rpctype":"http","um":"USER",
    "interface":"home","dm":"MS_1","dminstanceid":"MS_1_POD_0","rt":9.5})")
            .spans == set.spans);
}

TEST_CASE("a call graph becomes a model whose account tells what it lacked", "[calibrate]") {
  std::string rows = header_of_2021;
  for (int i = 0; i < 200; ++i) {
    const std::string trace = std::to_string(i) + ",ab" + std::to_string(i + 1000);
    const int at = 1000 + 100 * i;
    rows += trace + "," + std::to_string(at) + ",0,(?),http,front,home,-50\n";
    rows += trace + "," + std::to_string(at + 10) + ",0.1,front,rpc,cart,list,20\n";
    rows += trace + "," + std::to_string(at + 12) + ",0.1.1,cart,mc,cache,,3\n";
  }
  const test::TemporaryFile file(rows);

  const Calibration learned = calibrate(read_spans({file.path()}, {}), {});

  CHECK(learned.model.services.size() == 3);
  CHECK_THAT(text(learned.account),
             Catch::Contains("200  calls that only the caller recorded") &&
                 Catch::Contains("200  calls of a call graph that do not name one of their sides"));
}

}  // namespace rehearse
