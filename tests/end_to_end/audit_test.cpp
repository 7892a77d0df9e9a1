#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

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

/// Of a calibrated page that asks ads: what it does when they fail nobody has seen, and four
/// workers of the page were given against what was seen.
void write_model_of_page(const Workplace& place) {
  place.write("page.model.toml", R"(rehearse_model = 1

[provenance]
calibrated_by = "rehearse 0.2.0"
spans = 2400
traces = 1200
window = "2026-01-01T00:00:00Z/PT60S"

[workloads.users]
arrivals = { poisson = { rate = "20/s" } }
mix = { "page/Get" = 1 }

[services.page]
workers = 4
[[services.page.endpoints.Get.behaviours]]
steps = [ { call = "ads/Get" } ]

[[services.ads.endpoints.Get.behaviours]]
steps = [ { work = { empirical = { p0 = "1ms", p50 = "2ms", p100 = "9ms" } } } ]

[evidence]
"services.page.workers" = { basis = "given", value = 4, contradicted = "9 at work at once" }
"services.page.instances" = { basis = "given" }
"services.page.calls.ads.on_error" = { basis = "assumed", n = 1200 }
"services.page.calls.ads.timeout" = { basis = "given" }
"services.ads.workers" = { basis = "assumed", note = "nobody waited" }
"services.ads.instances" = { basis = "observed", n = 240 }
"services.ads.endpoints.Get.behaviours" = { basis = "observed", n = 240 }
"services.ads.placement" = { basis = "assumed" }
)");
}

void write_scenario_without_ads(const Workplace& place) {
  place.write("a.toml", R"(rehearse = 1
[scenario]
name = "without ads"
model = "page.model.toml"
duration = "6s"
replications = 12
[[faults]]
name = "no ads"
kind = "instance_kill"
target = { service = "ads" }
at = "2s"
duration = "2s"
[[objectives]]
name = "pages load"
expect = "error_ratio{workload='users'} < 5%"
over = "run"
)");
}

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

TEST_CASE("an audit of a model tells seen, assumed, given, open and contradicted apart",
          "[end_to_end]") {
  const Workplace place;
  write_model_of_page(place);

  const Finished audit = place.rehearse({"audit", "page.model.toml", "--json", "audit.json"});

  CAPTURE(audit.output, audit.errors);
  CHECK(audit.exit_code == 0);
  CHECK_THAT(audit.output, Catch::StartsWith("page.model.toml: learned from 2,400 spans"));
  CHECK_THAT(audit.output, Catch::Contains("contradicted (1)\n  services.page.workers = 4: 9 at "
                                           "work at once\n"));
  CHECK_THAT(audit.output, Catch::Contains("\n  services.ads.workers = 1 worker") &&
                               Catch::Contains("\n  services.page.calls.ads.on_error = survives"));
  CHECK_THAT(audit.output, Catch::Contains("assumed (1)\n  services.ads.placement = "));
  CHECK_THAT(audit.output, Catch::Contains("p99 of services.ads.endpoints.Get.behaviours[0]") &&
                               Catch::Contains("from 240 observations: a guess\n"));
  CHECK_THAT(place.content("audit.json"), Catch::Contains("\"contradicted\": 1") &&
                                              Catch::Contains("\"guess\": true") &&
                                              !Catch::Contains("\"measure_next\""));
}

TEST_CASE("an audit of a model with a scenario says what to measure next", "[end_to_end]") {
  const Workplace place;
  write_model_of_page(place);
  write_scenario_without_ads(place);

  const Finished audit =
      place.rehearse({"audit", "page.model.toml", "a.toml", "--json", "audit.json"});

  CAPTURE(audit.output, audit.errors);
  CHECK(audit.exit_code == 0);
  CHECK_THAT(audit.output, Catch::Contains("How far the scenario goes beyond the recording\n") &&
                               Catch::Contains("page -> ads (1,200 good calls)"));
  CHECK_THAT(audit.output, Catch::Contains("What to measure next, worth most first\n  "
                                           "services.page.calls.ads.on_error (open, risk from 0 % "
                                           "to 100 % of 'pages load'): record 10 minutes in which "
                                           "5 % of the calls from page to ads fail"));
  CHECK_THAT(place.content("audit.json"), Catch::Contains("\"deviation_of_risk\": 0.5"));
}

TEST_CASE("an audit refuses what is neither traces nor a model with its scenario", "[end_to_end]") {
  const Workplace place;
  write_model_of_page(place);
  write_scenario_without_ads(place);
  place.write("other.model.toml", place.content("page.model.toml") + "# another\n");
  place.write("spans.csv", table_of_spans([](int) { return 250; }));
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
      {{"other.model.toml", "a.toml"}, "its model is page.model.toml, which is not"},
      {{"a.toml"}, "this is a scenario"},
      {{"page.model.toml", "a.toml", "a.toml"}, "one scenario at most"},
      {{"page.model.toml", "--sample", "5"}, "--sample is of traces"},
      {{"spans.csv", "--verbose"}, "--verbose is of models"},
      {{"page.model.toml", "--json", "page.model.toml"}, "page.model.toml"},
  };
  for (const auto& [words, complaint] : cases) {
    std::vector<std::string> all = {"audit"};
    all.insert(all.end(), words.begin(), words.end());

    const Finished audit = place.rehearse(all);

    CAPTURE(words, audit.errors);
    CHECK(audit.exit_code == 104);
    CHECK_THAT(audit.errors, Catch::Contains(complaint));
  }
}

}  // namespace rehearse
