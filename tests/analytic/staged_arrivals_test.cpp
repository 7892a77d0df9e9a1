// M_t/M/infinity: Poisson arrivals whose rate is stepped or ramped meet unlimited workers. The
// number of jobs at t is Poisson with mean m(t), m' = lambda(t) - mu m; behind the start of a ramp
// of slope b from an empty system, m = b (t / mu - (1 - exp(-mu t)) / mu^2). Eick, Massey and Whitt
// 1993.
// Arrivals in an interval are Poisson with the integral of the rate.

#include <catch2/catch.hpp>
#include <cmath>

#include "tests/support/claims.hpp"

using namespace rehearse;
using namespace rehearse::testing;

namespace {

using Shape = StagesSpec::Shape;

StagesSpec::Stage stage(double length, double rate, Shape shape) {
  return {Duration::rounded_seconds(length * unit), {rate / unit}, shape};
}

/// Nothing for one unit, up to `peak` in ten, there for five, and down to half of it at once.
StagesSpec stages(double peak) {
  return {{stage(1, 0, Shape::step), stage(10, peak, Shape::ramp), stage(5, peak, Shape::step),
           stage(4, peak / 2, Shape::step)}};
}

System staged(double peak, double from, double to) {
  ModelSpec model = station(exponential(unit), std::nullopt);
  add_poisson(model, 1).arrivals = stages(peak);
  return System(model, quiet(to * unit, from * unit));
}

double arrived(const Outcome& o) {
  return static_cast<double>(o.intervals.front().workloads.front().counts.arrived);
}

}  // namespace

TEST_CASE("as many requests come in a stage as the integral of its rate", "[analytic]") {
  const auto claims = [](double mean) {
    return std::vector<Claim>{
        {"arrivals", mean, arrived, 0.01},
        {"their variance", mean, [=](const Outcome& o) { return std::pow(arrived(o) - mean, 2); },
         0.04}};
  };
  const double in_ramp = 30 * (std::pow(8, 2) - std::pow(3, 2)) / 2 / 10;
  const double over_steps = 30 * 2 + 15 * 3 + 15 * 2;

  check_claims(staged(30, 4, 9), {3'000, 2101}, claims(in_ramp));
  check_claims(staged(30, 14, 21), {3'000, 2102}, claims(over_steps));
  CHECK(refutes(staged(31, 4, 9), {3'000, 2103}, claims(in_ramp)));
  CHECK(refutes(staged(29.5, 14, 21), {3'000, 2104}, claims(over_steps)));
}

TEST_CASE("jobs follow a ramp and a step with the lag of theory", "[analytic]") {
  const double at_end_of_ramp = 3 * (10 - (1 - std::exp(-10)));
  const double at_end_of_plateau = 30 - (30 - at_end_of_ramp) * std::exp(-5);
  const double after_the_step = 15 + (at_end_of_plateau - 15) * std::exp(-1.5);
  const auto jobs_are = [](double mean) {
    return std::vector<Claim>{
        {"jobs", mean, [](const Outcome& o) { return jobs_in_system(o); }, 0.01},
        {"their variance", mean,
         [=](const Outcome& o) { return std::pow(jobs_in_system(o) - mean, 2); }, 0.05}};
  };

  check_claims(staged(30, 11, 11.0001), {3'000, 2105}, jobs_are(at_end_of_ramp));
  check_claims(staged(30, 16, 16.0001), {3'000, 2106}, jobs_are(at_end_of_plateau));
  check_claims(staged(30, 17.5, 17.5001), {3'000, 2107}, jobs_are(after_the_step));
  CHECK(refutes(staged(31, 11, 11.0001), {3'000, 2108}, jobs_are(at_end_of_ramp)));
  CHECK(refutes(staged(30, 17.3, 17.3001), {3'000, 2109}, jobs_are(after_the_step)));
}

TEST_CASE("a first stage that is a ramp once was flat", "[analytic]") {
  ModelSpec model = station(exponential(unit), std::nullopt);
  add_poisson(model, 1).arrivals = StagesSpec{{stage(10, 30, Shape::ramp)}};
  const auto claims = [](double mean) {
    return std::vector<Claim>{{"arrivals", mean, arrived, 0.01}};
  };
  const System system(model, quiet(10 * unit));

  check_claims(system, {3'000, 2105}, claims(150));
  CHECK(refutes(system, {3'000, 2106}, claims(300)));
}
