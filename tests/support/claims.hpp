#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "tests/support/small_models.hpp"

/// Claims that theory makes about a model, and their check by independent replications.
namespace rehearse::testing {

/// Formulas of queueing theory know no units. Here one unit of their time is a millisecond: its
/// nanoseconds are fine enough, and integrals over long runs stay far from the end of 64 bits.
constexpr double unit = 1e-3;

/// A quantity whose value theory knows.
struct Claim {
  std::string what;
  double exact = 0;
  std::function<double(const Outcome&)> measure;
  /// The largest standard error, as a fraction of the exact value, with which a check still means
  /// something.
  double precision = 0.005;
};

/// How much is simulated: replications of one length, from one seed.
struct Sampling {
  std::uint64_t replications = 32;
  std::uint64_t seed = 1;
};

/// Fails the running test for each claim that the model contradicts (by more than 4.5 standard
/// errors) or that so much simulation cannot decide.
void check_claims(const System& system, const Sampling& sampling, const std::vector<Claim>& claims);

/// Whether the same check finds that one of the claims does not hold: what a spoiled twin must
/// meet.
bool refutes(const System& system, const Sampling& sampling, const std::vector<Claim>& claims);

/// Whether a formula gives the number of the reference table, which has twelve digits.
bool matches_reference(double computed, double reference);

/// Measures of the interval "run"; times in units, counts as averages over time of one instance.
double mean_response(const Outcome& outcome, std::size_t endpoint = 0);
double second_moment_of_response(const Outcome& outcome, std::size_t endpoint = 0);
/// P(response > threshold), interpolated within the histogram's bin.
double response_tail(const Outcome& outcome, double threshold, std::size_t endpoint = 0);
/// The fraction of attempts that took any time at all.
double fraction_delayed(const Outcome& outcome, std::size_t endpoint = 0);
/// Average waiting time of an arrival, by Little's law.
double mean_waiting(const Outcome& outcome, std::size_t endpoint = 0, std::size_t service = 0);
double jobs_in_system(const Outcome& outcome, std::size_t service = 0);
double jobs_waiting(const Outcome& outcome, std::size_t service = 0);
double workers_busy(const Outcome& outcome, std::size_t service = 0);
double utilization(const Outcome& outcome, std::size_t service = 0);
double fraction_refused(const Outcome& outcome, std::size_t endpoint = 0);
double mean_request_time(const Outcome& outcome, std::size_t workload = 0);

/// P(value > threshold) by a histogram, interpolated within the bin.
double tail(const LatencyHistogram& histogram, Duration threshold);

/// Adds endpoint "SERVICE/probe", whose jobs wait for a worker like others and then need no time,
/// and Poisson workload "probe" that asks for it: it sees what arrivals see and disturbs nobody.
void add_probe(ModelSpec& model, double rate_per_second, const std::string& service = "station");

/// Laws with mean one unit times `mean`.
LawSpec erlang(int shape, double mean);
LawSpec lognormal_with(double mean, double squared_variation);
LawSpec hyperexponential(const std::vector<double>& weights, const std::vector<double>& means);

}  // namespace rehearse::testing
