#include "tests/support/unknown_systems.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "models/replication.hpp"
#include "sim/random/random_stream.hpp"
#include "tests/support/learnable_models.hpp"
#include "tests/support/small_models.hpp"

namespace rehearse::testing {
namespace {

constexpr double wanted_requests = 1000;  // in the experiment

class Maker {
 public:
  explicit Maker(std::uint64_t number) : luck_(number, 0x0dd5, 0), number_(number) {}

  UnknownSystem make() {
    LearnableScenario learnable = learnable_scenario(number_);
    made_.truth = std::move(learnable.model);
    made_.recording = std::move(learnable.experiment);
    silence_errors();
    add_limits();
    add_client_policies();
    add_experiment();
    return made_;
  }

 private:
  double between(double low, double high) { return low + (high - low) * luck_.uniform(); }
  template <class Values>
  auto one_of(const Values& values) {
    return values[luck_.below(values.size())];
  }

  void silence_errors() {
    for (auto& [name, service] : made_.truth.services) {
      for (auto& [operation, endpoint] : service.endpoints) {
        if (luck_.chance(0.7)) endpoint.errors = {};
      }
    }
  }

  Outcome calm_outcome(const System& system) const {
    RunMemory memory;
    return run_replication(system, {.study = 3, .replication = number_}, memory);
  }
  static const WorkloadOutcome& users_of(const Outcome& outcome) {
    return outcome.intervals.front().workloads.front();
  }

  /// By the load of the system without limits; wider where they make it queue as it is recorded,
  /// for nobody records a system that collapses.
  void add_limits() {
    const System unlimited(made_.truth, made_.recording);
    const Outcome calm = calm_outcome(unlimited);
    const std::vector<std::string>& names = unlimited.layout().services;
    for (std::size_t i = 0; i < names.size(); ++i) {
      const ServiceOutcome& load = calm.intervals.front().services[i];
      const double inside = ratio(load.in_system, load.instance_time, 0);  // of one instance
      if (inside > 0) reached_.push_back(names[i]);
      ServiceSpec& service = made_.truth.services.at(names[i]);
      const double wanted = inside / between(0.05, 0.6);
      const double kind = luck_.uniform();
      if (kind < 0.25) continue;
      if (kind < 0.45) {
        service.cpu = CpuSpec{std::max(1.0, std::ceil(wanted / 2))};
      } else {
        service.workers = static_cast<int>(std::max(1.0, std::ceil(wanted)));
      }
    }
    while (is_slower_than(calm)) widen_limits();
    made_.recording.window = made_.recording.duration;
  }

  bool is_slower_than(const Outcome& unlimited) const {
    const Outcome limited = calm_outcome(System(made_.truth, made_.recording));
    const auto now = users_of(limited).latency.quantile(0.5);
    const auto before = users_of(unlimited).latency.quantile(0.5);
    return before && (!now || now->in_seconds() > 1.2 * before->in_seconds());
  }
  void widen_limits() {
    for (auto& [name, service] : made_.truth.services) {
      if (service.workers) service.workers = *service.workers + (*service.workers + 1) / 2;
      if (service.cpu) service.cpu->cores *= 1.5;
    }
  }

  void add_client_policies() {
    constexpr std::array timeouts = {0.25, 0.5, 1.0, 2.0, 5.0};
    for (auto& [name, service] : made_.truth.services) {
      for (auto& [callee, client] : service.calls) {
        if (!client.timeout && !client.retry && luck_.chance(0.3)) {
          client.timeout = Duration::rounded_seconds(one_of(timeouts));
        }
        if (client.retry || !luck_.chance(0.15)) continue;
        client.retry = RetrySpec();
        client.retry->max_attempts = static_cast<int>(2 + luck_.below(2));
      }
    }
  }

  /// Something that holds of users while nothing happens.
  MetricCondition some_condition() {
    const Outcome calm = calm_outcome(System(made_.truth, made_.recording));
    const WorkloadOutcome& users = users_of(calm);
    const double errors = 100.0 * static_cast<double>(users.counts.errors()) /
                          static_cast<double>(users.counts.arrived);
    std::string text =
        "error_ratio{workload='users'} < " + std::to_string(errors + between(1, 20)) + "%";
    if (luck_.chance(0.7)) {
      const int level = errors < 0.5 ? 99 : errors < 5 ? 90 : 50;
      const double now = users.latency.quantile(level / 100.0).value().in_seconds();
      text = "p" + std::to_string(level) + "(latency{workload='users'}) < " +
             std::to_string(std::ceil(now * between(1.3, 6) * 1000)) + "ms";
    }
    return std::get<MetricCondition>(parse_condition(text));
  }

  FaultKind some_fault() {
    switch (luck_.below(4)) {
      case 0:
        return SlowDown{between(1.5, 8)};
      case 1: {
        LatencyFault fault;
        fault.delay = constant(between(0.005, 0.5));
        return fault;
      }
      case 2: {
        AbortFault fault;
        fault.percentage = between(5, 100);
        return fault;
      }
      default:
        return InstanceKill{};
    }
  }

  void add_experiment() {
    const double rate =
        std::get<PoissonSpec>(made_.truth.workloads.at("users").arrivals).rate.per_second;
    const double seconds = wanted_requests / rate;
    ExperimentSpec& experiment = made_.experiment;
    experiment = quiet(seconds);
    experiment.most_in_flight = 500'000;
    FaultSpec fault = fault_at_station("it", SlowDown{2}, seconds * 0.2, seconds * 0.6);
    fault.target = {};
    if (luck_.chance(0.4)) {
      fault.kind = LoadSpike{std::exp(between(0.1, 2))};
      fault.target.workload = "users";
    } else {
      fault.kind = some_fault();
      fault.target.service = one_of(reached_);
      if (std::holds_alternative<InstanceKill>(fault.kind)) {
        fault.target.mode = TargetSpec::Mode::one;
      }
    }
    experiment.faults = {fault};
    ObjectiveSpec objective;
    objective.name = "it";
    objective.over.kind = IntervalSpec::Kind::fault;
    objective.probability = 0.9;
    objective.expect = some_condition();
    experiment.objectives = {objective};
  }

  RandomStream luck_;
  std::uint64_t number_;
  std::vector<std::string> reached_;  // services
  UnknownSystem made_;
};

}  // namespace

UnknownSystem unknown_system(std::uint64_t number) {
  return Maker(number).make();
}

}  // namespace rehearse::testing
