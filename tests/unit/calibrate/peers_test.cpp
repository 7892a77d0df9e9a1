#include "calibrate/traces/peers.hpp"

#include <fmt/format.h>

#include "tests/unit/calibrate/trace_support.hpp"

namespace rehearse {
namespace {

/// One request that asks each host once, in OTLP.
std::string requests_to(const std::vector<std::string>& hosts, const std::string& address_key,
                        const std::string& service = "shop", const std::string& more = {}) {
  std::string spans =
      R"({"traceId":"01","spanId":"01","name":"POST /order","kind":2,"startTimeUnixNano":"1000",
          "endTimeUnixNano":"9000000"})";
  for (std::size_t i = 0; i < hosts.size(); ++i) {
    spans += fmt::format(
        R"(,{{"traceId":"01","spanId":"{:02x}","parentSpanId":"01","name":"SELECT","kind":3,
        "startTimeUnixNano":"{}","endTimeUnixNano":"{}","attributes":[
        {}{{"key":"{}","value":{{"stringValue":"{}"}}}},
        {{"key":"db.system","value":{{"stringValue":"postgresql"}}}}]}})",
        i + 2, 1000 * (i + 2), 1000 * (i + 2) + 500, more, address_key, hosts[i]);
  }
  return fmt::format(
      R"({{"resourceSpans":[{{"resource":{{"attributes":[{{"key":"service.name",
      "value":{{"stringValue":"{}"}}}}]}},"scopeSpans":[{{"spans":[{}]}}]}}]}})",
      service, spans);
}

std::string database_called(const std::string& name) {
  return R"({"key":"db.name","value":{"stringValue":")" + name + R"("}},)";
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

TEST_CASE("databases of which only addresses are known are told apart by address and port",
          "[calibrate]") {
  const std::string key = GENERATE("server.address", "net.peer.ip", "network.peer.address");
  const std::string port = key == "net.peer.ip"      ? "net.peer.port"
                           : key == "server.address" ? "server.port"
                                                     : "network.peer.port";
  const std::string ports = fmt::format(
      R"({{"key":"{}","value":{{"intValue":"5432"}}}},
        {{"key":"db.name","value":{{"stringValue":"a"}}}},)",
      port);

  const Calibration apart = calibrate(
      test::read_text(requests_to({"10.0.0.1", "10.0.0.2", "10.0.0.1"}, key, "shop", ports)), {});
  const Calibration one =
      calibrate(test::read_text(requests_to({"10.0.0.1", "10.0.0.1"}, key, "shop", ports)), {});

  CHECK(services_of(apart) ==
        std::vector<std::string>{"postgresql@10.0.0.1:5432", "postgresql@10.0.0.2:5432", "shop"});
  CHECK_THAT(text(apart.account), Catch::Contains("2  hosts of postgresql: a peer each"));
  CHECK(services_of(one) == std::vector<std::string>{"postgresql", "shop"});
}

TEST_CASE("the instances of a database behind many addresses are one peer for each of its names",
          "[calibrate]") {
  std::vector<std::string> hosts;
  std::string two_names = requests_to({"10.1.0.1"}, "net.peer.ip", "ledger", database_called("b"));
  for (int i = 1; i <= 5; ++i) hosts.push_back(fmt::format("10.0.0.{}", i));
  const std::string cluster = requests_to(hosts, "net.peer.ip", "shop", database_called("a"));
  two_names.replace(two_names.find("\"traceId\":\"01\""), 14, "\"traceId\":\"02\"");
  two_names.replace(two_names.rfind("\"traceId\":\"01\""), 14, "\"traceId\":\"02\"");

  const Calibration alone = calibrate(test::read_text(cluster), {});
  const Calibration both = calibrate(test::read_text(cluster + "\n" + two_names), {});

  CHECK(services_of(alone) == std::vector<std::string>{"postgresql", "shop"});
  CHECK_THAT(text(alone.account), Catch::Contains("5  hosts of postgresql: taken for one"));
  CHECK(services_of(both) ==
        std::vector<std::string>{"ledger", "postgresql@10.1.0.1", "postgresql@a", "shop"});
}

TEST_CASE("who calls a server says nothing of databases", "[calibrate]") {
  std::string file = requests_to({"10.0.0.1", "10.0.0.2"}, "net.peer.ip");
  while (file.find("db.system") != std::string::npos) {
    file.replace(file.find("db.system"), 9, "something");
  }

  CHECK(services_of(calibrate(test::read_text(file), {})) == std::vector<std::string>{"shop"});
}

TEST_CASE("a database on one host, or on some without names, keeps the name of its kind",
          "[calibrate]") {
  const auto hosts = GENERATE(std::vector<std::string>{"db", "db"},
                              std::vector<std::string>{"10.0.0.1", "10.0.0.1"},
                              std::vector<std::string>{"db", "10.0.0.1", "10.0.0.2"});

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
