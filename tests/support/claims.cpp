#include "tests/support/claims.hpp"

#include <catch2/catch.hpp>
#include <cmath>

namespace rehearse::testing {
namespace {

std::vector<Estimate> estimated(const System& system, const Sampling& sampling,
                                const std::vector<Claim>& claims) {
  const std::function<std::vector<double>(const Outcome&)> values = [&](const Outcome& outcome) {
    std::vector<double> row;
    for (const Claim& claim : claims) row.push_back(claim.measure(outcome));
    return row;
  };
  return replicated(system, sampling.replications, sampling.seed, values);
}

const ServiceOutcome& service_of(const Outcome& outcome, std::size_t service) {
  return outcome.intervals.front().services[service];
}

const EndpointOutcome& endpoint_of(const Outcome& outcome, std::size_t endpoint) {
  return outcome.intervals.front().endpoints[endpoint];
}

double ratio(Integral part, Integral whole) {
  return static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

void check_claims(const System& system, const Sampling& sampling,
                  const std::vector<Claim>& claims) {
  const std::vector<Estimate> estimates = estimated(system, sampling, claims);
  for (std::size_t i = 0; i < claims.size(); ++i) {
    INFO(claims[i].what << ": exactly " << claims[i].exact << ", simulated " << estimates[i].mean
                        << " with standard error " << estimates[i].standard_error);
    CHECK(agrees(estimates[i], claims[i].exact));
    CHECK(estimates[i].standard_error <= claims[i].precision * std::abs(claims[i].exact));
  }
}

bool refutes(const System& system, const Sampling& sampling, const std::vector<Claim>& claims) {
  const std::vector<Estimate> estimates = estimated(system, sampling, claims);
  bool refuted = false;
  for (std::size_t i = 0; i < claims.size(); ++i) {
    UNSCOPED_INFO(claims[i].what << ": exactly " << claims[i].exact << ", spoiled twin "
                                 << estimates[i].mean << " with standard error "
                                 << estimates[i].standard_error);
    refuted = refuted || !agrees(estimates[i], claims[i].exact);
  }
  return refuted;
}

bool matches_reference(double computed, double reference) {
  UNSCOPED_INFO("formula " << computed << ", reference table " << reference);
  return std::abs(computed - reference) <= 1e-9 * std::abs(reference);
}

double mean_response(const Outcome& outcome, std::size_t endpoint) {
  return endpoint_of(outcome, endpoint).latency.mean_seconds() / unit;
}

double second_moment_of_response(const Outcome& outcome, std::size_t endpoint) {
  const LatencyHistogram& latency = endpoint_of(outcome, endpoint).latency;
  double sum = 0;
  for (const auto& [bin, count] : latency.bins()) {
    const double middle = LatencyBins::middle(bin).in_seconds() / unit;
    sum += static_cast<double>(count) * middle * middle;
  }
  return sum / static_cast<double>(latency.count());
}

double tail(const LatencyHistogram& histogram, Duration threshold) {
  const std::uint32_t own = LatencyBins::bin_of(threshold);
  double above = 0;
  for (const auto& [bin, count] : histogram.bins()) {
    if (bin < own) continue;
    double part = 1;
    if (bin == own) {
      const auto lower = static_cast<double>(LatencyBins::lower_edge(bin).in_nanoseconds());
      const auto upper = static_cast<double>(LatencyBins::lower_edge(bin + 1).in_nanoseconds());
      part = (upper - static_cast<double>(threshold.in_nanoseconds())) / (upper - lower);
    }
    above += part * static_cast<double>(count);
  }
  return above / static_cast<double>(histogram.count());
}

double response_tail(const Outcome& outcome, double threshold, std::size_t endpoint) {
  return tail(endpoint_of(outcome, endpoint).latency, Duration::rounded_seconds(threshold * unit));
}

double fraction_delayed(const Outcome& outcome, std::size_t endpoint) {
  const LatencyHistogram& latency = endpoint_of(outcome, endpoint).latency;
  const bool some_at_once = !latency.bins().empty() && latency.bins().front().bin == 0;
  return some_at_once ? 1 - ratio(latency.bins().front().count, latency.count()) : 1;
}

double mean_waiting(const Outcome& outcome, std::size_t endpoint, std::size_t service) {
  return ratio(service_of(outcome, service).waiting,
               endpoint_of(outcome, endpoint).counts.arrived) *
         1e-9 / unit;
}

double jobs_in_system(const Outcome& outcome, std::size_t service) {
  return ratio(service_of(outcome, service).in_system, service_of(outcome, service).instance_time);
}

double jobs_waiting(const Outcome& outcome, std::size_t service) {
  return ratio(service_of(outcome, service).waiting, service_of(outcome, service).instance_time);
}

double workers_busy(const Outcome& outcome, std::size_t service) {
  return ratio(service_of(outcome, service).busy_millis,
               service_of(outcome, service).instance_time) *
         1e-3;
}

double utilization(const Outcome& outcome, std::size_t service) {
  return ratio(service_of(outcome, service).busy_millis,
               service_of(outcome, service).capacity_millis);
}

double fraction_refused(const Outcome& outcome, std::size_t endpoint) {
  const RequestCounts& counts = endpoint_of(outcome, endpoint).counts;
  return ratio(counts.refused, counts.arrived);
}

double mean_request_time(const Outcome& outcome, std::size_t workload) {
  const WorkloadOutcome& users = outcome.intervals.front().workloads[workload];
  LatencyHistogram all = users.latency;
  all.merge(users.time_to_failure);
  return all.mean_seconds() / unit;
}

void add_probe(ModelSpec& model, double rate_per_second, const std::string& service) {
  model.services[service].endpoints["probe"].behaviours = {{1.0, {work(constant(0))}}};
  WorkloadSpec& probe = model.workloads["probe"];
  probe.arrivals = PoissonSpec{{rate_per_second}};
  probe.mix[{service, "probe"}] = 1;
}

LawSpec erlang(int shape, double mean) {
  return {{}, GammaSpec{Duration::rounded_seconds(mean * unit), static_cast<double>(shape)}};
}

LawSpec lognormal_with(double mean, double squared_variation) {
  const double variance_of_log = std::log(1 + squared_variation);
  const double median = mean * std::exp(-variance_of_log / 2);
  return {{}, LognormalSpec{Duration::rounded_seconds(median * unit), std::sqrt(variance_of_log)}};
}

LawSpec hyperexponential(const std::vector<double>& weights, const std::vector<double>& means) {
  MixtureSpec mixture;
  mixture.weights = weights;
  for (const double mean : means) mixture.components.push_back(exponential(mean * unit));
  return {{}, mixture};
}

}  // namespace rehearse::testing
