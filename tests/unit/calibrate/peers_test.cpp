#include "calibrate/traces/peers.hpp"

#include <fmt/format.h>

#include "tests/unit/calibrate/trace_support.hpp"

namespace rehearse {
namespace {

/// One request that asks each host once, in OTLP.
std::string requests_to(const std::vector<std::string>& hosts, const std::string& address_key,
                        const std::string& service = "shop") {
  std::string spans =
      R"({"traceId":"01","spanId":"01","name":"POST /order","kind":2,"startTimeUnixNano":"1000",
          "endTimeUnixNano":"9000000"})";
  for (std::size_t i = 0; i < hosts.size(); ++i) {
    spans += fmt::format(
        R"(,{{"traceId":"01","spanId":"{:02x}","parentSpanId":"01","name":"SELECT","kind":3,
        "startTimeUnixNano":"{}","endTimeUnixNano":"{}","attributes":[
        {{"key":"{}","value":{{"stringValue":"{}"}}}},
        {{"key":"db.system","value":{{"stringValue":"postgresql"}}}}]}})",
        i + 2, 1000 * (i + 2), 1000 * (i + 2) + 500, address_key, hosts[i]);
  }
  return fmt::format(
      R"({{"resourceSpans":[{{"resource":{{"attributes":[{{"key":"service.name",
      "value":{{"stringValue":"{}"}}}}]}},"scopeSpans":[{{"spans":[{}]}}]}}]}})",
      service, spans);
}

std::vector<std::string> services_of(const Calibration& calibration) {
  std::vector<std::string> names;
  for (const auto& [name, spec] : calibration.model.services) names.push_back(name);
  return names;
}

}  // namespace

TEST_CASE("two databases of one kind on two hosts are two peers", "[calibrate]") {
  const std::string key = GENERATE("server.address", "net.peer.name", "peer.hostname");

  const Calibration calibration =
      calibrate(test::read_text(requests_to({"catalog-db", "ledger-db", "catalog-db"}, key)), {});

  CHECK(services_of(calibration) == std::vector<std::string>{"catalog-db", "ledger-db", "shop"});
  CHECK_THAT(text(calibration.account), Catch::Contains("2  hosts of postgresql: a peer each"));
}

TEST_CASE("a database on one host, or on hosts without names, keeps the name of its kind",
          "[calibrate]") {
  const auto hosts = GENERATE(std::vector<std::string>{"db", "db"},
                              std::vector<std::string>{"10.0.0.1", "10.0.0.2"});

  const Calibration calibration =
      calibrate(test::read_text(requests_to(hosts, "server.address")), {});

  CHECK(services_of(calibration) == std::vector<std::string>{"postgresql", "shop"});
}

TEST_CASE("a host of a database that is called as a service is named with its kind",
          "[calibrate]") {
  const Calibration calibration = calibrate(
      test::read_text(requests_to({"catalog", "ledger"}, "server.address", "ledger")), {});

  CHECK(services_of(calibration) ==
        std::vector<std::string>{"catalog", "ledger", "postgresql@ledger"});
}

TEST_CASE("the name that people gave a peer goes before its hosts", "[calibrate]") {
  const Calibration calibration =
      calibrate(test::read_text(requests_to({"orders", "orders"}, "peer.service")), {});

  CHECK(services_of(calibration) == std::vector<std::string>{"orders", "shop"});
}

TEST_CASE("the many members of a cluster are one peer, and the account says so", "[calibrate]") {
  std::vector<std::string> hosts;
  for (int i = 0; i < 17; ++i) hosts.push_back(fmt::format("node-{}.cassandra", i));

  const Calibration calibration =
      calibrate(test::read_text(requests_to(hosts, "server.address")), {});

  CHECK(services_of(calibration) == std::vector<std::string>{"postgresql", "shop"});
  CHECK_THAT(text(calibration.account), Catch::Contains("17  hosts of postgresql: taken for one"));
}

TEST_CASE("an anonymous account does not tell the kinds of databases", "[calibrate]") {
  CalibrateOptions options;
  options.anonymise = true;

  const Calibration calibration = calibrate(
      test::read_text(requests_to({"catalog-db", "ledger-db"}, "server.address")), options);

  CHECK(calibration.model.services.size() == 3);
  CHECK_THAT(text(calibration.account),
             !Catch::Contains("postgresql") && !Catch::Contains("ledger"));
}

}  // namespace rehearse
