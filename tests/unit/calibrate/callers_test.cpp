#include "calibrate/learn/callers.hpp"

#include <fmt/format.h>

#include "calibrate/traces/roles.hpp"
#include "tests/unit/calibrate/trace_support.hpp"

namespace rehearse {
namespace {

constexpr std::int64_t ms = 1'000'000;

/// Requests of front, a second apart, each with attempts at back.
class Recording {
 public:
  struct Attempt {
    std::int64_t lasts = 20;   // at the client, in ms
    std::int64_t server = 18;  // -1: no server span
    bool client_failed = false;
    bool server_failed = false;
    std::int64_t pause = 0;  // before it
  };

  void request(const std::vector<Attempt>& attempts, bool failed = false) {
    ++trace_;
    const std::int64_t start = 1'000 * ms * static_cast<std::int64_t>(trace_);
    std::int64_t at = start + 5 * ms;
    std::uint64_t id = 1;
    for (const Attempt& attempt : attempts) {
      at += attempt.pause * ms;
      const std::uint64_t client = ++id;
      spans_.add(trace_, client, 1, "front", "call", at, at + attempt.lasts * ms, SpanKind::client)
          .error = attempt.client_failed;
      if (attempt.server >= 0) {
        spans_
            .add(trace_, ++id, client, "back", "get", at + ms, at + (1 + attempt.server) * ms,
                 SpanKind::server)
            .error = attempt.server_failed;
      }
      at += attempt.lasts * ms;
    }
    spans_.add(trace_, 1, 0, "front", "page", start, at + 5 * ms, SpanKind::server).error = failed;
  }

  Calibration learn() const { return calibrate(spans_.set, {}); }

 private:
  test::SpanBuilder spans_;
  std::uint64_t trace_ = 0;
};

const ClientSpec& client_of(const Calibration& learned) {
  return learned.model.services.at("front").calls.at("back");
}

const EndpointSpec& back(const Calibration& learned) {
  return learned.model.services.at("back").endpoints.at("get");
}

double largest(const LawSpec& law) {
  if (const auto* constant = std::get_if<ConstantSpec>(&law.form))
    return constant->value.in_seconds();
  return std::get<EmpiricalSpec>(law.form).points.back().value.in_seconds();
}

/// The largest quantile of any work, in seconds.
double slowest_work(const EndpointSpec& endpoint) {
  double slowest = 0;
  for (const BehaviourSpec& behaviour : endpoint.behaviours) {
    for (const StepSpec& step : behaviour.steps) {
      if (const auto* work = std::get_if<WorkSpec>(&step.action)) {
        slowest = std::max(slowest, largest(work->duration));
      }
    }
  }
  return slowest;
}

OnError on_error(const Calibration& learned) {
  const EndpointSpec& page = learned.model.services.at("front").endpoints.at("page");
  for (const StepSpec& step : page.behaviours.at(0).steps) {
    if (const auto* call = std::get_if<CallSpec>(&step.action)) return call->on_error;
  }
  FAIL("front calls nobody");
  return OnError::fail;
}

}  // namespace

TEST_CASE("calls that end at one value while the callee goes on were given up", "[calibrate]") {
  Recording recording;
  for (int i = 0; i < 18; ++i) recording.request({{20 + i % 7, 18}});
  recording.request({{500, 3'000, true}});
  recording.request({{501, 30'000, true}});

  const Calibration learned = recording.learn();

  CHECK(client_of(learned).timeout.value() == Duration::milliseconds(500));
  CHECK(on_error(learned) == OnError::ignore);
  CHECK(back(learned).errors.percent == 0);
}

TEST_CASE("a callee that is slower than the longest good call has not been given up",
          "[calibrate]") {
  Recording recording;
  for (int i = 0; i < 18; ++i) recording.request({{20 + i % 7, 18}});
  recording.request({{500, 3'000, true}});
  recording.request({{700, 698}});
  recording.request({{500, 3'000, true}});

  CHECK_FALSE(client_of(recording.learn()).timeout);
}

TEST_CASE("who never waits for the end has no timeout", "[calibrate]") {
  Recording recording;
  for (int i = 0; i < 20; ++i) recording.request({{2, 40}});

  CHECK_FALSE(client_of(recording.learn()).timeout);
}

TEST_CASE("failed calls without a server span were refused, unless they lasted longest, all alike",
          "[calibrate]") {
  Recording recording;
  const auto record = [&](std::int64_t lasts, std::int64_t more) {
    for (int i = 0; i < 40; ++i) recording.request({{20 + i % 4, 18}});
    for (int i = 0; i < 10; ++i) recording.request({{lasts + i * more, -1, true}}, true);
  };
  SECTION("about as long as others") {
    record(25, 0);
  }
  SECTION("each another time") {
    record(1'000, 25);
  }
  SECTION("longest and alike") {
    record(1'000, 0);
    const Calibration learned = recording.learn();
    CHECK(client_of(learned).timeout.value() == Duration::milliseconds(1'000));
    CHECK(back(learned).errors.percent == 0);
    CHECK(slowest_work(back(learned)) > 1.0);
    return;
  }
  const Calibration learned = recording.learn();
  CHECK_FALSE(client_of(learned).timeout);
  CHECK(back(learned).errors.percent == Approx(20));
}

TEST_CASE("calls that are cut short at one value with their callee were given up", "[calibrate]") {
  Recording recording;
  for (int i = 0; i < 40; ++i) recording.request({{20 + i, 18 + i}});
  for (int i = 0; i < 4; ++i) recording.request({{500, 498, true, true}}, true);
  SECTION("all at one value") {
    const Calibration learned = recording.learn();
    CHECK(client_of(learned).timeout.value() == Duration::milliseconds(500));
    // What the caller did is no error of the callee, which would have gone on.
    CHECK(back(learned).errors.percent == 0);
    CHECK(slowest_work(back(learned)) > 0.6);
  }
  SECTION("a good one is longer") {
    recording.request({{600, 598}});
    CHECK_FALSE(client_of(recording.learn()).timeout);
  }
  SECTION("a good one is as long") {
    recording.request({{500, 498}});
    CHECK_FALSE(client_of(recording.learn()).timeout);
  }
}

TEST_CASE("calls to a peer that fail at the longest time of all were given up", "[calibrate]") {
  test::SpanBuilder spans;
  for (std::uint64_t trace = 1; trace <= 50; ++trace) {
    const std::int64_t start = 1'000 * ms * static_cast<std::int64_t>(trace);
    const bool stuck = trace % 10 == 0;
    const std::int64_t lasts = (stuck ? 500 : 10 + static_cast<std::int64_t>(trace)) * ms;
    spans.add(trace, 1, 0, "front", "page", start, start + lasts + 10 * ms, SpanKind::server)
        .error = stuck;
    Span& query = spans.add(trace, 2, 1, "front", "query", start + 5 * ms, start + 5 * ms + lasts,
                            SpanKind::client);
    query.error = stuck;
    query.peer = spans.set.names.intern("database");
  }
  const Calibration learned = calibrate(spans.set, {});
  const ServiceSpec& front = learned.model.services.at("front");
  CHECK(front.calls.at("database").timeout.value() == Duration::milliseconds(500));
  const EndpointSpec& query = learned.model.services.at("database").endpoints.at("query");
  CHECK(query.errors.percent == 0);
  CHECK(slowest_work(query) == Approx(0.75));
}

TEST_CASE("where callers record no calls, one that leaves after one time before its callee gave up",
          "[calibrate]") {
  test::SpanBuilder spans;
  const bool piled = GENERATE(true, false);
  const bool fails = GENERATE(true, false);
  for (std::uint64_t trace = 1; trace <= 50; ++trace) {
    const std::int64_t start = 1'000 * ms * static_cast<std::int64_t>(trace);
    const bool slow = trace % 5 == 0;
    const std::int64_t waits = (300 + (piled ? 0 : 7 * static_cast<std::int64_t>(trace))) * ms;
    const std::int64_t ends = slow ? 5 * ms + waits : (30 + static_cast<std::int64_t>(trace)) * ms;
    spans.add(trace, 1, 0, "front", "page", start, start + ends, SpanKind::server).error =
        slow && fails;
    spans.add(trace, 2, 1, "back", "get", start + 5 * ms,
              slow ? start + 1'200 * ms : start + ends - 5 * ms, SpanKind::server);
  }
  const Calibration learned = calibrate(spans.set, {});
  CHECK((client_of(learned).timeout == Duration::milliseconds(300)) == piled);
  bool awaited = false;
  const EndpointSpec& page = learned.model.services.at("front").endpoints.at("page");
  for (const StepSpec& step : page.behaviours.at(0).steps) {
    awaited = awaited || std::holds_alternative<CallSpec>(step.action);
  }
  CHECK(awaited == (piled || fails));
  if (piled) CHECK(on_error(learned) == (fails ? OnError::fail : OnError::ignore));
}

TEST_CASE("who never waits for the answer gives up nothing", "[calibrate]") {
  test::SpanBuilder spans;
  for (std::uint64_t trace = 1; trace <= 50; ++trace) {
    const std::int64_t start = 1'000 * ms * static_cast<std::int64_t>(trace);
    spans.add(trace, 1, 0, "front", "page", start, start + 25 * ms, SpanKind::server);
    // Of some the callee is done before, as chance has it.
    const std::int64_t lasts = (trace % 3 == 0 ? 200 : 10) * ms;
    spans.add(trace, 2, 1, "back", "get", start + 5 * ms, start + 5 * ms + lasts, SpanKind::server);
  }
  const Calibration learned = calibrate(spans.set, {});
  CHECK_FALSE(client_of(learned).timeout);
  const EndpointSpec& page = learned.model.services.at("front").endpoints.at("page");
  for (const BehaviourSpec& behaviour : page.behaviours) {
    for (const StepSpec& step : behaviour.steps) {
      CHECK_FALSE(std::holds_alternative<CallSpec>(step.action));
    }
  }
}

TEST_CASE("calls between two services may have timeouts of their own", "[calibrate]") {
  test::SpanBuilder spans;
  for (std::uint64_t trace = 1; trace <= 80; ++trace) {
    const std::int64_t start = 1'000 * ms * static_cast<std::int64_t>(trace);
    const bool is_search = trace % 2 == 0;
    const bool stuck = trace % 10 < 2;
    const std::int64_t timeout = is_search ? 200 : 2'000;
    const std::int64_t lasts = stuck ? timeout : (is_search ? 30 : 300);
    const std::string page = is_search ? "search" : "export";
    spans.add(trace, 1, 0, "front", page, start, start + (lasts + 10) * ms, SpanKind::server)
        .error = stuck;
    spans
        .add(trace, 2, 1, "front", "call " + page, start + 5 * ms, start + (5 + lasts) * ms,
             SpanKind::client)
        .error = stuck;
    spans.add(trace, 3, 2, "back", page, start + 6 * ms, start + (stuck ? 5'000 : 4 + lasts) * ms,
              SpanKind::server);
  }
  const Calibration learned = calibrate(spans.set, {});
  const ServiceSpec& front = learned.model.services.at("front");
  CHECK_FALSE(front.calls.at("back").timeout);
  const auto timeout_of = [&](const std::string& page) {
    for (const StepSpec& step : front.endpoints.at(page).behaviours.at(0).steps) {
      if (const auto* call = std::get_if<CallSpec>(&step.action)) return call->timeout;
    }
    return std::optional<Duration>();
  };
  CHECK(timeout_of("search") == Duration::milliseconds(200));
  CHECK(timeout_of("export") == Duration::milliseconds(2'000));
  CHECK_THAT(text(learned.account), Catch::Contains("front/search -> back/search"));
}

TEST_CASE("timers may be late", "[calibrate]") {
  Recording recording;
  for (int i = 0; i < 40; ++i) recording.request({{20 + i % 9, 18}});
  for (int i = 0; i < 10; ++i) recording.request({{500 + 5 * i, 900, true}}, true);

  CHECK(client_of(recording.learn()).timeout.value().in_seconds() == Approx(0.505).margin(0.006));
}

TEST_CASE("good calls may last nearly as long as a timeout", "[calibrate]") {
  Recording recording;
  for (int i = 0; i < 40; ++i) recording.request({{20 + 12 * i, 18}});
  for (int i = 0; i < 5; ++i) recording.request({{500, 502 + 50 * i, true}}, true);

  const Calibration learned = recording.learn();

  CHECK(client_of(learned).timeout.value() == Duration::milliseconds(500));
  CHECK(on_error(learned) == OnError::fail);
}

TEST_CASE("among many calls some are good just before the timeout", "[calibrate]") {
  const bool piled = GENERATE(true, false);
  Recording recording;
  for (int i = 0; i < 400; ++i) recording.request({{100 + i, 90 + i}});
  // Its callee is cut short with it; or fails by itself, sooner or later.
  for (int i = 0; i < 20; ++i) {
    const int lasts = piled ? 500 : 481 + i;
    recording.request({{lasts, lasts - 2, true, !piled}}, true);
  }

  CHECK(client_of(recording.learn()).timeout.has_value() == piled);
}

TEST_CASE("failures that are survived sometimes are so in the model", "[calibrate]") {
  Recording recording;
  for (int i = 0; i < 300; ++i) recording.request({{20, 18}});
  for (int i = 0; i < 100; ++i) recording.request({{20, 18, true, true}}, i % 10 >= 4);

  const Calibration learned = recording.learn();

  CHECK(on_error(learned) == OnError::fail);
  const EndpointSpec& page = learned.model.services.at("front").endpoints.at("page");
  double tolerated = 0;
  for (const StepSpec& step : page.behaviours.at(0).steps) {
    if (const auto* call = std::get_if<CallSpec>(&step.action)) tolerated = call->tolerated;
  }
  CHECK(tolerated == Approx(0.4));
  const std::string account = text(learned.account);
  CHECK(account.find("(40 % of the failures survived)") != std::string::npos);
}

TEST_CASE("failures of calls that nobody waited for were once taken for survived", "[calibrate]") {
  test::SpanBuilder spans;
  const bool waits = GENERATE(true, false);
  for (std::uint64_t i = 1; i <= 400; ++i) {
    const std::int64_t at = 1'000 * ms * static_cast<std::int64_t>(i);
    const bool failed = waits && i % 5 == 0;
    spans.add(i, 1, 0, "front", "page", at, at + 40 * ms, SpanKind::server).error = failed;
    spans.add(i, 2, 1, "front", "send", at + 2 * ms, at + 3 * ms, SpanKind::producer);
    spans.add(i, 5, 2, "back", "get", at + 60 * ms, at + 90 * ms, SpanKind::consumer).error =
        i % 2 == 0;
    spans.add(i, 3, 1, "front", "call", at + 10 * ms, at + 35 * ms, SpanKind::client).error =
        failed;
    spans.add(i, 4, 3, "back", "get", at + 11 * ms, at + 34 * ms, SpanKind::server).error = failed;
  }

  const Calibration learned = calibrate(spans.set, {});

  const EndpointSpec& page = learned.model.services.at("front").endpoints.at("page");
  bool called = false;
  for_each_step(page.behaviours.at(0).steps, [&](const StepSpec& step) {
    const auto* call = std::get_if<CallSpec>(&step.action);
    if (call == nullptr) return;
    called = true;
    CHECK(call->tolerated == 0);
    CHECK(call->on_error == OnError::fail);
  });
  CHECK(called);
  // Whom nobody waits for tells nothing of what a caller does that waits.
  CHECK(learned.model.evidence.contains("services.front.calls.back.on_error") == !waits);
}

TEST_CASE("what was cut short would have lasted as long as what was not", "[calibrate]") {
  Recording recording;
  for (int i = 0; i < 300; ++i) recording.request({{20 + i % 40, 18 + i % 40}});
  for (int i = 0; i < 30; ++i) recording.request({{100, 99, true}}, true);

  const Calibration learned = recording.learn();

  CHECK(client_of(learned).timeout.value() == Duration::milliseconds(100));
  CHECK(slowest_work(back(learned)) == Approx(0.1485).epsilon(0.01));
  const std::string account = text(learned.account);
  CHECK(account.find("30  visits cut short where the caller gave up") != std::string::npos);
}

TEST_CASE("a callee that tidies up after its answer is not given up", "[calibrate]") {
  Recording recording;
  for (int i = 0; i < 40; ++i) recording.request({{26, 24}});
  for (int i = 0; i < 4; ++i) recording.request({{26, 54}});

  CHECK_FALSE(client_of(recording.learn()).timeout);
}

TEST_CASE("an answer that only the caller calls a failure, and lives with, is none",
          "[calibrate]") {
  Recording recording;
  for (int i = 0; i < 70; ++i) recording.request({{20, 18}});
  for (int i = 0; i < 28; ++i) recording.request({{20, 18, true}});             // 404
  for (int i = 0; i < 2; ++i) recording.request({{20, 18, true, true}}, true);  // 500

  const Calibration learned = recording.learn();

  CHECK(back(learned).errors.percent == Approx(2));
  CHECK(on_error(learned) == OnError::fail);
}

TEST_CASE("where some failures are not tried again no retry is learned", "[calibrate]") {
  Recording recording;
  const Recording::Attempt failed{20, 18, true, true};
  for (int i = 0; i < 60; ++i) recording.request({{20, 18}});
  for (int i = 0; i < 12; ++i) recording.request({failed, {20, 18}});
  for (int i = 0; i < 6; ++i) recording.request({failed}, true);

  const Calibration learned = recording.learn();

  CHECK_FALSE(client_of(learned).retry);
  CHECK(on_error(learned) == OnError::fail);
}

TEST_CASE("what fails between caller and callee fails at the callee", "[calibrate]") {
  const std::int64_t server = GENERATE(-1, 18);  // refused, or its answer lost
  const std::int64_t lasts = GENERATE(20, 3);
  Recording recording;
  for (int i = 0; i < 40; ++i) recording.request({{20, 18}});
  for (int i = 0; i < 10; ++i) recording.request({{lasts, server, true}}, true);

  const Calibration learned = recording.learn();

  CHECK(back(learned).errors.percent == Approx(20));
  if (server < 0) {
    CHECK((back(learned).errors.at == OwnErrorsSpec::At::start) == (lasts == 3));
  }
  CHECK(on_error(learned) == OnError::fail);
}

TEST_CASE("a failed call whose server span was lost, as others were, is no refusal",
          "[calibrate]") {
  Recording recording;
  for (int i = 0; i < 40; ++i) recording.request({{20, 18}});
  for (int i = 0; i < 40; ++i) recording.request({{20, -1}});
  for (int i = 0; i < 10; ++i) recording.request({{20, 18, true, true}}, true);
  for (int i = 0; i < 10; ++i) recording.request({{20, -1, true}}, true);

  CHECK(back(recording.learn()).errors.percent == Approx(20));  // 10 of 50 recorded visits
}

TEST_CASE("a failed attempt that is followed by another is tried again", "[calibrate]") {
  Recording recording;
  for (int i = 0; i < 40; ++i) recording.request({{20, 18}});
  for (int i = 0; i < 10; ++i) recording.request({{20, 18, true, true}, {20, 18, false, false, 3}});

  const Calibration learned = recording.learn();

  const RetrySpec retry = client_of(learned).retry.value();
  CHECK(retry.max_attempts == 2);
  CHECK(retry.base_backoff == Duration::milliseconds(3));
  CHECK(retry.jitter == Jitter::none);
  CHECK(retry.retry_on.five_xx);
  CHECK(on_error(learned) == OnError::fail);
  CHECK(back(learned).errors.percent == Approx(100.0 * 10 / 60));
  CHECK_THAT(text(learned.account), Catch::Contains("nobody was seen to give up"));
}

TEST_CASE("as many attempts are made as were seen before somebody gave up", "[calibrate]") {
  Recording recording;
  const Recording::Attempt failed{20, 18, true, true};
  for (int i = 0; i < 40; ++i) recording.request({{20, 18}});
  for (int i = 0; i < 10; ++i) recording.request({failed, {20, 18}});
  recording.request({failed, failed, failed}, true);

  const Calibration learned = recording.learn();

  CHECK(client_of(learned).retry.value().max_attempts == 3);
  CHECK_THAT(text(learned.account), Catch::Contains("1 call given up after 3 attempts"));
}

TEST_CASE("a loop that goes on after a failure does not try again", "[calibrate]") {
  Recording recording;
  const Recording::Attempt good{20, 18};
  const Recording::Attempt failed{20, 18, true, true};
  for (int i = 0; i < 40; ++i) recording.request({good, good, good});
  for (int i = 0; i < 5; ++i) recording.request({good, failed, good});

  CHECK_FALSE(client_of(recording.learn()).retry);
}

TEST_CASE("a failed call is tried again while others beside it go on", "[calibrate]") {
  test::SpanBuilder spans;
  for (std::uint64_t i = 1; i <= 100; ++i) {
    const std::int64_t at = 1'000 * ms * static_cast<std::int64_t>(i);
    const auto add = [&](std::uint64_t id, std::int64_t from, std::int64_t to, bool failed) {
      spans.add(i, id, 1, "front", "call", at + from * ms, at + to * ms, SpanKind::client).error =
          failed;
      spans.add(i, id + 1, id, "back", "get", at + from * ms, at + to * ms, SpanKind::server)
          .error = failed;
    };
    const bool fails = i % 5 == 0;
    add(10, 5, 24, false);
    add(20, 5, 26, fails);
    add(30, 5, 29, false);
    if (fails) add(40, 26, 45, false);
    spans.add(i, 1, 0, "front", "page", at, at + 50 * ms, SpanKind::server);
  }

  const Calibration learned = calibrate(spans.set, {});

  CHECK(client_of(learned).retry.has_value());
  CHECK(learned.model.services.at("front").endpoints.at("page").behaviours.size() == 1);
}

TEST_CASE("attempts that are given up and tried again have a timeout of their own", "[calibrate]") {
  Recording recording;
  for (int i = 0; i < 30; ++i) recording.request({{20, 18}});
  for (int i = 0; i < 5; ++i) recording.request({{200, 900, true}, {20, 18, false, false, 10}});

  const ClientSpec client = client_of(recording.learn());

  CHECK(client.retry.value().per_try_timeout.value() == Duration::milliseconds(200));
  CHECK_FALSE(client.timeout);
}

TEST_CASE("callees that tidy up after good answers once hid timeouts that a retry repaired",
          "[calibrate]") {
  Recording recording;
  for (int i = 0; i < 200; ++i) recording.request({{20 + i % 7, i % 4 == 0 ? 23 + i % 7 : 18}});
  for (int i = 0; i < 8; ++i) {
    recording.request({{200 + i % 2, 900, true}, {20, 18, false, false, 10}});
  }

  const Calibration learned = recording.learn();

  CHECK(client_of(learned).retry.value().per_try_timeout.value() == Duration::milliseconds(200));
  CHECK(back(learned).errors.percent == 0);
  CHECK_THAT(text(learned.account), Catch::Contains("8 calls given up after 200ms"));
}

TEST_CASE("calls that failed at many times while the callee went on were not given up at one",
          "[calibrate]") {
  Recording recording;
  for (int i = 0; i < 200; ++i) recording.request({{20 + i % 7, i % 4 == 0 ? 23 + i % 7 : 18}});
  for (int i = 0; i < 8; ++i) {
    recording.request({{100 + 40 * i, 900, true}, {20, 18, false, false, 10}});
  }

  CHECK_FALSE(client_of(recording.learn()).retry.value().per_try_timeout);
}

}  // namespace rehearse
