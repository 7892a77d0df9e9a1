#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "models/replication.hpp"
#include "models/run/outcome.hpp"
#include "models/specs/experiment_spec.hpp"
#include "models/specs/model_spec.hpp"

/// Small models that tests build on: one station, one workload, no network.
namespace rehearse::testing {

LawSpec constant(double seconds);
LawSpec exponential(double mean_seconds);

/// One service "station" with one endpoint "station/serve" that works once; no workload.
ModelSpec station(LawSpec work, std::optional<int> workers = 1);

/// Adds a service with one endpoint "NAME/serve" that performs the steps.
ServiceSpec& add_service(ModelSpec& model, const std::string& name, StepSequence steps,
                         std::optional<int> workers = std::nullopt);

/// Adds workload "load" (or `name`) that sends Poisson arrivals to "SERVICE/serve".
WorkloadSpec& add_poisson(ModelSpec& model, double rate_per_second,
                          const std::string& service = "station", const std::string& name = "load");

/// Adds a workload that asks "SERVICE/serve" at these instants.
WorkloadSpec& add_replay(ModelSpec& model, const std::vector<double>& seconds,
                         const std::string& service = "station", const std::string& name = "load");

StepSpec work(LawSpec law);
StepSpec call(const std::string& service, double probability = 1);
/// All branches at once; as many as there are must succeed, or `wait_for`.
StepSpec parallel(std::vector<StepSequence> branches, std::optional<int> wait_for = {});

/// A run of so many seconds with so much warm-up and nothing else.
ExperimentSpec quiet(double seconds, double warm_up_seconds = 0);

/// A fault of "station", in seconds.
FaultSpec fault_at_station(const std::string& name, FaultKind kind, double at, double duration);

/// Mean of `value` over replications 0 ... n-1, and its standard error.
struct Estimate {
  double mean = 0;
  double standard_error = 0;
};
Estimate replicated(const System& system, std::uint64_t replications, std::uint64_t seed,
                    const std::function<double(const Outcome&)>& value);

/// Several values of each outcome at once.
std::vector<Estimate> replicated(const System& system, std::uint64_t replications,
                                 std::uint64_t seed,
                                 const std::function<std::vector<double>(const Outcome&)>& values);

/// Of all requests of the first workload, good or bad, the longest time until it was over, in
/// seconds.
double slowest_request(const Outcome& outcome);

/// Whether the truth lies within 4.5 standard errors: a false alarm in 150,000 checks.
bool agrees(const Estimate& estimate, double truth);

}  // namespace rehearse::testing
