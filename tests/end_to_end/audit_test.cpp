#include <catch2/catch.hpp>
#include <string>

#include "tests/end_to_end/program.hpp"

namespace rehearse {
namespace {

using testing::Finished;
using testing::Workplace;

/// A hundred requests whose traces are numbered, each `gap(i)` milliseconds after the one before.
template <class Gap>
std::string table_of_spans(const Gap& gap) {
  std::string table = "trace_id,span_id,parent_id,service,operation,start_ms,duration_ms\n";
  long long at = 1'700'000'000'000;
  for (int i = 0; i < 100; ++i) {
    at += gap(i);
    table += std::to_string(i + 1000) + "," + std::to_string(i + 1) + ",,shop,GET /," +
             std::to_string(at) + ",30\n";
  }
  return table;
}

constexpr const char* mapping = R"(trace = "trace_id"
span = "span_id"
parent = "parent_id"
service = "service"
operation = "operation"
start_ms = "start_ms"
duration_ms = "duration_ms"
)";

}  // namespace

TEST_CASE("an audit says what was seen, what is a sign, and what cannot be told", "[end_to_end]") {
  const Workplace place;
  place.write("mapping.toml", mapping);
  place.write("spans.csv", table_of_spans([](int) { return 250; }));

  const Finished audit =
      place.rehearse({"audit", "spans.csv", "--columns", "mapping.toml", "--json", "audit.json"});

  CHECK(audit.exit_code == 0);
  CHECK(audit.errors.empty());
  CHECK_THAT(audit.output, Catch::StartsWith("Seen: 100 traces, 100 spans of 1 service"));
  CHECK_THAT(audit.output, Catch::Contains("Signs found\n  sequential ids: ids of traces count"));
  CHECK_THAT(audit.output, Catch::Contains("load generator: requests to shop/GET / come in gaps"));
  CHECK_THAT(audit.output, Catch::Contains("Not a sign: "));
  CHECK_THAT(audit.output, Catch::Contains("Cannot be told from this recording\n"));
  const std::string json = place.content("audit.json");
  CHECK_THAT(json, Catch::Contains("\"sign\": \"load generator\""));
  CHECK_THAT(json, Catch::Contains("\"cannot_be_told\": ["));
}

TEST_CASE("an audit as JSON on standard output leaves the text to standard error", "[end_to_end]") {
  const Workplace place;
  place.write("mapping.toml", mapping);
  place.write("spans.csv", table_of_spans([](int i) { return 1 + 37 * i % 101 * i % 977; }));

  const Finished audit =
      place.rehearse({"audit", "spans.csv", "--columns", "mapping.toml", "--json", "-"});

  CHECK(audit.exit_code == 0);
  CHECK_THAT(audit.output, Catch::StartsWith("{"));
  CHECK_THAT(audit.output, !Catch::Contains("load generator: requests"));
  CHECK_THAT(audit.errors, Catch::StartsWith("Seen: 100 traces"));
}

}  // namespace rehearse
