#include "tests/support/queueing_formulas.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace rehearse::testing {

double erlang_b(int servers, double offered) {
  double blocked = 1;
  for (int n = 1; n <= servers; ++n) blocked = offered * blocked / (n + offered * blocked);
  return blocked;
}

double erlang_c(int servers, double offered) {
  const double blocked = erlang_b(servers, offered);
  const double load = offered / servers;
  return blocked / (1 - load * (1 - blocked));
}

double mmc_response_tail(int servers, double arrival_rate, double service_rate, double t) {
  const double waits = erlang_c(servers, arrival_rate / service_rate);
  const double drain = servers * service_rate - arrival_rate;
  const double sum_tail =
      (drain * std::exp(-service_rate * t) - service_rate * std::exp(-drain * t)) /
      (drain - service_rate);
  return (1 - waits) * std::exp(-service_rate * t) + waits * sum_tail;
}

std::vector<double> birth_death(const std::vector<double>& births,
                                const std::vector<double>& deaths) {
  std::vector<double> probabilities{1};
  for (std::size_t n = 0; n < births.size(); ++n) {
    probabilities.push_back(probabilities.back() * births[n] / deaths[n]);
  }
  const double sum = std::accumulate(probabilities.begin(), probabilities.end(), 0.0);
  for (double& probability : probabilities) probability /= sum;
  return probabilities;
}

FiniteQueue finite_queue(int servers, int room, double arrival_rate, double service_rate) {
  std::vector<double> deaths;
  for (int n = 1; n <= room; ++n) deaths.push_back(std::min(n, servers) * service_rate);
  const std::vector<double> births(deaths.size(), arrival_rate);
  const std::vector<double> probabilities = birth_death(births, deaths);
  FiniteQueue queue;
  queue.blocked = probabilities.back();
  for (int n = 0; n <= room; ++n) {
    queue.busy += std::min(n, servers) * probabilities[n];
    queue.waiting += std::max(n - servers, 0) * probabilities[n];
  }
  queue.response = (queue.busy + queue.waiting) / (arrival_rate * (1 - queue.blocked));
  return queue;
}

Moments constant_moments(double value) {
  return {value, value * value, value * value * value};
}

Moments gamma_moments(double mean, double shape) {
  const double scale = mean / shape;
  return {mean, mean * (mean + scale), mean * (mean + scale) * (mean + 2 * scale)};
}

Moments lognormal_moments(double mean, double squared_variation) {
  const double growth = 1 + squared_variation;
  return {mean, mean * mean * growth, std::pow(mean * growth, 3)};
}

Moments weibull_moments(double scale, double shape) {
  const auto moment = [&](int k) { return std::pow(scale, k) * std::tgamma(1 + k / shape); };
  return {moment(1), moment(2), moment(3)};
}

Moments hyperexponential_moments(const std::vector<double>& weights,
                                 const std::vector<double>& means) {
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  Moments moments;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const Moments part = gamma_moments(means[i], 1);
    moments.first += weights[i] / sum * part.first;
    moments.second += weights[i] / sum * part.second;
    moments.third += weights[i] / sum * part.third;
  }
  return moments;
}

double pollaczek_khinchine(double arrival_rate, const Moments& service) {
  return arrival_rate * service.second / (2 * (1 - arrival_rate * service.first));
}

double second_moment_of_waiting(double arrival_rate, const Moments& service) {
  const double waiting = pollaczek_khinchine(arrival_rate, service);
  return 2 * waiting * waiting +
         arrival_rate * service.third / (3 * (1 - arrival_rate * service.first));
}

double md1_waiting_cdf(double arrival_rate, double service, double t) {
  long double sum = 0;
  for (int k = 0; k * service <= t; ++k) {
    // Alternating terms: of size (x^k / k!) e^-x with negative x.
    const long double x = arrival_rate * (k * static_cast<long double>(service) - t);
    long double term = std::exp(-x);
    for (int j = 1; j <= k; ++j) term *= x / j;
    sum += term;
  }
  return static_cast<double>((1 - arrival_rate * service) * sum);
}

double gi_m_1_root(const std::function<double(double)>& transform, double service_rate) {
  double sigma = 0.5;
  for (int i = 0; i < 10'000; ++i) sigma = transform(service_rate * (1 - sigma));
  return sigma;
}

LimitedStay limited_stay(double arrival_rate, double service_rate, double limit) {
  const double drain = service_rate - arrival_rate;
  const double left = std::exp(-drain * limit);
  LimitedStay stay;
  stay.empty = 1 / (1 + arrival_rate * (1 - left) / drain);
  stay.timed_out = stay.empty * left;
  // Who is served stays for an exponential time of rate `drain`, given that it is below the limit.
  stay.response = 1 / drain - limit * left / (1 - left);
  return stay;
}

double two_stage_tail(double first_rate, double second_rate, double t) {
  return (second_rate * std::exp(-first_rate * t) - first_rate * std::exp(-second_rate * t)) /
         (second_rate - first_rate);
}

double root_of_falling(const std::function<double(double)>& function, double level, double upper) {
  double lower = 0;
  for (int i = 0; i < 200; ++i) {
    const double middle = (lower + upper) / 2;
    (function(middle) > level ? lower : upper) = middle;
  }
  return (lower + upper) / 2;
}

double harmonic(int n, int from) {
  double sum = 0;
  for (int i = n; i >= from; --i) sum += 1.0 / i;
  return sum;
}

double erlang_tail(int shape, double t) {
  double term = std::exp(-t);
  double sum = 0;
  for (int k = 0; k < shape; ++k) {
    sum += term;
    term *= t / (k + 1);
  }
  return sum;
}

}  // namespace rehearse::testing
