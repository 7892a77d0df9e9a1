#include <fmt/format.h>

#include <string>

#include "tests/unit/calibrate/trace_support.hpp"

namespace rehearse {
namespace {

std::string text_attribute(const std::string& key, const std::string& value) {
  return fmt::format(R"({{"key":"{}","value":{{"stringValue":"{}"}}}})", key, value);
}

std::string span_of(int trace, int id, int parent, int kind, const std::string& name,
                    const std::string& attributes = {}) {
  return fmt::format(
      R"({{"traceId":"{:032x}","spanId":"{:016x}","parentSpanId":"{}","name":"{}","kind":{},
          "startTimeUnixNano":"{}","endTimeUnixNano":"{}","attributes":[{}]}})",
      trace, id, parent == 0 ? "" : fmt::format("{:016x}", parent), name, kind,
      trace * 1'000'000'000LL + id * 1'000, trace * 1'000'000'000LL + 900'000'000 - id * 1'000,
      attributes);
}

std::string spans_of(const std::string& service, const std::string& spans) {
  return R"({"resourceSpans":[{"resource":{"attributes":[)" +
         text_attribute("service.name", service) + R"(]},"scopeSpans":[{"spans":[)" + spans +
         "]}]}]}\n";
}

std::string grpc(const std::string& service, int code) {
  return text_attribute("rpc.system", "grpc") + "," + text_attribute("rpc.service", service) + "," +
         text_attribute("net.peer.ip", "10.0.0.7") +
         fmt::format(R"(,{{"key":"rpc.grpc.status_code","value":{{"intValue":"{}"}}}})", code);
}

/// The web front reaches the cart; the mobile front never does, by `procedure` of `interface`.
std::string two_fronts(const std::string& interface, const std::string& procedure) {
  std::string file;
  for (int i = 1; i <= 40; ++i) {
    if (i % 2 == 0) {
      file += spans_of("web", span_of(i, 1, 0, 2, "GET /") + "," +
                                  span_of(i, 2, 1, 3, "shop.Cart/Get", grpc("shop.Cart", 0)));
      file += spans_of("cart", span_of(i, 3, 2, 2, "shop.Cart/Get"));
    } else {
      file += spans_of("mobile", span_of(i, 1, 0, 2, "GET /m") + "," +
                                     span_of(i, 2, 1, 3, procedure, grpc(interface, 14)));
    }
  }
  return file;
}

TEST_CASE(
    "a call that fails by the code of gRPC is a failed one, for who called whatever is not ok",
    "[calibrate]") {
  const int kind = GENERATE(2, 3);
  const int code = GENERATE(0, 5, 14);

  const SpanSet set =
      test::read_text(spans_of("web", span_of(1, 1, 0, kind, "GET", grpc("a", code))));

  REQUIRE(set.spans.size() == 1);
  CHECK(set.spans[0].error == (code == 14 || (code == 5 && kind == 3)));
}

TEST_CASE("who is called in vain is known from other callers of the same remote interface",
          "[calibrate]") {
  const std::string procedure = GENERATE("shop.Cart/Get", "shop.Cart/Empty");

  const Calibration calibration =
      calibrate(test::read_text(two_fronts("shop.Cart", procedure)), {});

  REQUIRE(calibration.model.services.size() == 3);
  const bool known = procedure == "shop.Cart/Get";
  CHECK(calibration.account.visits.servers_not_recorded == (known ? 20 : 0));
  CHECK(calibration.account.visits.peers_called == (known ? 0 : 20));
  CHECK(calibration.account.visits.unnamed_peers == 0);
}

TEST_CASE("an interface that nobody reached has no callee to blame", "[calibrate]") {
  const Calibration calibration =
      calibrate(test::read_text(two_fronts("shop.Stock", "shop.Stock/Get")), {});

  CHECK(calibration.model.services.size() == 3);
  CHECK(calibration.account.visits.unnamed_peers == 20);
}

}  // namespace
}  // namespace rehearse
