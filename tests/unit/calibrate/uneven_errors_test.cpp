#include "calibrate/learn/uneven_errors.hpp"

#include <cmath>
#include <set>

#include "tests/unit/calibrate/trace_support.hpp"

namespace rehearse {
namespace {

constexpr std::int64_t ms = 1'000'000;

/// Half of 1,000 requests call the database, the others do not; of a hundred of each, so many fail
/// by themselves.
test::SpanBuilder failing_spans(std::uint64_t calling, std::uint64_t others) {
  test::SpanBuilder spans;
  for (std::uint64_t i = 1; i <= 1'000; ++i) {
    const std::int64_t at = 100 * ms * static_cast<std::int64_t>(i);
    const bool calls = i % 2 == 0;
    spans.add(i, 1, 0, "web", "buy", at, at + 30 * ms).error =
        i / 2 % 100 < (calls ? calling : others);
    if (calls) spans.add(i, 2, 1, "database", "get", at + 5 * ms, at + 15 * ms);
  }
  return spans;
}

Calibration with_failures(std::uint64_t calling, std::uint64_t others) {
  return calibrate(failing_spans(calling, others).set, {});
}

}  // namespace

TEST_CASE("that errors depend on what a request does was once learned as a mean", "[calibrate]") {
  const Calibration learned = with_failures(20, 2);

  const EndpointSpec& buy = learned.model.services.at("web").endpoints.at("buy");
  REQUIRE(buy.behaviours.size() == 2);
  for (const BehaviourSpec& behaviour : buy.behaviours) {
    const bool calls = behaviour.steps.size() > 1;
    CHECK(behaviour.error_percent == std::optional<double>(calls ? 20 : 2));
  }
  CHECK(buy.errors.percent == Approx(11));
  CHECK_THAT(learned.model.evidence.at("services.web.endpoints.buy.errors").note,
             Catch::Contains("not alike whatever is done"));
}

TEST_CASE("errors that differ by chance, or of which there are too few, are not told apart",
          "[calibrate]") {
  const auto [calling, others] = GENERATE(table<std::uint64_t, std::uint64_t>(
      {{5, 5}, {5, 6}, {0, 0}, {0, 100}}));  // the last: whoever failed may not have come to call

  const Calibration learned = with_failures(calling, others);

  const EndpointSpec& buy = learned.model.services.at("web").endpoints.at("buy");
  for (const BehaviourSpec& behaviour : buy.behaviours) CHECK_FALSE(behaviour.error_percent);
}

TEST_CASE("each draw has errors of its own for what is done", "[calibrate]") {
  test::SpanBuilder spans = failing_spans(20, 2);
  CalibrateOptions options;
  options.draws = 20;

  const Calibration learned = calibrate(spans.set, options);

  DrawnModel drawn(learned.model, learned.draws);
  std::set<double> percents;
  for (std::uint64_t draw = 0; draw < 20; ++draw) {
    const EndpointSpec& buy = drawn.draw(draw).services.at("web").endpoints.at("buy");
    percents.insert(buy.behaviours.front().error_percent.value());
  }
  CHECK(percents.size() > 10);
  double mean = 0;
  for (const double percent : percents) mean += percent / static_cast<double>(percents.size());
  const bool calls =
      learned.model.services.at("web").endpoints.at("buy").behaviours.front().steps.size() > 1;
  const double truth = calls ? 20 : 2;
  CHECK(mean == Approx(truth).margin(4.5 * std::sqrt(truth * (100 - truth) / 500 / 10)));
}

TEST_CASE("visits that failed half way keep their errors where errors are told apart",
          "[calibrate]") {
  // 900 that call C, all good; 100 that call D, too, a fifth of which fail; 40 that fail before.
  test::SpanBuilder spans;
  for (std::uint64_t i = 1; i <= 1'040; ++i) {
    const std::int64_t at = 100 * ms * static_cast<std::int64_t>(i);
    const bool early = i > 1'000;
    const bool both = !early && i % 10 == 0;
    spans.add(i, 1, 0, "web", "buy", at, at + 40 * ms).error = early || (both && i % 50 == 0);
    if (early) continue;
    spans.add(i, 2, 1, "c", "get", at + 5 * ms, at + 15 * ms);
    if (both) spans.add(i, 3, 1, "d", "get", at + 20 * ms, at + 30 * ms);
  }

  const EndpointSpec buy = calibrate(spans.set, {}).model.services.at("web").endpoints.at("buy");

  double visits = 0;
  double failed = 0;
  for (const BehaviourSpec& behaviour : buy.behaviours) {
    visits += behaviour.weight;
    failed += behaviour.weight * buy.error_percent_of(behaviour) / 100;
  }
  CHECK(visits == Approx(1'040));
  CHECK(failed == Approx(60));
}

TEST_CASE("the exact test of two shares is Fisher's", "[calibrate]") {
  // Fisher's tea: of four and four cups, three named rightly; 17 of 70 tables on that side.
  CHECK(p_value_of({4, 3}, {4, 1}) == Approx(2 * 17.0 / 70));
  CHECK(p_value_of({4, 4}, {4, 0}) == Approx(2 * 1.0 / 70));
  CHECK(p_value_of({4, 2}, {4, 2}) == 1);
}

}  // namespace rehearse
