#include <algorithm>

#include "tests/unit/calibrate/trace_support.hpp"

namespace rehearse {
namespace {

using test::SpanBuilder;
constexpr std::int64_t ms = 1'000'000;

const EndpointSpec& root_of(const ModelSpec& model) {
  return model.services.at("a").endpoints.at("root");
}

std::size_t spawns_in(const StepSequence& steps) {
  std::size_t count = 0;
  for_each_step(steps, [&](const StepSpec& step) {
    count += std::holds_alternative<SpawnSpec>(step.action) ? 1 : 0;
  });
  return count;
}

OnError on_error_of(const ModelSpec& model, const std::string& callee) {
  OnError found = OnError::fallback;
  for (const BehaviourSpec& behaviour : root_of(model).behaviours) {
    for_each_step(behaviour.steps, [&](const StepSpec& step) {
      const auto* call = std::get_if<CallSpec>(&step.action);
      if (call != nullptr && call->endpoint.service == callee) found = call->on_error;
    });
  }
  return found;
}

/// A call from a to a service, of both sides; the answer takes a millisecond each way.
void add_call(SpanBuilder& builder, std::uint64_t trace, std::uint64_t id,
              const std::string& callee, std::int64_t start, std::int64_t end, bool failed) {
  builder.add(trace, id, 1, "a", "call " + callee, start, end, SpanKind::client).error = failed;
  builder.add(trace, id + 1, id, callee, "get", start + ms, end - ms, SpanKind::server).error =
      failed;
}

}  // namespace

TEST_CASE("what visits would have done that a failed call ended counts as often", "[calibrate]") {
  SpanBuilder builder;
  for (std::uint64_t trace = 1; trace <= 200; ++trace) {
    const bool pays = trace % 2 == 0;  // half of them; and of these calls, half fail
    const bool fails = trace % 4 == 0;
    builder.add(trace, 1, 0, "a", "root", 0, 100 * ms).error = fails;
    builder.add(trace, 2, 1, pays ? "b" : "d", "get", 10 * ms, 20 * ms).error = fails;
    if (!fails) builder.add(trace, 3, 1, "c", "get", 30 * ms, 40 * ms);
  }

  const ModelSpec model = calibrate(std::move(builder.set), {}).model;

  REQUIRE(root_of(model).behaviours.size() == 2);
  CHECK(root_of(model).behaviours[0].weight == Approx(100));
  CHECK(root_of(model).behaviours[1].weight == Approx(100));
}

TEST_CASE("a visit that lets go of its other calls is ended by the one that failed",
          "[calibrate]") {
  SpanBuilder builder;
  for (std::uint64_t trace = 1; trace <= 100; ++trace) {
    const bool fails = trace % 10 == 0;
    const std::int64_t end = fails ? 25 * ms : 90 * ms;
    builder.add(trace, 1, 0, "a", "root", 0, end, SpanKind::server).error = fails;
    add_call(builder, trace, 2, "b", 10 * ms, 25 * ms, fails);
    builder.add(trace, 4, 1, "a", "call c", 10 * ms, fails ? end : 40 * ms, SpanKind::client);
    builder.add(trace, 5, 4, "c", "get", 11 * ms, 39 * ms, SpanKind::server);
    if (!fails) add_call(builder, trace, 6, "d", 50 * ms, 60 * ms, false);
  }

  const ModelSpec model = calibrate(std::move(builder.set), {}).model;

  CHECK(root_of(model).behaviours.size() == 1);
  CHECK(root_of(model).errors.percent == 0);
  CHECK_FALSE(model.services.at("a").calls.at("c").timeout);
}

TEST_CASE("who fails before it works fails at the start, and its work stays what it was",
          "[calibrate]") {
  for (const bool at_once : {true, false}) {
    SpanBuilder builder;
    for (std::uint64_t trace = 1; trace <= 100; ++trace) {
      const bool fails = trace % 10 == 0;
      const std::int64_t end = fails && at_once ? ms : 50 * ms;
      builder.add(trace, 1, 0, "a", "root", 0, end).error = fails;
      if (end > ms) builder.add(trace, 2, 1, "b", "get", 10 * ms, 20 * ms);
    }

    const ModelSpec model = calibrate(std::move(builder.set), {}).model;

    CHECK(root_of(model).errors.percent == Approx(10));
    CHECK((root_of(model).errors.at == OwnErrorsSpec::At::start) == at_once);
    CHECK(root_of(model).behaviours.size() == 1);
  }
}

TEST_CASE("who survives a failed call may fail for a reason of its own as often as ever",
          "[calibrate]") {
  for (const bool survives : {true, false}) {
    SpanBuilder builder;
    for (std::uint64_t trace = 1; trace <= 400; ++trace) {
      const bool ads_fail = trace % 4 == 0;
      const bool fails = trace % 5 == 0 || (ads_fail && !survives);
      builder.add(trace, 1, 0, "a", "root", 0, 100 * ms).error = fails;
      builder.add(trace, 2, 1, "b", "get", 10 * ms, 20 * ms).error = ads_fail;
    }

    const ModelSpec model = calibrate(std::move(builder.set), {}).model;

    CHECK(on_error_of(model, "b") == (survives ? OnError::ignore : OnError::fail));
  }
}

TEST_CASE("who sends messages to one it also calls waits for the calls", "[calibrate]") {
  SpanBuilder builder;
  for (std::uint64_t trace = 1; trace <= 60; ++trace) {
    builder.add(trace, 1, 0, "a", "root", 0, 50 * ms, SpanKind::server);
    add_call(builder, trace, 2, "b", 10 * ms, 30 * ms, false);
    builder.add(trace, 4, 1, "a", "send", 40 * ms, 96 * ms, SpanKind::producer);
    builder.add(trace, 5, 4, "b", "get", 45 * ms, 95 * ms, SpanKind::consumer);
  }

  const ModelSpec model = calibrate(std::move(builder.set), {}).model;

  REQUIRE(root_of(model).behaviours.size() == 1);
  CHECK(spawns_in(root_of(model).behaviours[0].steps) == 1);
  CHECK(on_error_of(model, "b") == OnError::fail);
}

TEST_CASE("calls that one sibling's failure ends do not hide when callers give up", "[calibrate]") {
  SpanBuilder builder;
  for (std::uint64_t trace = 1; trace <= 200; ++trace) {
    const bool fails = trace % 10 == 0;
    const bool given_up = trace % 10 == 5;
    const std::int64_t lasts = (5 + static_cast<std::int64_t>(trace % 7)) * ms;
    const std::int64_t waits = fails ? 4 * ms : given_up ? 40 * ms : lasts;
    builder.add(trace, 1, 0, "a", "root", 0, 10 * ms + waits, SpanKind::server).error =
        fails || given_up;
    add_call(builder, trace, 2, "b", 10 * ms, 14 * ms, fails);
    builder.add(trace, 4, 1, "a", "call c", 10 * ms, 10 * ms + waits, SpanKind::client).error =
        given_up;
    builder.add(trace, 5, 4, "c", "get", 11 * ms, 10 * ms + (given_up ? 90 * ms : lasts),
                SpanKind::server);
  }

  const ModelSpec model = calibrate(std::move(builder.set), {}).model;

  CHECK(model.services.at("a").calls.at("c").timeout == Duration::milliseconds(40));
  CHECK(model.services.at("c").endpoints.at("get").errors.percent == 0);
}

TEST_CASE("a second call behind one that was given up is no attempt more", "[calibrate]") {
  SpanBuilder builder;
  for (std::uint64_t trace = 1; trace <= 300; ++trace) {
    builder.add(trace, 1, 0, "a", "root", 0, 200 * ms, SpanKind::server);
    // Two attempts at the first call fail in one request of three; of these, in one of ten, those
    // at the second call fail as well.
    const bool first = trace % 3 == 0;
    const bool second = trace % 30 == 0 || trace % 3 == 1;
    std::int64_t at = 10 * ms;
    std::uint64_t id = 2;
    for (const bool fails : {first, second}) {
      for (int attempt = 0; attempt < (fails ? 2 : 1); ++attempt) {
        add_call(builder, trace, id, "b", at, at + 10 * ms, fails);
        id += 2;
        at += 15 * ms;
      }
      at += 15 * ms;
    }
  }

  const ModelSpec model = calibrate(std::move(builder.set), {}).model;

  REQUIRE(model.services.at("a").calls.at("b").retry);
  CHECK(model.services.at("a").calls.at("b").retry->max_attempts == 2);
}

TEST_CASE("a timeout that ends the server span as well is found beside good calls hardly shorter",
          "[calibrate]") {
  for (const bool exactly : {true, false}) {
    SpanBuilder builder;
    for (std::uint64_t trace = 1; trace <= 100; ++trace) {
      const bool given_up = trace % 10 == 0;
      const auto spread = exactly ? 0 : static_cast<std::int64_t>(trace) * ms / 400;
      const std::int64_t begin = static_cast<std::int64_t>(trace) * 13;  // no clock of whole ms
      const std::int64_t end =
          begin + 10 * ms +
          (given_up ? 40 * ms + spread : static_cast<std::int64_t>(trace) * 2 * ms / 5);
      builder.add(trace, 1, 0, "a", "root", begin, end + ms, SpanKind::server).error = given_up;
      builder.add(trace, 2, 1, "a", "call", begin + 10 * ms, end, SpanKind::client).error =
          given_up;
      builder.add(trace, 3, 2, "b", "get", begin + 10 * ms + ms / 8, end - (given_up ? 0 : ms / 8),
                  SpanKind::server);
    }

    const ModelSpec model = calibrate(std::move(builder.set), {}).model;

    const auto timeout = model.services.at("a").calls.at("b").timeout;
    CHECK(timeout == (exactly ? std::optional(Duration::milliseconds(40)) : std::nullopt));
  }
}

TEST_CASE("failed calls that may be the longest by chance were not given up", "[calibrate]") {
  const std::uint64_t good = GENERATE(3, 6, 40);
  SpanBuilder builder;
  for (std::uint64_t trace = 1; trace <= good + 3; ++trace) {
    const bool failed = trace > good;
    const std::int64_t begin = static_cast<std::int64_t>(trace) * 13;
    const std::int64_t end = begin + (failed ? 40 : 20) * ms;
    builder.add(trace, 1, 0, "a", "root", begin, end + ms, SpanKind::server).error = failed;
    Span& query = builder.add(trace, 2, 1, "a", "query", begin, end, SpanKind::client);
    query.error = failed;
    query.peer = builder.set.names.intern("database");
  }
  const ModelSpec model = calibrate(std::move(builder.set), {}).model;
  // Three of six are chosen in 20 ways, of nine in 84, of 43 in 12,341.
  CHECK(model.services.at("a").calls.at("database").timeout.has_value() == (good > 6));
}

TEST_CASE("clocks that tell whole milliseconds, or differ by much, are warned of", "[calibrate]") {
  const auto account_with = [](std::int64_t ahead, std::int64_t grain) {
    SpanBuilder builder;
    for (std::uint64_t trace = 1; trace <= 40; ++trace) {
      const std::int64_t start = static_cast<std::int64_t>(trace) * 500 * ms + ms / grain;
      builder.add(trace, 1, 0, "a", "root", start, start + 50 * ms, SpanKind::server);
      builder.add(trace, 2, 1, "a", "call", start + 10 * ms, start + 30 * ms, SpanKind::client);
      builder.add(trace, 3, 2, "b", "get", start + 11 * ms + ahead, start + 29 * ms + ahead,
                  SpanKind::server);
    }
    return text(calibrate(std::move(builder.set), {}).account);
  };
  const auto warns = [](const std::string& account, const std::string& of) {
    return account.find(of) != std::string::npos;
  };

  CHECK(warns(account_with(5'000 * ms, 3), "warning, clocks differ by 5s or more"));
  CHECK_FALSE(warns(account_with(5 * ms, 3), "warning, clocks differ"));
  CHECK(warns(account_with(0, 1), "warning, those of a, b tell whole milliseconds"));
  CHECK_FALSE(warns(account_with(0, 3), "whole milliseconds"));
}

}  // namespace rehearse
