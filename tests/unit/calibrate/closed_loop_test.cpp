// Users who wait for their answers are told from an open stream of requests.

#include <algorithm>
#include <cmath>
#include <queue>
#include <variant>

#include "calibrate/learn/closed_loop.hpp"
#include "sim/random/random_stream.hpp"
#include "tests/unit/calibrate/trace_support.hpp"

using namespace rehearse;

namespace {

constexpr std::int64_t ms = 1'000'000;

double exponential(RandomStream& luck, double mean) {
  return -mean * std::log(1 - luck.uniform());
}

std::int64_t between(RandomStream& luck, double least, double most) {
  return std::llround((least + (most - least) * luck.uniform()) * static_cast<double>(ms));
}

/// `users` think for `think` milliseconds on average.
std::vector<RequestTimes> of_users(int users, double think, std::uint64_t seed) {
  RandomStream luck(seed, 1, 0);
  const auto pause = [&] {
    return std::llround(exponential(luck, think) * static_cast<double>(ms));
  };
  std::priority_queue<std::int64_t, std::vector<std::int64_t>, std::greater<>> ready;
  for (int i = 0; i < users; ++i) ready.push(pause());
  std::vector<RequestTimes> requests;
  for (int i = 0; i < 2'000; ++i) {
    const std::int64_t start = ready.top();
    ready.pop();
    requests.push_back({start, start + between(luck, 20, 60)});
    ready.push(requests.back().end + pause());
  }
  return requests;
}

std::vector<RequestTimes> open_stream(bool fixed_gaps, double gap, std::uint64_t seed) {
  RandomStream luck(seed, 2, 0);
  std::vector<RequestTimes> requests;
  double at = 0;
  for (int i = 0; i < 2'000; ++i) {
    at += fixed_gaps ? gap : exponential(luck, gap);
    const std::int64_t start = std::llround(at * static_cast<double>(ms));
    requests.push_back({start, start + between(luck, 20, 60)});
  }
  return requests;
}

double mean_think_time(const ClosedLoop& loop) {
  return weighted_mean(loop.think_times) / static_cast<double>(ms);
}

}  // namespace

TEST_CASE("users who wait for their answers are counted, and how long they think", "[calibrate]") {
  const auto seed = static_cast<std::uint64_t>(GENERATE(range(1, 8)));
  CAPTURE(seed);
  for (const int users : {1, 3, 8}) {
    const auto loop = find_closed_loop(of_users(users, 10, seed));
    CHECK(loop.value().users == static_cast<std::uint32_t>(users));
    CHECK(mean_think_time(*loop) == Approx(10).epsilon(0.1));
  }
}

TEST_CASE("a stream that waits for nobody is none of users who wait", "[calibrate]") {
  const auto seed = static_cast<std::uint64_t>(GENERATE(range(1, 8)));
  CAPTURE(seed);
  for (const double gap : {3., 13., 40., 200.}) {
    CHECK_FALSE(find_closed_loop(open_stream(true, gap, seed)));
    CHECK_FALSE(find_closed_loop(open_stream(false, gap, seed)));
  }
  // Many users who hardly ever wait are as good as open.
  CHECK_FALSE(find_closed_loop(of_users(100, 10'000, seed)));
}

TEST_CASE("what cannot be told from users who wait is not", "[calibrate]") {
  CHECK_FALSE(find_closed_loop(std::vector<RequestTimes>(99, {0, 40 * ms})));
  std::vector<RequestTimes> alike = of_users(3, 10, 5);
  for (RequestTimes& request : alike) request.end = request.start + 40 * ms;
  CHECK_FALSE(find_closed_loop(alike));
  std::vector<RequestTimes> too_short = of_users(3, 10, 5);
  for (std::size_t i = 0; i < too_short.size(); i += 2) too_short[i].end = too_short[i].start;
  CHECK_FALSE(find_closed_loop(too_short));
}

TEST_CASE("a recording that looks like users who wait is told, and open in the model",
          "[calibrate]") {
  const bool is_sample = GENERATE(false, true);
  test::SpanBuilder spans;
  std::uint64_t trace = 0;
  for (const RequestTimes& request : of_users(3, 10, 11)) {
    spans
        .add(++trace, 1, 0, "front", "page", request.start + 1'000 * ms, request.end + 1'000 * ms,
             SpanKind::server)
        .adjusted_count = is_sample ? 2 : 1;
  }

  const Calibration learned = calibrate(spans.set, {});

  const ArrivalsSpec& arrivals = learned.model.workloads.at("users").arrivals;
  CHECK(std::holds_alternative<PoissonSpec>(arrivals));
  const bool told = text(learned.account).find("closed_loop = { users = 3") != std::string::npos;
  CHECK(told == !is_sample);
}
