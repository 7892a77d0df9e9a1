// A big request is slow everywhere: what `size_loading` says.

#include <catch2/catch.hpp>

#include "tests/support/small_models.hpp"

using namespace rehearse;
using namespace rehearse::testing;

namespace {

/// The 95 % quantile of response times, in milliseconds, of exponential work of 10 ms at each of
/// two services without queues, one after the other.
double tail(double loading_of_front, double loading_of_back) {
  ModelSpec model;
  add_service(model, "back", {work(exponential(0.01))}).size_loading = loading_of_back;
  add_service(model, "front", {work(exponential(0.01)), call("back")}).size_loading =
      loading_of_front;
  add_poisson(model, 1'000, "front");
  const auto quantile = [](const Outcome& outcome) {
    const auto& latency = outcome.intervals.front().workloads.front().latency;
    return 1e3 * latency.quantile(0.95).value_or(Duration()).in_seconds();
  };
  return replicated(System(model, quiet(20)), 10, 5, quantile).mean;
}

/// Two bins; of 200,000 requests one standard error of such a quantile is 0.2 %.
constexpr double margin = 2 * LatencyBins::relative_error;
Approx about(double milliseconds) {
  return Approx(milliseconds).epsilon(margin);
}

constexpr double independent = 47.439;  // of a gamma law of shape 2: 1 - (1 + x) exp(-x) = 0.95
constexpr double together = 59.915;     // 2 x 10 ms x ln 20

}  // namespace

TEST_CASE("work at two services with full loadings takes the same time", "[models]") {
  CHECK(tail(1, 1) == about(together));
}

TEST_CASE("work at services without loadings, or at one with, is independent", "[models]") {
  CHECK(tail(0, 0) == about(independent));
  CHECK(tail(1, 0) == about(independent));
  CHECK(tail(0, 0.7) == about(independent));
}

TEST_CASE("the stronger the loadings, the longer the tail", "[models]") {
  const double weak = tail(0.5, 0.5);
  const double strong = tail(0.9, 0.9);

  CHECK(weak > (1 + margin) * independent);
  CHECK(strong > (1 + margin) * weak);
  CHECK(together > (1 + margin) * strong);
}
