#include <algorithm>
#include <chrono>

#include "calibrate/learn/structure.hpp"
#include "tests/unit/calibrate/trace_support.hpp"

namespace rehearse {
namespace {

using test::SpanBuilder;

constexpr std::int64_t ms = 1'000'000;

/// The structure of the only visit of service a, whose calls are the spans of other services.
TimedStructure structure_in(SpanBuilder& builder, std::int64_t grain = 1) {
  normalise(builder.set);
  const TraceForest forest = plant(builder.set.spans);
  const VisitTable visits = find_visits(forest, assign_roles(forest));
  for (const Visit& visit : visits.visits) {
    if (builder.set.names.text(forest.spans[visit.span].service) == "a") {
      return structure_of(forest, visits, visit, grain);
    }
  }
  return {};
}

const StepSequence& steps_of_endpoint(const ModelSpec& model, const std::string& service,
                                      const std::string& operation) {
  return model.services.at(service).endpoints.at(operation).behaviours.at(0).steps;
}

}  // namespace

TEST_CASE("calls one after another are a sequence, overlapping ones a parallel group",
          "[calibrate]") {
  SpanBuilder builder;
  builder.add(1, 1, 0, "a", "root", 0, 100 * ms);
  builder.add(1, 2, 1, "b", "first", 10 * ms, 20 * ms);
  builder.add(1, 3, 1, "d", "wide", 30 * ms, 80 * ms);
  builder.add(1, 4, 1, "c", "inner", 31 * ms, 40 * ms);
  builder.add(1, 5, 1, "c", "inner", 45 * ms, 60 * ms);
  builder.add(1, 6, 1, "b", "last", 85 * ms, 90 * ms);

  const TimedStructure timed = structure_in(builder);

  // Endpoints are numbered by name: a/root, b/first, b/last, c/inner, d/wide.
  CHECK(timed.structure ==
        Structure{{{{1, false}}}, {{{3, false}, {3, false}}, {{4, false}}}, {{{2, false}}}});
  CHECK(timed.own == std::vector<double>{10e6, 10e6, 5e6, 10e6});
  CHECK(timed.self_time == 35e6);
  CHECK(timed.leads[1][0] == std::vector<double>{1e6, 5e6});
}

TEST_CASE("more than 256 calls at once were once put one after another", "[calibrate]") {
  SpanBuilder builder;
  builder.add(1, 1, 0, "a", "root", 0, 31 * ms);
  for (std::uint64_t i = 0; i < 257; ++i) {
    builder.add(1, 2 + i, 1, "b", "x", ms / 2, 30 * ms + ms / 2);
  }

  const TimedStructure timed = structure_in(builder);

  REQUIRE(timed.structure.size() == 1);
  CHECK(timed.structure[0].size() == 257);
  CHECK(timed.self_time == 1e6);
}

TEST_CASE("long sequences are put in order without touching what runs at once", "[calibrate]") {
  SpanBuilder builder;
  builder.add(1, 1, 0, "a", "root", 0, 1000 * ms);
  for (std::uint64_t i = 0; i < 300; ++i) {
    const auto start = static_cast<std::int64_t>(i) * 2 * ms;
    builder.add(1, 10 + i, 1, i % 2 == 0 ? "b" : "c", "x", start, start + ms);
  }
  for (std::uint64_t i = 0; i < 3; ++i) {
    builder.add(1, 400 + i, 1, "b", "x", 700 * ms, 900 * ms);
  }

  const TimedStructure timed = structure_in(builder);

  REQUIRE(timed.structure.size() == 301);
  CHECK(std::is_sorted(timed.structure.begin(), timed.structure.begin() + 300));
  CHECK(timed.structure[300].size() == 3);
  CHECK(timed.own[0] == 299e6);
  CHECK(timed.own[300] == 101e6);
  CHECK(timed.self_time == 500e6);
}

TEST_CASE("fifty thousand calls of a visit take no quadratic time", "[calibrate]") {
  const auto kind = GENERATE(SpanKind::server, SpanKind::consumer);
  constexpr std::uint64_t calls = 50'000;
  SpanBuilder builder;
  builder.add(1, 1, 0, "a", "root", 0, 1000 * ms);
  for (std::uint64_t i = 0; i < calls; ++i) {
    const auto start = static_cast<std::int64_t>(i);
    builder.add(1, 2 + i, 1, "b", "x", start, start + 900 * ms, kind);
  }
  const auto began = std::chrono::steady_clock::now();

  const TimedStructure timed = structure_in(builder);

  // Two thousand million comparisons took longer than this, in any build.
  CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(5));
  CHECK(timed.structure.size() == (kind == SpanKind::server ? 1 : calls));
  CHECK(timed.structure[0].size() == (kind == SpanKind::server ? calls : 1));
}

TEST_CASE("calls that only seem to overlap by the grain of the clock are a sequence",
          "[calibrate]") {
  SpanBuilder builder;
  builder.add(1, 1, 0, "a", "root", 0, 100 * ms);
  builder.add(1, 2, 1, "b", "x", 10 * ms, 20 * ms + 900'000);
  builder.add(1, 3, 1, "c", "y", 20 * ms, 30 * ms);

  CHECK(structure_in(builder, ms).structure.size() == 2);
}

TEST_CASE("the same overlap with a fine clock is a parallel group", "[calibrate]") {
  SpanBuilder builder;
  builder.add(1, 1, 0, "a", "root", 0, 100 * ms);
  builder.add(1, 2, 1, "b", "x", 10 * ms, 20 * ms + 900'000);
  builder.add(1, 3, 1, "c", "y", 20 * ms, 30 * ms);

  CHECK(structure_in(builder, 1).structure.size() == 1);
}

TEST_CASE("a grain is found where all starts of a service are whole milliseconds", "[calibrate]") {
  SpanBuilder builder;
  for (std::uint64_t i = 1; i <= 30; ++i) {
    const auto at = static_cast<std::int64_t>(i);
    builder.add(i, 1, 0, "coarse", "x", at * ms, at * ms + 17);
    builder.add(i, 2, 1, "fine", "x", at * ms + at, at * ms + 2 * at);
  }
  normalise(builder.set);
  const TraceForest forest = plant(builder.set.spans);

  const std::vector<std::int64_t> grains = clock_grains(forest);

  for (const Span& span : forest.spans) {
    const bool coarse = builder.set.names.text(span.service) == "coarse";
    CHECK(grains[span.service] == (coarse ? ms : 1));
  }
}

TEST_CASE("a call that outlives its visit is fire and forget, one that fails late is not",
          "[calibrate]") {
  const bool fails = GENERATE(false, true);
  SpanBuilder builder;
  for (std::uint64_t trace = 1; trace <= 40; ++trace) {
    builder.add(trace, 1, 0, "a", "root", 0, 10 * ms);
    builder.add(trace, 2, 1, "b", "mail", 5 * ms, 90 * ms).error = fails;
  }

  const ModelSpec model = calibrate(std::move(builder.set), {}).model;

  const StepSequence& steps = steps_of_endpoint(model, "a", "root");
  const bool spawns = std::any_of(steps.begin(), steps.end(), [](const StepSpec& step) {
    return std::holds_alternative<SpawnSpec>(step.action);
  });
  CHECK(spawns == !fails);
}

TEST_CASE("equal calls in a row become a repeat", "[calibrate]") {
  SpanBuilder builder;
  builder.add(1, 1, 0, "a", "root", 0, 100 * ms);
  for (std::uint64_t i = 0; i < 5; ++i) {
    const auto start = static_cast<std::int64_t>(i) * 10 * ms + ms;
    builder.add(1, 2 + i, 1, "b", "x", start, start + 9 * ms);
  }

  const ModelSpec model = calibrate(std::move(builder.set), {}).model;

  const StepSequence& steps = steps_of_endpoint(model, "a", "root");
  REQUIRE(steps.size() == 2);
  const auto* repeat = std::get_if<RepeatSpec>(&steps[0].action);
  if (repeat == nullptr) repeat = std::get_if<RepeatSpec>(&steps[1].action);
  REQUIRE(repeat != nullptr);
  CHECK(repeat->count.mean == 5);
}

TEST_CASE("a failed call that ends its caller is explained by the callee's own errors",
          "[calibrate]") {
  SpanBuilder builder;
  for (std::uint64_t trace = 1; trace <= 100; ++trace) {
    const bool fails = trace % 10 == 0;
    builder.add(trace, 1, 0, "a", "root", 0, 100 * ms).error = fails;
    builder.add(trace, 2, 1, "b", "pay", 10 * ms, 20 * ms).error = fails;
    if (!fails) builder.add(trace, 3, 1, "c", "ship", 30 * ms, 40 * ms);
  }

  const Calibration calibration = calibrate(std::move(builder.set), {});
  const ModelSpec& model = calibration.model;

  const EndpointSpec& root = model.services.at("a").endpoints.at("root");
  REQUIRE(root.behaviours.size() == 1);
  CHECK(root.behaviours[0].weight == 100);  // those that failed on their way, too
  CHECK(root.errors.percent == 0);
  CHECK(model.services.at("b").endpoints.at("pay").errors.percent == Approx(10));
}

TEST_CASE("a failure that the caller survives is ignored", "[calibrate]") {
  SpanBuilder builder;
  for (std::uint64_t trace = 1; trace <= 100; ++trace) {
    builder.add(trace, 1, 0, "a", "root", 0, 100 * ms);
    builder.add(trace, 2, 1, "b", "ads", 10 * ms, 20 * ms).error = trace % 10 == 0;
  }

  const ModelSpec model = calibrate(std::move(builder.set), {}).model;

  const StepSequence& steps = steps_of_endpoint(model, "a", "root");
  const auto call = std::find_if(steps.begin(), steps.end(), [](const StepSpec& step) {
    return std::holds_alternative<CallSpec>(step.action);
  });
  REQUIRE(call != steps.end());
  CHECK(std::get<CallSpec>(call->action).on_error == OnError::ignore);
}

TEST_CASE("of many structures the 64 seen most are kept and no visit is lost", "[calibrate]") {
  SpanBuilder builder;
  const std::uint64_t visits = 300;
  for (std::uint64_t trace = 1; trace <= visits; ++trace) {
    builder.add(trace, 1, 0, "a", "root", 0, 100 * ms);
    for (std::uint64_t i = 0; i < 8; ++i) {
      if ((trace % 150 >> i & 1) == 0) continue;
      const auto start = static_cast<std::int64_t>(i) * 10 * ms;
      builder.add(trace, 2 + i, 1, "s" + std::to_string(i), "x", start, start + 5 * ms);
    }
  }

  const ModelSpec model = calibrate(std::move(builder.set), {}).model;

  const EndpointSpec& root = model.services.at("a").endpoints.at("root");
  CHECK(root.behaviours.size() == 64);
  double weight = 0;
  for (const BehaviourSpec& behaviour : root.behaviours) weight += behaviour.weight;
  CHECK(weight == Approx(visits));
}

}  // namespace rehearse
