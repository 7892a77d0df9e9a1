#include "calibrate/traces/unbounded_names.hpp"

#include "calibrate/readers/identifiers.hpp"
#include "tests/unit/calibrate/trace_support.hpp"

namespace rehearse {
namespace {

/// One span of each of the names, `times` times over.
template <class NameAt>
SpanSet spans_named(std::uint64_t names, std::uint64_t times, const NameAt& name_at) {
  test::SpanBuilder builder;
  for (std::uint64_t i = 0; i < names * times; ++i) {
    const auto start = static_cast<std::int64_t>(i) * 100'000'000;
    builder.add(i + 1, 1, 0, "frontend", name_at(i % names), start, start + 1'000'000);
  }
  return builder.set;
}

std::string number(std::uint64_t i) {
  return std::to_string(i);
}

}  // namespace

TEST_CASE("the query behind a path is no part of a name, a question in a statement is",
          "[calibrate]") {
  CHECK(operation_name_of("GET /offers?visitor=9e3779b9&market=7") == "GET /offers");
  CHECK(operation_name_of("/offers?next=/a/b") == "/offers");
  CHECK(operation_name_of("GET https://shop.example/offers?x=1 HTTP/1.1") ==
        "GET https://shop.example/offers HTTP/1.1");
  CHECK(operation_name_of("SELECT a FROM b WHERE c = ?") == "SELECT a FROM b WHERE c = ?");
  CHECK(operation_name_of("really?") == "really?");
}

TEST_CASE("a route takes the place of the path that it fits, and of no other", "[calibrate]") {
  CHECK(operation_name_of("GET /users/alice?x=1", "/users/{name}") == "GET /users/{name}");
  CHECK(operation_name_of("GET /api/users/alice", "/users/:name") == "GET /api/users/:name");
  CHECK(operation_name_of("GET /users/:id", "/users/:id") == "GET /users/:id");
  CHECK(operation_name_of("GET /carts/450", "/") == "GET /carts/{id}");
  CHECK(operation_name_of("GET /orders", "/users/{name}") == "GET /orders");
  CHECK(operation_name_of("OrderController.show", "/orders/{id}") == "OrderController.show");
}

TEST_CASE("twenty names with the ids of visitors are one endpoint by the route", "[calibrate]") {
  std::string spans;
  for (int i = 10; i < 30; ++i) {
    const std::string n = std::to_string(i);
    spans += (i == 10 ? "" : ",") + (R"({"traceId":")" + n + R"(","spanId":")" + n) +
             R"(","name":"GET /of/v)" + std::string(static_cast<std::size_t>(i), 'x') +
             R"(?visitor=)" + n + R"(","kind":2,"startTimeUnixNano":")" + n +
             R"(000","endTimeUnixNano":")" + n +
             R"(900","attributes":[{"key":"http.route","value":{"stringValue":"/of/{visitor}"}}]})";
  }

  const Calibration calibration = calibrate(
      test::read_text(R"({"resourceSpans":[{"scopeSpans":[{"spans":[)" + spans + "]}]}]}"), {});

  REQUIRE(calibration.account.endpoints.size() == 1);
  CHECK(calibration.account.endpoints[0].endpoint == "unknown-service/GET /of/{visitor}");
}

TEST_CASE("values are found in names by their pattern", "[calibrate]") {
  CHECK(name_template("job 9e3779b9-7f4a-7c15-f39c-c0605cedc834 done") == "job {id} done");
  CHECK(name_template("order-12345") == "order-{id}");
  CHECK(name_template("user42") == "user{id}");
  CHECK(name_template("product 9SIQT8TOJO") == "product {id}");
  CHECK(name_template("blob deadbe12") == "blob {id}");
  CHECK(name_template("GET /v1/cart") == "GET /v{id}/cart");
  CHECK(name_template("facade") == "facade");
  CHECK(name_template("") == "");
}

TEST_CASE("many names that differ in a value become one, with a warning", "[calibrate]") {
  const Calibration calibration =
      calibrate(spans_named(20, 1, [](std::uint64_t i) { return "order-" + number(i); }), {});

  REQUIRE(calibration.account.endpoints.size() == 1);
  CHECK(calibration.account.endpoints[0].endpoint == "frontend/order-{id}");
  CHECK_THAT(text(calibration.account),
             Catch::Contains("20  operations of frontend that differ in a value: warning, taken "
                             "for one, order-{id}"));
}

TEST_CASE("few names with numbers, and a dozen that are met again and again, stay", "[calibrate]") {
  const std::uint64_t names = GENERATE(9, 12);

  const Calibration calibration =
      calibrate(spans_named(names, 40, [](std::uint64_t i) { return "step " + number(i); }), {});

  CHECK(calibration.account.endpoints.size() == names);
  CHECK(calibration.account.unbounded_names.empty());
}

TEST_CASE("many names that are not alike are left, with a warning", "[calibrate]") {
  const Calibration calibration = calibrate(spans_named(101, 1,
                                                        [](std::uint64_t i) {
                                                          return std::string("say ") +
                                                                 static_cast<char>('a' + i % 26) +
                                                                 std::string(i / 26 + 1, 'x');
                                                        }),
                                            {});

  CHECK(calibration.account.endpoints.size() == 101);
  CHECK_THAT(text(calibration.account), Catch::Contains("101  operations of frontend, seen once"));
}

}  // namespace rehearse
