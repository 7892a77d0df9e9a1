#include "calibrate/audit/self_check.hpp"

#include <cmath>
#include <filesystem>

#include "calibrate/traces/roles.hpp"
#include "sim/random/random_stream.hpp"
#include "tests/unit/calibrate/trace_support.hpp"

namespace rehearse {
namespace {

constexpr double ms = 1e6;

double uniform(RandomStream& luck) {
  return static_cast<double>(luck.bits() >> 11) * 0x1p-53;
}

/// Requests of front, of which some fail; `times` the usual while `is_slow(second)`.
template <class IsSlow>
SpanSet recorded(int requests, double times, const IsSlow& is_slow) {
  test::SpanBuilder spans;
  RandomStream luck(ReplicationSeed{7}.key(), 0, 0);
  double now = 0;
  for (int i = 1; i <= requests; ++i) {
    now += -std::log(1 - uniform(luck)) * 50 * ms;
    const double slower = is_slow(now * 1e-9) ? times : 1;
    const double back = slower * (5 - 20 * std::log(1 - uniform(luck))) * ms;
    const auto start = static_cast<std::int64_t>(now);
    const auto end = start + static_cast<std::int64_t>(back + 4 * ms);
    const auto trace = static_cast<std::uint64_t>(i);
    spans.add(trace, 1, 0, "front", "page", start, end, SpanKind::server).error = i % 50 == 0;
    spans.add(trace, 2, 1, "front", "call", start + 1'000'000, end - 1'000'000, SpanKind::client);
    spans.add(trace, 3, 2, "back", "get", start + 2'000'000, end - 2'000'000, SpanKind::server);
  }
  return spans.set;
}

SpanSet steady(int requests) {
  return recorded(requests, 1, [](double) { return false; });
}

CalibrateOptions checked() {
  CalibrateOptions options;
  options.self_check = true;
  return options;
}

}  // namespace

TEST_CASE("a model is like the recording that it was learned from", "[calibrate][self-check]") {
  const Calibration learned = calibrate(steady(2'000), checked());

  const SelfCheck& check = learned.account.self_check.value();
  REQUIRE(check.rows.size() == 1);
  CHECK(check.rows[0].endpoint == "front/page");
  CHECK(check.rows[0].visits == 2'000);
  CHECK(check.compared() == 4);
  CHECK(check.unlike() == 0);
  CHECK(check.rows[0].errors.recorded == Approx(0.02));
  CHECK(check.rows[0].errors.model == Approx(0.02).margin(0.003));
  // 5 ms, 4 ms and the median of an exponential law of mean 20 ms.
  CHECK(check.rows[0].quantiles[0]->recorded == Approx(0.009 + 0.020 * std::log(2)).epsilon(0.1));
  CHECK_THAT(text(learned.account), Catch::Contains("All 4 numbers are alike"));
}

TEST_CASE("a model that is unlike its recording is told from one that is like it",
          "[calibrate][self-check]") {
  SpanSet set = steady(2'000);
  normalise(set);
  const Calibration learned = calibrate(set, {});
  const TraceForest forest = plant(set.spans);
  const VisitTable visits = find_visits(forest, assign_roles(forest));
  std::vector<EndpointName> names;
  for (const EndpointKey& key : visits.endpoints) {
    names.push_back({set.names.text(key.service), set.names.text(key.operation)});
  }
  const auto unlike = [&](const ModelSpec& model) {
    return check_against_recording(model, forest, visits, learned.account.arrivals, names).unlike();
  };
  CHECK(unlike(learned.model) == 0);

  ModelSpec failing = learned.model;
  failing.services.at("front").endpoints.at("page").errors.percent = 4;
  CHECK(unlike(failing) == 1);

  const SpanSet slow = recorded(2'000, 2, [](double) { return true; });
  CHECK(unlike(calibrate(slow, {}).model) == 3);
}

TEST_CASE("where little was recorded, little is compared", "[calibrate][self-check]") {
  const SelfCheck none = calibrate(steady(40), checked()).account.self_check.value();
  CHECK(none.rows.empty());
  CHECK_THAT(text(none, true), Catch::Contains("Not checked"));

  const SelfCheck some = calibrate(steady(200), checked()).account.self_check.value();
  REQUIRE(some.rows.size() == 1);
  CHECK(some.rows[0].quantiles[1].has_value());
  CHECK_FALSE(some.rows[0].quantiles[2].has_value());
}

TEST_CASE("a model is not like a recording because little is known of that",
          "[calibrate][self-check]") {
  SpanSet heavy = steady(310);
  normalise(heavy);
  for (Span& span : heavy.spans) span.adjusted_count = span.trace.low == 7 ? 1e6F : 1.0F;
  // As many equal answers as these are worth tell nothing.
  CHECK(calibrate(heavy, checked()).account.self_check->rows.empty());

  SpanSet few = steady(310);
  normalise(few);
  const TraceForest forest = plant(few.spans);
  const VisitTable visits = find_visits(forest, assign_roles(forest));
  std::vector<EndpointName> names;
  for (const EndpointKey& key : visits.endpoints) {
    names.push_back({few.names.text(key.service), few.names.text(key.operation)});
  }
  Calibration learned = calibrate(few, {});
  const auto unlike = [&] {
    return check_against_recording(learned.model, forest, visits, learned.account.arrivals, names)
        .unlike();
  };
  CHECK(unlike() == 0);
  // The p99 of so few has no upper limit with confidence; a model's may not be anything for that.
  EndpointSpec& get = learned.model.services.at("back").endpoints.at("get");
  BehaviourSpec slow = get.behaviours.front();
  slow.weight = 0.02 * get.behaviours.front().weight;
  for (StepSpec& step : slow.steps) {
    if (auto* work = std::get_if<WorkSpec>(&step.action))
      work->duration.minimum += Duration::seconds(9);
  }
  get.behaviours.push_back(slow);
  CHECK(unlike() == 1);
  learned.model.services.at("front").endpoints.at("page").errors.percent = 100;
  CHECK(unlike() == 4);
}

TEST_CASE("a warm-up is found, and may be left out", "[calibrate][stationarity]") {
  const SpanSet set = recorded(1'200, 6, [](double second) { return second < 10; });

  const Calibration all = calibrate(set, {});
  REQUIRE(all.account.stationarity.parts.size() == 1);
  const OddPart& part = all.account.stationarity.parts[0];
  CHECK(part.at_start);
  CHECK(part.to == Approx(10).margin(1));
  CHECK(part.p90_times == Approx(6).epsilon(0.3));
  CHECK_THAT(text(all.account), Catch::Contains("--skip-start"));

  CalibrateOptions options;
  options.skip_start = Duration::seconds(11);
  const Calibration later = calibrate(set, options);
  CHECK(later.account.stationarity.parts.empty());
  CHECK(later.account.traces_skipped == Approx(220).margin(60));
  CHECK(later.account.arrivals.requests == 1'200 - later.account.traces_skipped);

  options.skip_start = Duration::hours(1);
  CHECK_THROWS_WITH(calibrate(set, options), Catch::Contains("nothing is left"));
}

TEST_CASE("a part that is slower or faster than the rest is named", "[calibrate][stationarity]") {
  const auto middle = [](double second) { return second >= 20 && second < 30; };
  const auto parts_of = [&](double times) {
    return calibrate(recorded(1'200, times, middle), {}).account.stationarity.parts;
  };
  const auto slower = parts_of(3);
  REQUIRE(slower.size() == 1);
  CHECK(slower[0].from == Approx(20).margin(1.5));
  CHECK(slower[0].to == Approx(30).margin(1.5));
  CHECK(slower[0].median_times > 1.5);
  const auto faster = parts_of(0.2);
  REQUIRE(faster.size() == 1);
  CHECK(faster[0].median_times < 0.8);
  CHECK(parts_of(1).empty());
}

TEST_CASE("a change of the rate is named", "[calibrate][stationarity]") {
  SpanSet set = steady(1'200);
  CHECK(calibrate(set, {}).account.stationarity.rates.empty());
  // From 30 s on, everything happens three times as fast.
  const std::int64_t from = 30'000'000'000;
  for (Span& span : set.spans) {
    if (span.start < from) continue;
    const std::int64_t later = (span.start - from) / 3 + from - span.start;
    span.start += later;
    span.end += later;
  }
  const Calibration learned = calibrate(set, {});
  CHECK_FALSE(learned.account.stationarity.rates.empty());
  CHECK_THAT(text(learned.account), Catch::Contains("times as often as on average"));
}

TEST_CASE("every recording of the shared data is repeated by its model, or not of one piece",
          "[calibrate][validation]") {
  const auto folder = test::shared_data("");
  if (!folder) return;
  int checked_recordings = 0;
  for (const char* system : {"online-boutique", "train-ticket"}) {
    for (const auto& entry : std::filesystem::directory_iterator(*folder + system)) {
      if (entry.path().extension() != ".gz") continue;
      const Account account = calibrate({entry.path().string()}, checked()).account;
      INFO(entry.path().string() << text(*account.self_check, true));
      CHECK(account.self_check->not_run.empty());
      CHECK((account.self_check->unlike() == 0 || !account.stationarity.parts.empty()));
      ++checked_recordings;
    }
  }
  CHECK(checked_recordings == 26);
}

}  // namespace rehearse
