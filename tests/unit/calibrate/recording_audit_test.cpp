#include "calibrate/recording_audit.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "tests/unit/calibrate/trace_support.hpp"

namespace rehearse {
namespace {

using test::shared_data;

std::vector<std::string> signs_in(const std::string& file) {
  std::vector<std::string> signs;
  for (const FoundSign& found : audit_recording(std::vector<std::string>{file}, {}).found) {
    signs.push_back(found.sign);
  }
  return signs;
}

}  // namespace

TEST_CASE("faults injected into Online Boutique in the middle of a minute are changes",
          "[calibrate]") {
  for (const char* minute : {"fault_13_28", "fault_13_37", "fault_14_30"}) {
    const auto file = shared_data("online-boutique/" + std::string(minute) + ".csv.gz");
    if (!file) return;
    CAPTURE(minute);
    CHECK(signs_in(*file) == std::vector<std::string>{"change"});
  }
}

TEST_CASE("a minute of Online Boutique without a fault, and one all in it, show no sign",
          "[calibrate]") {
  for (const char* minute : {"baseline_17_00", "fault_14_31"}) {
    const auto file = shared_data("online-boutique/" + std::string(minute) + ".csv.gz");
    if (!file) return;
    CAPTURE(minute);
    CHECK(signs_in(*file).empty());
  }
}

TEST_CASE("clocks of macOS, where one in 24 times is whole microseconds, are no sign",
          "[calibrate]") {
  const auto file = shared_data("otlp/bindplane.json");
  if (!file) return;

  CHECK(signs_in(*file).empty());
}

TEST_CASE("the recording of the demo's shop shows no sign", "[calibrate]") {
  CHECK(signs_in(REHEARSE_SOURCE_DIR "/tests/testbed/recording/shop.otlp.jsonl.gz").empty());
}

TEST_CASE("what is not tested for want of data is said", "[calibrate]") {
  SpanSet spans;
  Span span;
  span.trace = {1, 2};
  span.id = 3;
  span.start = 1'000'000'000;
  span.end = 1'002'000'000;
  span.service = spans.names.intern("shop");
  span.operation = spans.names.intern("GET /");
  keep_span(spans, span);

  const RecordingAudit audit = audit_recording(std::move(spans), {});

  CHECK(audit.traces == 1);
  CHECK(audit.found.empty());
  CHECK(audit.untold.size() >= 8);
  CHECK_THAT(text(audit), Catch::Contains("No sign was found"));
  CHECK_THAT(text(audit), Catch::Contains("whether a load generator sent the requests"));
}

}  // namespace rehearse
