// Whom callers ask when a call has failed, found in what they were seen to do.

#include <string>
#include <variant>
#include <vector>

#include "tests/unit/calibrate/trace_support.hpp"

using namespace rehearse;

namespace {

constexpr std::int64_t ms = 1'000'000;

}  // namespace

TEST_CASE("whom a caller asks when a call has failed is its fallback", "[calibrate]") {
  // One in ten calls of the back fails; then, and only then, the archive is asked, or always.
  const bool only_then = GENERATE(true, false);
  test::SpanBuilder spans;
  for (std::uint64_t trace = 1; trace <= 400; ++trace) {
    const std::int64_t start = 1'000 * ms * static_cast<std::int64_t>(trace);
    const bool failed = trace % 10 == 0;
    spans.add(trace, 1, 0, "front", "page", start, start + 60 * ms, SpanKind::server);
    spans.add(trace, 2, 1, "back", "get", start + 5 * ms, start + 15 * ms, SpanKind::server).error =
        failed;
    if (!failed && only_then) continue;
    spans.add(trace, 3, 1, "archive", "find", start + 20 * ms, start + 50 * ms, SpanKind::server);
  }

  const Calibration learned = calibrate(spans.set, {});

  const EndpointSpec& page = learned.model.services.at("front").endpoints.at("page");
  std::vector<CallSpec> calls;
  for (const StepSpec& step : page.behaviours.at(0).steps) {
    if (const auto* call = std::get_if<CallSpec>(&step.action)) calls.push_back(*call);
  }
  const EndpointName archive{"archive", "find"};
  CHECK(page.behaviours.size() == 1);
  CHECK(calls.size() == (only_then ? 1 : 2));
  if (only_then) {
    CHECK(calls.front().on_error == OnError::fallback);
    const auto* fallback = std::get_if<CallSpec>(&calls.front().fallback.at(0).action);
    REQUIRE(fallback != nullptr);
    CHECK(fallback->endpoint == archive);
    CHECK(fallback->on_error == OnError::fail);
    CHECK(learned.model.services.at("back").endpoints.at("get").errors.percent == Approx(10));
    const std::string account = text(learned.account);
    CHECK(account.find("archive/find was asked instead 40 times") != std::string::npos);
    CHECK(account.find("no failed call was recorded") != std::string::npos);  // of the archive
  } else {
    CHECK(calls.front().on_error == OnError::ignore);
    CHECK(calls.back().endpoint == archive);
  }
}
