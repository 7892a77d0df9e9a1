#include "calibrate/audit/contradictions.hpp"

#include "tests/unit/calibrate/trace_support.hpp"

namespace rehearse {
namespace {

using test::SpanBuilder;

constexpr std::int64_t ms = 1'000'000;

/// Each second five requests to one of two fronts; they begin 1 ms apart, and end in the opposite
/// order. Each calls back, for 30 ms.
SpanSet crossing(bool named = true) {
  SpanBuilder builder;
  for (std::uint64_t trace = 1; trace <= 20; ++trace) {
    const auto place = static_cast<std::int64_t>(trace % 5);
    const std::int64_t start = static_cast<std::int64_t>(trace / 5) * 1'000 * ms + place * ms;
    Span& root = builder.add(trace, 1, 0, "front", "GET /", start, start + (100 - 3 * place) * ms);
    if (named) root.instance = builder.set.names.intern(trace < 11 ? "front-a" : "front-b");
    builder.add(trace, 2, 1, "front", "ask", start + 5 * ms, start + 35 * ms, SpanKind::client);
    builder.add(trace, 3, 2, "back", "labour", start + 6 * ms, start + 34 * ms, SpanKind::server);
  }
  return builder.set;
}

std::vector<std::string> seen_against(const ModelSpec& model, const Calibration& learned) {
  std::vector<std::string> sentences;
  for (const Contradiction& one : contradictions(model, learned.model, learned.bounds)) {
    sentences.push_back(one.path + ": " + one.seen);
  }
  return sentences;
}

ModelSpec with_workers(const Calibration& learned, int workers) {
  ModelSpec model = learned.model;
  model.services["front"].workers = workers;
  model.evidence["services.front.workers"].basis = Basis::given;
  return model;
}

}  // namespace

TEST_CASE("more at work at once than the given workers is a contradiction", "[calibrate]") {
  const Calibration learned = calibrate(crossing(), {});
  ModelSpec event_loop = with_workers(learned, 1);
  event_loop.services["front"].worker_held_while_calling = false;
  ModelSpec last_come = with_workers(learned, 1);
  last_come.services["front"].queue.discipline = LifoQueue{};
  ModelSpec not_given = with_workers(learned, 1);
  not_given.evidence["services.front.workers"].basis = Basis::observed;

  CHECK(seen_against(with_workers(learned, 4), learned) ==
        std::vector<std::string>{"services.front.workers: 5 at work at once"});
  CHECK(seen_against(with_workers(learned, 5), learned).empty());
  CHECK(seen_against(event_loop, learned).empty());
  CHECK(seen_against(last_come, learned).empty());
  CHECK(seen_against(not_given, learned).empty());
}

TEST_CASE("who waits for a worker is not taken for one at work", "[calibrate]") {
  SpanBuilder builder;
  for (std::uint64_t trace = 1; trace <= 20; ++trace) {
    // One worker: they come together, and end one after the other.
    const auto place = static_cast<std::int64_t>(trace % 5);
    const std::int64_t start = static_cast<std::int64_t>(trace / 5) * 1'000 * ms + place * ms;
    Span& span = builder.add(trace, 1, 0, "front", "GET /", start, start + (place + 1) * 10 * ms);
    span.instance = builder.set.names.intern("front-a");
  }
  const Calibration learned = calibrate(builder.set, {});

  CHECK(learned.bounds.at_work.at("front").most == 1);
  CHECK(seen_against(with_workers(learned, 1), learned).empty());
}

TEST_CASE("visits of instances without a name are of one only where that is given", "[calibrate]") {
  const Calibration learned = calibrate(crossing(false), {});
  ModelSpec model = with_workers(learned, 4);
  const std::vector<std::string> unknown = seen_against(model, learned);
  model.evidence["services.front.instances"].basis = Basis::given;

  CHECK(unknown.empty());
  CHECK(seen_against(model, learned).size() == 1);
}

TEST_CASE("fewer given instances than were there at a time is a contradiction", "[calibrate]") {
  SpanBuilder builder;
  for (std::uint64_t trace = 1; trace <= 90; ++trace) {
    const auto start = static_cast<std::int64_t>(trace) * 100 * ms;
    Span& span = builder.add(trace, 1, 0, "front", "GET /", start, start + 10 * ms);
    span.instance = builder.set.names.intern("front-" + std::to_string(trace % 3));
  }
  const Calibration learned = calibrate(builder.set, {});
  ModelSpec model = learned.model;
  model.evidence["services.front.instances"].basis = Basis::given;
  const std::vector<std::string> as_many = seen_against(model, learned);
  model.services["front"].instances = 2;

  CHECK(as_many.empty());
  CHECK(seen_against(model, learned) ==
        std::vector<std::string>{"services.front.instances: 3 seen at one time"});
}

TEST_CASE("a given timeout below the longest good call is a contradiction", "[calibrate]") {
  const Calibration learned = calibrate(crossing(), {});
  const auto with_timeout = [&](std::int64_t milliseconds) {
    ModelSpec model = learned.model;
    model.services["front"].calls["back"].timeout = Duration::milliseconds(milliseconds);
    model.evidence["services.front.calls.back.timeout"].basis = Basis::given;
    return model;
  };
  ModelSpec of_step = with_timeout(20);
  for (BehaviourSpec& behaviour : of_step.services["front"].endpoints["GET /"].behaviours) {
    for (StepSpec& step : behaviour.steps) {
      if (auto* call = std::get_if<CallSpec>(&step.action)) call->timeout = Duration::seconds(1);
    }
  }

  CHECK(seen_against(with_timeout(20), learned) ==
        std::vector<std::string>{"services.front.calls.back.timeout: a good call took 30ms"});
  CHECK(seen_against(with_timeout(29), learned).empty());  // as watches go
  CHECK(seen_against(with_timeout(30), learned).empty());
  CHECK(seen_against(of_step, learned).empty());
}

}  // namespace rehearse
