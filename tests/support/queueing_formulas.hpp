#pragma once

#include <functional>
#include <vector>

/// Closed formulas of queueing theory. Times in any one unit, rates in its inverse.
namespace rehearse::testing {

/// P(all servers busy) without and with a queue; `offered` = arrival rate x mean service time.
/// Erlang 1917.
double erlang_b(int servers, double offered);
double erlang_c(int servers, double offered);

/// P(response > t) of M/M/c FIFO: waits with probability C, then exponentially.
double mmc_response_tail(int servers, double arrival_rate, double service_rate, double t);

/// Stationary probabilities of a birth-death process; births[n] leads from n to n + 1, deaths[n]
/// back.
std::vector<double> birth_death(const std::vector<double>& births,
                                const std::vector<double>& deaths);

/// M/M/c/K: `room` is the number of jobs that find place, served ones included.
struct FiniteQueue {
  double blocked = 0;  // fraction of arrivals
  double waiting = 0;  // jobs
  double busy = 0;     // servers
  double response = 0;
};
FiniteQueue finite_queue(int servers, int room, double arrival_rate, double service_rate);

/// Of a service time: E[S], E[S^2], E[S^3].
struct Moments {
  double first = 0;
  double second = 0;
  double third = 0;
};
Moments constant_moments(double value);
Moments gamma_moments(double mean, double shape);
Moments lognormal_moments(double mean, double squared_variation);
Moments weibull_moments(double scale, double shape);
Moments hyperexponential_moments(const std::vector<double>& weights,
                                 const std::vector<double>& means);

/// M/G/1 FIFO: E[waiting] and E[waiting^2]. Pollaczek and Khinchine; Takacs' recursion.
double pollaczek_khinchine(double arrival_rate, const Moments& service);
double second_moment_of_waiting(double arrival_rate, const Moments& service);

/// P(waiting <= t) in M/D/1. Erlang 1909, Crommelin 1932. Good for t up to about 20 services.
double md1_waiting_cdf(double arrival_rate, double service, double t);

/// GI/M/1: the root sigma of sigma = A*(service_rate (1 - sigma)), A* the transform of the
/// interarrival time. Waiting: P(> t) = sigma exp(-service_rate (1 - sigma) t).
double gi_m_1_root(const std::function<double(double)>& transform, double service_rate);

/// M/M/1 FIFO whose jobs leave, wherever they are, when they have been there for `limit`. The
/// unfinished work is a dam of height `limit`: its law is that without limit, cut off and
/// normalised (Takacs 1967; Cohen 1982, III.5). Works for overload, too.
struct LimitedStay {
  double empty = 0;      // fraction of time
  double timed_out = 0;  // fraction of arrivals
  double response = 0;   // mean of those served
};
LimitedStay limited_stay(double arrival_rate, double service_rate, double limit);

/// P(sum > t) of two independent exponentials with different rates.
double two_stage_tail(double first_rate, double second_rate, double t);

/// The t at which a falling function crosses `level`; `upper` lies beyond it.
double root_of_falling(const std::function<double(double)>& function, double level, double upper);

/// 1 + 1/2 + ... + 1/n, from 1/from on.
double harmonic(int n, int from = 1);

/// P(gamma of whole shape and rate one > t).
double erlang_tail(int shape, double t);

}  // namespace rehearse::testing
