#include "tests/support/network_formulas.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace rehearse::testing {
namespace {

Matrix zeros(std::size_t rows, std::size_t columns) {
  return Matrix(rows, std::vector<double>(columns));
}

Matrix product(const Matrix& a, const Matrix& b) {
  Matrix c = zeros(a.size(), b.front().size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    for (std::size_t k = 0; k < b.size(); ++k) {
      for (std::size_t j = 0; j < b.front().size(); ++j) c[i][j] += a[i][k] * b[k][j];
    }
  }
  return c;
}

Matrix transposed(const Matrix& a) {
  Matrix t = zeros(a.front().size(), a.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    for (std::size_t j = 0; j < a[i].size(); ++j) t[j][i] = a[i][j];
  }
  return t;
}

/// Transition rates of the thread-holding tier around one level of jobs.
struct LevelRates {
  Matrix up;
  Matrix same;  // without the diagonal
  Matrix down;
};

struct Tier {
  int threads;
  double arrival_rate;
  double front_rate;
  double back_rate;

  LevelRates rates_at(int jobs) const {
    const auto phases = static_cast<std::size_t>(threads) + 1;
    LevelRates rates{zeros(phases, phases), zeros(phases, phases), zeros(phases, phases)};
    const int active = std::min(jobs, threads);
    for (int behind = 0; behind <= active; ++behind) {
      rates.up[behind][behind] = arrival_rate;
      if (behind < active) rates.same[behind][behind + 1] = (active - behind) * front_rate;
      if (behind > 0) rates.down[behind][behind - 1] = back_rate;
    }
    return rates;
  }
};

double row_sum(const LevelRates& rates, std::size_t phase) {
  double sum = 0;
  for (const Matrix* part : {&rates.up, &rates.same, &rates.down}) {
    for (const double rate : (*part)[phase]) sum += rate;
  }
  return sum;
}

/// Neuts' matrix R of the homogeneous levels, by the iteration R = (up + R^2 down) (-same)^-1.
Matrix rate_matrix(const LevelRates& rates) {
  const std::size_t phases = rates.up.size();
  Matrix leaving = zeros(phases, phases);
  for (std::size_t i = 0; i < phases; ++i) {
    for (std::size_t j = 0; j < phases; ++j) {
      leaving[i][j] = (i == j ? row_sum(rates, i) : 0) - rates.same[i][j];
    }
  }
  const Matrix leaving_transposed = transposed(leaving);
  Matrix r = zeros(phases, phases);
  for (int iteration = 0; iteration < 5'000; ++iteration) {
    Matrix right = product(product(r, r), rates.down);
    for (std::size_t i = 0; i < phases; ++i) right[i][i] += rates.up[i][i];
    for (std::size_t i = 0; i < phases; ++i) r[i] = solved(leaving_transposed, right[i]);
  }
  return r;
}

/// Weights of the levels 0 ... threads, which are not like those above; [level, phase].
Matrix boundary_weights(const Tier& tier, const Matrix& r) {
  const std::size_t phases = r.size();
  const std::size_t unknowns = phases * phases;
  const auto at = [&](int level, std::size_t phase) { return level * phases + phase; };
  // What comes back from the level above the last is R times the last one's.
  const Matrix returned = product(r, tier.rates_at(tier.threads + 1).down);
  Matrix balance = zeros(unknowns, unknowns);
  for (int level = 0; level <= tier.threads; ++level) {
    const LevelRates rates = tier.rates_at(level);
    for (std::size_t from = 0; from < phases; ++from) {
      const bool exists = static_cast<int>(from) <= level;
      balance[at(level, from)][at(level, from)] -= exists ? row_sum(rates, from) : 1;
      if (!exists) continue;
      for (std::size_t to = 0; to < phases; ++to) {
        const bool last = level == tier.threads;
        balance[at(level, to)][at(level, from)] += rates.same[from][to];
        if (!last) balance[at(level + 1, to)][at(level, from)] += rates.up[from][to];
        if (level > 0) balance[at(level - 1, to)][at(level, from)] += rates.down[from][to];
        if (last) balance[at(level, to)][at(level, from)] += returned[from][to];
      }
    }
  }
  // One equation follows from the others; in its place state (0, 0) gets weight one.
  std::vector<double> right_side(unknowns);
  balance[0].assign(unknowns, 0);
  balance[0][0] = right_side[0] = 1;
  const std::vector<double> weights = solved(balance, right_side);
  Matrix boundary;
  for (auto first = weights.begin(); first != weights.end(); first += r.size()) {
    boundary.emplace_back(first, first + r.size());
  }
  return boundary;
}

}  // namespace

std::vector<double> solved(Matrix matrix, std::vector<double> right_side) {
  const std::size_t n = right_side.size();
  for (std::size_t column = 0; column < n; ++column) {
    std::size_t pivot = column;
    for (std::size_t row = column + 1; row < n; ++row) {
      if (std::abs(matrix[row][column]) > std::abs(matrix[pivot][column])) pivot = row;
    }
    std::swap(matrix[column], matrix[pivot]);
    std::swap(right_side[column], right_side[pivot]);
    for (std::size_t row = column + 1; row < n; ++row) {
      const double factor = matrix[row][column] / matrix[column][column];
      if (factor == 0) continue;
      for (std::size_t k = column; k < n; ++k) matrix[row][k] -= factor * matrix[column][k];
      right_side[row] -= factor * right_side[column];
    }
  }
  for (std::size_t row = n; row-- > 0;) {
    for (std::size_t k = row + 1; k < n; ++k) right_side[row] -= matrix[row][k] * right_side[k];
    right_side[row] /= matrix[row][row];
  }
  return right_side;
}

std::vector<double> traffic(const std::vector<double>& outside, const Matrix& routing) {
  Matrix matrix = transposed(routing);
  for (std::size_t i = 0; i < matrix.size(); ++i) {
    for (std::size_t j = 0; j < matrix.size(); ++j) {
      matrix[i][j] = (i == j ? 1 : 0) - matrix[i][j];
    }
  }
  return solved(matrix, outside);
}

ClosedNetwork mean_value_analysis(const std::vector<double>& demands, double think_time,
                                  int users) {
  ClosedNetwork network;
  network.jobs.assign(demands.size(), 0);
  for (int n = 1; n <= users; ++n) {
    network.response = 0;
    for (std::size_t i = 0; i < demands.size(); ++i) {
      network.response += demands[i] * (1 + network.jobs[i]);
    }
    network.throughput = n / (think_time + network.response);
    for (std::size_t i = 0; i < demands.size(); ++i) {
      network.jobs[i] = network.throughput * demands[i] * (1 + network.jobs[i]);
    }
  }
  return network;
}

std::vector<double> transient(const std::vector<double>& births, const std::vector<double>& deaths,
                              double t) {
  const std::size_t states = births.size() + 1;
  double fastest = 0;
  for (std::size_t n = 0; n < states; ++n) {
    const double up = n < births.size() ? births[n] : 0;
    fastest = std::max(fastest, up + (n > 0 ? deaths[n - 1] : 0));
  }
  std::vector<double> now(states);
  std::vector<double> result(states);
  now[0] = 1;
  const double mean_steps = fastest * t;
  const auto most_steps = static_cast<int>(mean_steps + 12 * std::sqrt(mean_steps) + 60);
  for (int step = 0; step <= most_steps; ++step) {
    const double weight =
        std::exp(step * std::log(mean_steps) - mean_steps - std::lgamma(step + 1.0));
    std::vector<double> next(states);
    for (std::size_t n = 0; n < states; ++n) {
      result[n] += weight * now[n];
      const double up = n < births.size() ? births[n] / fastest : 0;
      const double down = n > 0 ? deaths[n - 1] / fastest : 0;
      if (n + 1 < states) next[n + 1] += now[n] * up;
      if (n > 0) next[n - 1] += now[n] * down;
      next[n] += now[n] * (1 - up - down);
    }
    now = std::move(next);
  }
  return result;
}

std::vector<double> transient_mm1(double arrival_rate, double service_rate, double t) {
  constexpr std::size_t states = 400;
  return transient(std::vector<double>(states, arrival_rate),
                   std::vector<double>(states, service_rate), t);
}

double reaches(int level, double arrival_rate, double service_rate, double t) {
  const std::vector<double> births(static_cast<std::size_t>(level), arrival_rate);
  std::vector<double> deaths(births.size(), service_rate);
  deaths.back() = 0;
  return transient(births, deaths, t).back();
}

ThreadHolding thread_holding(int threads, double arrival_rate, double front_rate,
                             double back_rate) {
  const Tier tier{threads, arrival_rate, front_rate, back_rate};
  const Matrix r = rate_matrix(tier.rates_at(threads + 1));
  const Matrix boundary = boundary_weights(tier, r);
  ThreadHolding result;
  double sum = 0;
  double jobs = 0;
  std::vector<double> row;
  for (int level = 0; level < 3'000; ++level) {
    row = level <= threads ? boundary[level] : product({row}, r).front();
    for (std::size_t phase = 0; phase < row.size(); ++phase) {
      sum += row[phase];
      jobs += level * row[phase];
      result.behind += static_cast<double>(phase) * row[phase];
      result.waiting += std::max(level - threads, 0) * row[phase];
      if (level >= threads) result.all_held += row[phase];
    }
  }
  result.response = jobs / sum / arrival_rate;
  result.behind /= sum;
  result.waiting /= sum;
  result.all_held /= sum;
  return result;
}

double thread_holding_capacity(int threads, double front_rate, double back_rate) {
  // All threads are always busy: a closed network whose only queue is the server behind.
  return mean_value_analysis({1 / back_rate}, 1 / front_rate, threads).throughput;
}

}  // namespace rehearse::testing
