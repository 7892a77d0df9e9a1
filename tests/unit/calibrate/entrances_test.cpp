#include "calibrate/audit/entrances.hpp"

#include "tests/unit/calibrate/trace_support.hpp"

namespace rehearse {
namespace {

constexpr std::int64_t ms = 1'000'000;

/// A hundred pages and, after each fourth of them, an order that fails and asks the page's service
/// once more; one request every 50 ms.
SpanSet pages_and_orders() {
  test::SpanBuilder spans;
  std::int64_t now = 0;
  std::uint64_t trace = 0;
  for (int i = 0; i < 100; ++i) {
    now += 50 * ms;
    spans.add(++trace, 1, 0, "front", "page", now, now + (10 + i % 3) * ms, SpanKind::server);
    if (i % 4 != 3) continue;
    now += 50 * ms;
    spans.add(++trace, 1, 0, "front", "order", now, now + 30 * ms, SpanKind::server).error = true;
    spans.add(trace, 2, 1, "front", "call", now + ms, now + 22 * ms, SpanKind::client);
    spans.add(trace, 3, 2, "front", "page", now + 2 * ms, now + 21 * ms, SpanKind::server);
  }
  return spans.set;
}

CalibrateOptions with_traffic() {
  CalibrateOptions options;
  options.keep_traffic = true;
  return options;
}

}  // namespace

TEST_CASE("traffic is what came in, and every answer where it came in", "[calibrate][backtest]") {
  CHECK_FALSE(calibrate(pages_and_orders(), {}).traffic.has_value());

  const RecordedTraffic traffic = calibrate(pages_and_orders(), with_traffic()).traffic.value();

  CHECK(traffic.requests == 125);
  CHECK(traffic.per_second == Approx(20));
  CHECK(traffic.seconds == Approx(124 * 0.05));
  CHECK_FALSE(traffic.sampled);
  REQUIRE(traffic.entrances.size() == 2);
  const RecordedEntrance& order = traffic.entrances[0];
  const RecordedEntrance& page = traffic.entrances[1];
  CHECK(order.endpoint == EndpointName{"front", "order"});
  CHECK(order.per_second == Approx(4));
  CHECK(order.answers.size() == 25);
  CHECK_FALSE(order.answers[0].good);
  CHECK(page.per_second == Approx(16));
  // Orders visit the page, too; in the order in which visits began.
  REQUIRE(page.answers.size() == 125);
  CHECK(page.answers[3].seconds == Approx(0.010));
  CHECK(page.answers[4].seconds == Approx(0.019));
  CHECK(page.answers[5].seconds == Approx(0.011));
  CHECK(page.answers[4].good);
}

TEST_CASE("traffic of a sample counts what was left out", "[calibrate][backtest]") {
  CalibrateOptions options = with_traffic();
  options.sampling_percent = 10;

  const RecordedTraffic traffic = calibrate(pages_and_orders(), options).traffic.value();

  CHECK(traffic.sampled);
  CHECK(traffic.requests == 125);
  CHECK(traffic.per_second == Approx(200));
  CHECK(traffic.entrances[0].per_second == Approx(40));
  CHECK(traffic.entrances[0].answers[0].weight == Approx(10));
}

}  // namespace rehearse
