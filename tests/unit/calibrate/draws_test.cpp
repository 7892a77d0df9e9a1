// What a recording leaves open about numbers: weights by traces, and numbers found again by shape.

#include "calibrate/draws.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "calibrate/adopt_numbers.hpp"
#include "sim/random/law.hpp"
#include "sim/random/random_stream.hpp"
#include "tests/unit/calibrate/trace_support.hpp"

using namespace rehearse;
using namespace rehearse::test;

namespace {

std::vector<double> independent(std::size_t count, std::uint64_t seed) {
  RandomStream luck(seed, 1, 0);
  std::vector<double> scores;
  for (std::size_t i = 0; i < count; ++i) scores.push_back(2 * luck.uniform() - 1);
  return scores;
}

/// Each value `times` in a row.
std::vector<double> repeated(const std::vector<double>& values, std::size_t times) {
  std::vector<double> all;
  for (const double value : values) all.insert(all.end(), times, value);
  return all;
}

/// Requests to a shop that calls a stock three times in four; one in ten fails.
SpanSet recording(std::uint64_t requests) {
  SpanSet set;
  RandomStream luck(7, 1, 0);
  const NameId shop = set.names.intern("shop");
  const NameId stock = set.names.intern("stock");
  const NameId buy = set.names.intern("buy");
  const NameId look = set.names.intern("look");
  std::int64_t now = 1'600'000'000'000'000'000;
  for (std::uint64_t i = 1; i <= requests; ++i) {
    now += static_cast<std::int64_t>(-20e6 * std::log(luck.uniform()));
    const auto work = static_cast<std::int64_t>(1e6 + 4e6 * luck.uniform());
    Span root;
    root.trace = {i, i};
    root.id = 1;
    root.start = now;
    root.end = now + work;
    root.service = shop;
    root.operation = buy;
    root.kind = SpanKind::server;
    root.error = luck.chance(0.1);
    if (luck.chance(0.75)) {
      Span call = root;
      call.id = 2;
      call.parent = 1;
      call.start = now + work / 2;
      call.end = call.start + 2'000'000;
      root.end += 2'000'000;
      call.service = stock;
      call.operation = look;
      call.error = false;
      set.spans.push_back(call);
    }
    set.spans.push_back(root);
  }
  return set;
}

ParameterDraws draws_of(SpanSet spans, int threads) {
  CalibrateOptions options;
  options.read.threads = threads;
  options.draws = 40;
  return calibrate(std::move(spans), options).draws;
}

std::vector<double> drawn(const ParameterDraws& draws, const std::string& path) {
  const auto found = std::find(draws.paths.begin(), draws.paths.end(), path);
  REQUIRE(found != draws.paths.end());
  const auto column = static_cast<std::size_t>(found - draws.paths.begin());
  std::vector<double> values;
  for (std::size_t i = 0; i < draws.draws(); ++i) {
    values.push_back(static_cast<double>(draws.values[i * draws.paths.size() + column]));
  }
  return values;
}

double deviation(const std::vector<double>& values) {
  double mean = 0;
  for (const double value : values) mean += value / static_cast<double>(values.size());
  double sum = 0;
  for (const double value : values) sum += (value - mean) * (value - mean);
  return std::sqrt(sum / static_cast<double>(values.size() - 1));
}

BehaviourSpec calls_of(double weight, const std::string& callee, double work) {
  LawSpec law;
  law.form = ConstantSpec{Duration::rounded_seconds(work)};
  CallSpec call;
  call.endpoint = {callee, "a"};
  return {weight, {StepSpec{WorkSpec{law}}, StepSpec{call}}};
}

}  // namespace

TEST_CASE("neighbours that go together are found", "[calibrate]") {
  CHECK(dependence_length(independent(4'000, 1)) == 1);
  CHECK(dependence_length(independent(30, 1)) == 1);
  CHECK(dependence_length(std::vector<double>(500, 0.25)) == 1);
  const std::size_t found = dependence_length(repeated(independent(500, 2), 8));
  CHECK(found >= 4);
  CHECK(found <= 64);
}

TEST_CASE("numbers are found again by what is done", "[calibrate]") {
  ModelSpec learned;
  EndpointSpec& into = learned.services["a"].endpoints["x"];
  into.behaviours = {calls_of(6, "b", 0.1), calls_of(3, "c", 0.2), calls_of(1, "d", 0.3)};
  into.errors.percent = 1;
  ModelSpec other = learned;
  EndpointSpec& from = other.services["a"].endpoints["x"];
  from.behaviours = {calls_of(8, "c", 0.25), calls_of(4, "b", 0.15)};
  from.errors.percent = 3;

  adopt_numbers(other, learned);

  const auto work_of = [&](std::size_t i) {
    const auto& law = std::get<WorkSpec>(into.behaviours[i].steps.front().action).duration;
    return std::get<ConstantSpec>(law.form).value;
  };
  CHECK(into.errors.percent == 3);
  CHECK(into.behaviours[0].weight == 4);
  CHECK(work_of(0) == Duration::milliseconds(150));
  CHECK(into.behaviours[1].weight == 8);
  CHECK(work_of(1) == Duration::milliseconds(250));
  CHECK(into.behaviours[2].weight == Approx(1.2));  // 1 of 10, of 12
  CHECK(work_of(2) == Duration::milliseconds(300));
}

TEST_CASE("laws of another form are read at the levels that are there", "[calibrate]") {
  ModelSpec into;
  into.network.latency.form = EmpiricalSpec{{{0, Duration::milliseconds(1)},
                                             {0.5, Duration::milliseconds(2)},
                                             {1, Duration::milliseconds(3)}}};
  into.network.latency.minimum = Duration::milliseconds(1);
  ModelSpec from;
  from.network.latency.form =
      EmpiricalSpec{{{0, Duration::milliseconds(2)}, {1, Duration::milliseconds(6)}}};

  adopt_numbers(from, into);

  const auto& points = std::get<EmpiricalSpec>(into.network.latency.form).points;
  CHECK(points[0].value == Duration::milliseconds(1));  // above its own minimum
  CHECK(points[1].value == Duration::milliseconds(3));
  CHECK(points[2].value == Duration::milliseconds(5));
}

TEST_CASE("draws vary as counts and rates of so many requests do", "[calibrate]") {
  const ParameterDraws draws = draws_of(recording(1'000), 2);

  REQUIRE(draws.draws() == 40);
  const auto rates = drawn(draws, "workloads.users.arrivals.poisson.rate");
  CHECK(deviation(rates) == Approx(50 / std::sqrt(1'000.0)).epsilon(0.4));
  const auto errors = drawn(draws, "services.shop.endpoints.buy.errors.percent");
  CHECK(deviation(errors) == Approx(100 * std::sqrt(0.1 * 0.9 / 1'000)).epsilon(0.4));
  const auto with = drawn(draws, "services.shop.endpoints.buy.behaviours[0].weight");
  const auto without = drawn(draws, "services.shop.endpoints.buy.behaviours[1].weight");
  std::vector<double> shares;
  for (std::size_t i = 0; i < with.size(); ++i) shares.push_back(with[i] / (with[i] + without[i]));
  CHECK(deviation(shares) == Approx(std::sqrt(0.75 * 0.25 / 1'000)).epsilon(0.4));
}

TEST_CASE("draws do not depend on the order of spans or on threads", "[calibrate]") {
  SpanSet spans = recording(200);
  SpanSet turned = recording(200);
  std::reverse(turned.spans.begin(), turned.spans.end());

  const ParameterDraws draws = draws_of(std::move(spans), 1);

  CHECK(draws == draws_of(std::move(turned), 2));
  CHECK(draws.draws() == 40);
}

TEST_CASE("what was never seen between two heaps of durations is in no draw", "[calibrate]") {
  // Most last 3 ms; of so many percent the connection had to be made first: 83 ms.
  const int slow_percent = GENERATE(4, 25);
  constexpr std::uint64_t requests = 1'000;
  SpanBuilder spans;
  RandomStream luck(11, 1, 0);
  double slow_requests = 0;
  for (std::uint64_t i = 1; i <= requests; ++i) {
    const std::int64_t at = 1'000'000 * static_cast<std::int64_t>(50 * i);
    const bool slow = luck.chance(slow_percent / 100.0);
    slow_requests += slow ? 1 : 0;
    spans.add(i, 1, 0, "front", "page", at, at + (slow ? 83'000'000 : 3'000'000));
  }
  CalibrateOptions options;
  options.draws = 40;

  const Calibration learned = calibrate(std::move(spans.set), options);

  const DrawnModel drawn(learned.model, learned.draws);
  const double share = slow_requests / requests;
  const double error = std::sqrt(share * (1 - share) / requests);
  std::vector<double> shares;
  for (std::size_t i = 0; i < drawn.draws(); ++i) {
    const ModelSpec model = drawn.draw(i);
    const auto& steps = model.services.at("front").endpoints.at("page").behaviours.at(0).steps;
    const Law law(std::get<WorkSpec>(steps.at(0).action).duration);
    // The mean's repair may move values by a few percent.
    CHECK(law.quantile(1 - share - 5 * error).in_seconds() == Approx(0.003).epsilon(0.07));
    CHECK(law.quantile(1 - share + 5 * error).in_seconds() == Approx(0.083).epsilon(0.07));
    shares.push_back((law.mean_seconds() - 0.003) / 0.08);
  }
  CHECK(deviation(shares) == Approx(error).epsilon(0.4));
}
