#include "tests/support/small_models.hpp"

#include <algorithm>
#include <cmath>

namespace rehearse::testing {

LawSpec constant(double seconds) {
  return {{}, ConstantSpec{Duration::rounded_seconds(seconds)}};
}

LawSpec exponential(double mean_seconds) {
  return {{}, ExponentialSpec{Duration::rounded_seconds(mean_seconds)}};
}

StepSpec work(LawSpec law) {
  return {WorkSpec{std::move(law)}};
}

StepSpec call(const std::string& service, double probability) {
  CallSpec spec;
  spec.endpoint = {service, "serve"};
  spec.probability = probability;
  return {spec};
}

StepSpec parallel(std::vector<StepSequence> branches, std::optional<int> wait_for) {
  return {ParallelSpec{std::move(branches), wait_for}};
}

ServiceSpec& add_service(ModelSpec& model, const std::string& name, StepSequence steps,
                         std::optional<int> workers) {
  ServiceSpec& service = model.services[name];
  service.workers = workers;
  service.endpoints["serve"].behaviours = {{1.0, std::move(steps)}};
  return service;
}

ModelSpec station(LawSpec law, std::optional<int> workers) {
  ModelSpec model;
  add_service(model, "station", {work(std::move(law))}, workers);
  return model;
}

WorkloadSpec& add_poisson(ModelSpec& model, double rate_per_second, const std::string& service,
                          const std::string& name) {
  WorkloadSpec& workload = model.workloads[name];
  workload.arrivals = PoissonSpec{{rate_per_second}};
  workload.mix[{service, "serve"}] = 1;
  return workload;
}

WorkloadSpec& add_replay(ModelSpec& model, const std::vector<double>& seconds,
                         const std::string& service, const std::string& name) {
  ReplaySpec replay;
  for (const double second : seconds) {
    replay.arrivals.push_back({Duration::rounded_seconds(second), ""});
  }
  WorkloadSpec& workload = model.workloads[name];
  workload.arrivals = replay;
  workload.mix[{service, "serve"}] = 1;
  return workload;
}

FaultSpec fault_at_station(const std::string& name, FaultKind kind, double at, double duration) {
  FaultSpec spec;
  spec.name = name;
  spec.kind = kind;
  spec.target.service = "station";
  spec.at = Duration::rounded_seconds(at);
  spec.duration = Duration::rounded_seconds(duration);
  return spec;
}

ExperimentSpec quiet(double seconds, double warm_up_seconds) {
  ExperimentSpec experiment;
  experiment.duration = Duration::rounded_seconds(seconds);
  experiment.warm_up = Duration::rounded_seconds(warm_up_seconds);
  experiment.window = Duration::rounded_seconds((seconds - warm_up_seconds) / 4);
  return experiment;
}

std::vector<Estimate> replicated(const System& system, std::uint64_t replications,
                                 std::uint64_t seed,
                                 const std::function<std::vector<double>(const Outcome&)>& values) {
  RunMemory memory;
  std::vector<double> sums;
  std::vector<double> squares;
  std::vector<std::vector<double>> all;
  for (std::uint64_t i = 0; i < replications; ++i) {
    all.push_back(values(run_replication(system, {.study = seed, .replication = i}, memory)));
  }
  const auto n = static_cast<double>(replications);
  std::vector<Estimate> estimates(all.front().size());
  for (std::size_t v = 0; v < estimates.size(); ++v) {
    double mean = 0;
    for (const auto& row : all) mean += row[v] / n;
    double variance = 0;
    for (const auto& row : all) variance += (row[v] - mean) * (row[v] - mean) / (n - 1);
    estimates[v] = {mean, std::sqrt(variance / n)};
  }
  return estimates;
}

Estimate replicated(const System& system, std::uint64_t replications, std::uint64_t seed,
                    const std::function<double(const Outcome&)>& value) {
  return replicated(system, replications, seed,
                    [&](const Outcome& outcome) { return std::vector<double>{value(outcome)}; })
      .front();
}

double slowest_request(const Outcome& outcome) {
  const WorkloadOutcome& users = outcome.intervals.front().workloads.front();
  return std::max(users.latency.maximum(), users.time_to_failure.maximum()).in_seconds();
}

bool agrees(const Estimate& estimate, double truth) {
  return std::abs(estimate.mean - truth) <= 4.5 * estimate.standard_error;
}

}  // namespace rehearse::testing
