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

TEST_CASE("who asks the database when the cache lacks an answer does so when it fails, too",
          "[calibrate]") {
  // Of ten requests three miss; of a hundred five find the cache broken.
  test::SpanBuilder spans;
  for (std::uint64_t trace = 1; trace <= 400; ++trace) {
    const std::int64_t start = 1'000 * ms * static_cast<std::int64_t>(trace);
    const bool failed = trace % 20 == 0;
    const bool missed = !failed && trace % 10 < 3;
    spans.add(trace, 1, 0, "front", "page", start, start + 60 * ms, SpanKind::server);
    spans.add(trace, 2, 1, "cache", "get", start + 5 * ms, start + 10 * ms, SpanKind::server)
        .error = failed;
    if (!failed && !missed) continue;
    spans.add(trace, 3, 1, "database", "find", start + 20 * ms, start + 50 * ms, SpanKind::server);
  }

  const Calibration learned = calibrate(spans.set, {});

  const EndpointSpec& page = learned.model.services.at("front").endpoints.at("page");
  REQUIRE(page.behaviours.size() == 2);  // found, and missed
  CHECK(page.behaviours[1].weight / (page.behaviours[0].weight + page.behaviours[1].weight) ==
        Approx(0.25).margin(0.001));
  for (const BehaviourSpec& behaviour : page.behaviours) {
    std::vector<CallSpec> calls;
    for (const StepSpec& step : behaviour.steps) {
      if (const auto* call = std::get_if<CallSpec>(&step.action)) calls.push_back(*call);
    }
    CHECK(calls.at(0).endpoint == EndpointName{"cache", "get"});
    if (calls.size() == 2) {  // the database is asked anyway, and once
      CHECK(calls[0].on_error == OnError::ignore);
      CHECK(calls[0].fallback.empty());
      CHECK(calls[1].endpoint == EndpointName{"database", "find"});
      CHECK(&behaviour == &page.behaviours[1]);
    } else {
      REQUIRE(calls[0].on_error == OnError::fallback);
      const auto* fallback = std::get_if<CallSpec>(&calls[0].fallback.at(0).action);
      REQUIRE(fallback != nullptr);
      CHECK(fallback->endpoint == EndpointName{"database", "find"});
    }
  }
}

TEST_CASE("what follows failures as often as it follows others is no fallback", "[calibrate]") {
  // Three of four requests ask the database, whatever the cache said; of eight failures seven do.
  test::SpanBuilder spans;
  for (std::uint64_t trace = 1; trace <= 400; ++trace) {
    const std::int64_t start = 1'000 * ms * static_cast<std::int64_t>(trace);
    const bool failed = trace % 50 == 0;
    spans.add(trace, 1, 0, "front", "page", start, start + 60 * ms, SpanKind::server);
    spans.add(trace, 2, 1, "cache", "get", start + 5 * ms, start + 10 * ms, SpanKind::server)
        .error = failed;
    if (failed ? trace == 400 : trace % 4 == 0) continue;
    spans.add(trace, 3, 1, "database", "find", start + 20 * ms, start + 50 * ms, SpanKind::server);
  }

  const Calibration learned = calibrate(spans.set, {});

  for (const BehaviourSpec& behaviour :
       learned.model.services.at("front").endpoints.at("page").behaviours) {
    for (const StepSpec& step : behaviour.steps) {
      const auto* call = std::get_if<CallSpec>(&step.action);
      CHECK((call == nullptr || call->on_error != OnError::fallback));
    }
  }
}

TEST_CASE("who undoes what failed has no fallback", "[calibrate]") {
  // Fifty of a thousand payments fail; then what was reserved is released, and the order fails.
  test::SpanBuilder spans;
  for (std::uint64_t trace = 1; trace <= 1'000; ++trace) {
    const std::int64_t start = 1'000 * ms * static_cast<std::int64_t>(trace);
    const bool failed = trace % 20 == 0;
    spans.add(trace, 1, 0, "shop", "order", start, start + 60 * ms, SpanKind::server).error =
        failed;
    spans.add(trace, 2, 1, "payment", "pay", start + 5 * ms, start + 15 * ms, SpanKind::server)
        .error = failed;
    if (!failed && trace % 11 != 0) continue;
    spans.add(trace, 3, 1, "stock", "release", start + 20 * ms, start + 50 * ms, SpanKind::server);
  }

  const Calibration learned = calibrate(spans.set, {});

  bool paid = false;
  for (const BehaviourSpec& behaviour :
       learned.model.services.at("shop").endpoints.at("order").behaviours) {
    for (const StepSpec& step : behaviour.steps) {
      const auto* call = std::get_if<CallSpec>(&step.action);
      if (call == nullptr || call->endpoint.service != "payment") continue;
      CHECK(call->on_error == OnError::fail);
      paid = true;
    }
  }
  CHECK(paid);
}
