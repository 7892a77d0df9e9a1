// Open Jackson network with feedback: arrival rates solve r = outside + routing^T r; each station
// is then as if alone, L_i = rho_i / (1 - rho_i), and P(all empty) = product of (1 - rho_i).
// Jackson 1957. A station is an event loop: its worker is free while the job is at the next
// station, so that jobs at station i are those that wait or are served there.

#include <catch2/catch.hpp>

#include "tests/support/claims.hpp"
#include "tests/support/network_formulas.hpp"

using namespace rehearse;
using namespace rehearse::testing;

namespace {

const std::vector<double> outside = {1.0, 0.2, 0.0};
const Matrix routing = {{0, 0.6, 0.2}, {0, 0, 0.5}, {0.3, 0, 0}};
const std::vector<double> service_rates = {2.5, 2.0, 1.5};

std::string name_of(std::size_t station) {
  return "station" + std::to_string(station);
}

ModelSpec jackson_model(double outside_factor) {
  ModelSpec model;
  StepSequence everywhere;
  for (std::size_t i = 0; i < 3; ++i) {
    ServiceSpec& service = model.services[name_of(i)];
    service.workers = 1;
    service.worker_held_while_calling = false;
    auto& behaviours = service.endpoints["serve"].behaviours;
    double leaves = 1;
    const StepSpec own = work(exponential(unit / service_rates[i]));
    for (std::size_t j = 0; j < 3; ++j) {
      if (routing[i][j] > 0) behaviours.push_back({routing[i][j], {own, call(name_of(j))}});
      leaves -= routing[i][j];
    }
    behaviours.push_back({leaves, {own}});
    if (outside[i] > 0) {
      add_poisson(model, outside_factor * outside[i] / unit, name_of(i), "to" + name_of(i));
    }
  }
  return model;
}

/// Asks all three stations for a worker at once: needs no time only if all are empty.
void add_probe_of_all(ModelSpec& model, double rate) {
  ParallelSpec all;
  for (std::size_t i = 0; i < 3; ++i) {
    model.services[name_of(i)].endpoints["probe"].behaviours = {{1, {work(constant(0))}}};
    CallSpec asks;
    asks.endpoint = {name_of(i), "probe"};
    all.branches.push_back({StepSpec{asks}});
  }
  add_service(model, "all", {StepSpec{all}});
  add_poisson(model, rate / unit, "all", "probe");
}

double jobs_at(const Outcome& o, std::size_t station) {
  return jobs_waiting(o, station) + workers_busy(o, station);
}

}  // namespace

TEST_CASE("stations of a network with feedback are as if alone", "[analytic]") {
  const std::vector<double> rates = traffic(outside, routing);
  std::vector<Claim> claims;
  double jobs = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    const double rho = rates[i] / service_rates[i];
    claims.push_back({"L" + std::to_string(i + 1), rho / (1 - rho),
                      [=](const Outcome& o) { return jobs_at(o, i); }, 0.01});
    jobs += rho / (1 - rho);
  }
  REQUIRE(matches_reference(claims[0].exact, 0.940639269406));
  REQUIRE(matches_reference(claims[1].exact, 0.864035087719));
  REQUIRE(matches_reference(claims[2].exact, 0.888888888889));
  claims.push_back({"end-to-end time", jobs / 1.2,
                    [](const Outcome& o) {
                      const auto& workloads = o.intervals.front().workloads;
                      double sum = 0;
                      double count = 0;
                      for (std::size_t w = 0; w < 2; ++w) {
                        const auto n = static_cast<double>(workloads[w].latency.count());
                        sum += n * mean_request_time(o, w);
                        count += n;
                      }
                      return sum / count;
                    },
                    0.01});
  REQUIRE(matches_reference(claims[3].exact, 2.24463603835));
  const auto network = [](double factor, double length) {
    return System(jackson_model(factor), quiet((length + 200) * unit, 200 * unit));
  };

  check_claims(network(1, 10'000), {32, 801}, claims);
  CHECK(refutes(network(1.03, 5'000), {32, 802}, claims));
}

TEST_CASE("all stations of a network are empty as often as its product form says", "[analytic]") {
  const std::vector<double> rates = traffic(outside, routing);
  double empty = 1;
  for (std::size_t i = 0; i < 3; ++i) empty *= 1 - rates[i] / service_rates[i];
  REQUIRE(matches_reference(empty, 0.14635066151));
  const std::vector<Claim> claims = {
      {"P(all empty)", empty, [](const Outcome& o) { return 1 - fraction_delayed(o, 0); }, 0.015}};
  const auto network = [](double factor, double length) {
    ModelSpec model = jackson_model(factor);
    add_probe_of_all(model, 1);
    return System(model, quiet((length + 200) * unit, 200 * unit));
  };

  check_claims(network(1, 5'000), {32, 803}, claims);
  CHECK(refutes(network(1.04, 2'000), {32, 804}, claims));
}
