#pragma once

#include <vector>

/// Numeric solutions of Markov chains and queueing networks. Times in any one unit, rates in its
/// inverse.
namespace rehearse::testing {

using Matrix = std::vector<std::vector<double>>;

/// Solves matrix x = right side by elimination with pivoting.
std::vector<double> solved(Matrix matrix, std::vector<double> right_side);

/// Total arrival rates of an open network: outside + routing^T rates. Jackson 1957.
std::vector<double> traffic(const std::vector<double>& outside, const Matrix& routing);

/// Closed interactive network of single servers. Exact mean value analysis, Reiser and Lavenberg
/// 1980.
struct ClosedNetwork {
  double throughput = 0;
  double response = 0;
  std::vector<double> jobs;
};
ClosedNetwork mean_value_analysis(const std::vector<double>& demands, double think_time, int users);

/// Probabilities of a birth-death process at time t after it was in state 0, by uniformisation. A
/// death rate of zero makes a state absorbing only if its birth rate is zero, too.
std::vector<double> transient(const std::vector<double>& births, const std::vector<double>& deaths,
                              double t);

/// Transient M/M/1 from empty, with so many states that the last is never reached.
std::vector<double> transient_mm1(double arrival_rate, double service_rate, double t);

/// P(M/M/1 that starts empty holds `level` jobs at some time up to t).
double reaches(int level, double arrival_rate, double service_rate, double t);

/// Poisson arrivals to a front tier with so many threads; each job works (exponential) on its
/// thread, which it holds while it queues for one exponential server behind. A quasi-birth-death
/// process (Neuts 1981): level = jobs, phase = jobs behind.
struct ThreadHolding {
  double response = 0;
  double all_held = 0;  // fraction of time
  double behind = 0;    // mean jobs at the server behind: threads that only wait
  double waiting = 0;   // mean jobs without a thread
};
ThreadHolding thread_holding(int threads, double arrival_rate, double front_rate, double back_rate);
/// The largest arrival rate that such a tier can stand.
double thread_holding_capacity(int threads, double front_rate, double back_rate);

}  // namespace rehearse::testing
