#include "calibrate/learn/recorded_load.hpp"

#include "tests/unit/calibrate/trace_support.hpp"

// What is right was computed by hand: arrivals at a constant rate, times that are all alike. Times
// begin at 1,000 s, so that nothing rests on windows being cut at multiples of 10 s.

namespace rehearse {
namespace {

using test::SpanBuilder;

constexpr std::int64_t ms = 1'000'000;
constexpr std::int64_t second = 1000 * ms;
constexpr std::int64_t beginning = 1003 * second;

/// A request of 50 ms every so often, of which 25 ms are the front's own; the back works 19 ms.
void add_requests(SpanBuilder& builder, std::int64_t from, std::int64_t to, std::int64_t gap) {
  static std::uint64_t trace = 0;
  for (std::int64_t at = from; at < to; at += gap) {
    ++trace;
    const std::int64_t start = beginning + at;
    builder.add(trace, 1, 0, "front", "GET /", start, start + 50 * ms, SpanKind::server);
    builder.add(trace, 2, 1, "front", "call", start + 5 * ms, start + 30 * ms, SpanKind::client);
    builder.add(trace, 3, 2, "back", "labour", start + 8 * ms, start + 27 * ms, SpanKind::server);
  }
}

HighestRecorded learned(SpanBuilder& builder, const std::string& service) {
  const Calibration calibration = calibrate(builder.set, {});
  const auto& highest = calibration.model.services.at(service).highest_recorded;
  REQUIRE(highest.has_value());
  const auto& evidence = calibration.model.evidence.at("services." + service + ".highest_recorded");
  CHECK(evidence.basis == Basis::observed);
  CHECK(evidence.n == highest->visits);
  return *highest;
}

void check(const HighestRecorded& found, double work, double inside, std::uint64_t visits,
           Duration window) {
  CHECK(found.work_per_instance == Approx(work).epsilon(1e-5));
  CHECK(found.inside_per_instance == Approx(inside).epsilon(1e-5));
  CHECK(found.visits == visits);
  CHECK(found.window == window);
}

}  // namespace

TEST_CASE("work leaves calls out and presence does not", "[calibrate]") {
  SpanBuilder builder;
  add_requests(builder, 0, 10 * second + 1, 100 * ms);

  check(learned(builder, "front"), 10 * 0.025, 10 * 0.050, 100, Duration::seconds(10));
  check(learned(builder, "back"), 10 * 0.019, 10 * 0.019, 100, Duration::seconds(10));
}

TEST_CASE("the load of a service is divided among its instances", "[calibrate]") {
  SpanBuilder builder;
  add_requests(builder, 0, 10 * second + 1, 100 * ms);
  for (std::size_t i = 0; i < builder.set.spans.size(); ++i) {
    const std::string name = i / 3 % 2 == 0 ? "one" : "two";
    if (i % 3 < 2) builder.set.spans[i].instance = builder.set.names.intern(name);
  }

  check(learned(builder, "front"), 5 * 0.025, 5 * 0.050, 100, Duration::seconds(10));
  check(learned(builder, "back"), 10 * 0.019, 10 * 0.019, 100, Duration::seconds(10));
}

TEST_CASE("of a recording sampled at 10 % the load is ten times what was seen", "[calibrate]") {
  SpanBuilder builder;
  add_requests(builder, 0, 10 * second + 1, 100 * ms);
  for (Span& span : builder.set.spans) span.adjusted_count = 10;

  check(learned(builder, "front"), 100 * 0.025, 100 * 0.050, 100, Duration::seconds(10));
}

TEST_CASE("the busiest window of 10 s counts, not the mean and not the rest at the end",
          "[calibrate]") {
  SpanBuilder builder;
  add_requests(builder, 0, 10 * second, 100 * ms);
  add_requests(builder, 10 * second, 20 * second, 50 * ms);
  add_requests(builder, 20 * second, 30 * second, 100 * ms);
  add_requests(builder, 30 * second, 33 * second, 10 * ms);

  check(learned(builder, "front"), 20 * 0.025, 20 * 0.050, 200, Duration::seconds(10));
}

TEST_CASE("of a rare service, and of a short recording, the mean over all of it counts",
          "[calibrate]") {
  SpanBuilder rare;
  add_requests(rare, 0, 25 * second + 1, second);
  SpanBuilder brief;
  add_requests(brief, 0, 4 * second + 1, 100 * ms);

  check(learned(rare, "front"), 0.025, 0.050, 25, Duration::seconds(25));
  check(learned(brief, "front"), 10 * 0.025, 10 * 0.050, 40, Duration::seconds(4));
}

TEST_CASE("a pause of the recording is no time of rest", "[calibrate]") {
  SpanBuilder builder;
  add_requests(builder, 0, 4 * second + 1, 100 * ms);
  add_requests(builder, 3600 * second, 3606 * second + 1, 100 * ms);

  check(learned(builder, "front"), 10 * 0.025, 10 * 0.050, 100, Duration::seconds(10));
}

TEST_CASE("calls whose server spans were lost are load of the callee", "[calibrate]") {
  SpanBuilder builder;
  add_requests(builder, 0, 10 * second + 1, 100 * ms);
  std::vector<Span> kept;
  for (std::size_t i = 0; i < builder.set.spans.size(); ++i) {
    if (i % 3 != 2 || i / 3 % 5 != 0) kept.push_back(builder.set.spans[i]);
  }
  builder.set.spans = kept;

  check(learned(builder, "back"), 10 * 0.019, 10 * 0.019, 100, Duration::seconds(10));
}

TEST_CASE("a peer's load is known from its callers", "[calibrate]") {
  SpanBuilder builder;
  add_requests(builder, 0, 10 * second + 1, 100 * ms);
  std::vector<Span> kept;
  for (std::size_t i = 0; i < builder.set.spans.size(); ++i) {
    builder.set.spans[i].peer = i % 3 == 1 ? builder.set.names.intern("store") : 0;
    if (i % 3 != 2) kept.push_back(builder.set.spans[i]);
  }
  builder.set.spans = kept;

  check(learned(builder, "store"), 10 * 0.025, 10 * 0.025, 100, Duration::seconds(10));
}

TEST_CASE("a stay counts where it was, however many windows it covers", "[calibrate]") {
  std::vector<RecordedStay> stays(30, RecordedStay{12 * second, 12 * second, 0, 1});
  stays.insert(stays.end(), 30, RecordedStay{31 * second, 31 * second, 0, 1});
  stays.push_back({5 * second, 35 * second, 1e9, 2});
  stays.push_back({-5 * second, 13 * second, 1e9, 1});
  const std::vector<Stretch> stretches{{0, 40 * second}};

  const auto found = highest_recorded(stays, stretches, 1);

  REQUIRE(found.has_value());
  check(*found, 0, 2 + 0.3, 30, Duration::seconds(10));
}

TEST_CASE("a recording of years costs no more than its stays", "[calibrate]") {
  const std::int64_t years = 50LL * 365 * 24 * 3600 * second;
  const std::vector<RecordedStay> stays{{0, second, 1e9, 1}, {years / 2, years, 1e9, 1}};

  const auto found = highest_recorded(stays, {{0, years}}, 1);

  REQUIRE(found.has_value());
  CHECK(found->inside_per_instance == Approx(0.5));
}

TEST_CASE("one request tells no load", "[calibrate]") {
  SpanBuilder builder;
  add_requests(builder, 0, 1, second);

  CHECK_FALSE(calibrate(builder.set, {}).model.services.at("front").highest_recorded.has_value());
}

}  // namespace rehearse
