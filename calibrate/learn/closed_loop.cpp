#include "calibrate/learn/closed_loop.hpp"

#include <algorithm>
#include <cmath>

namespace rehearse {
namespace {

constexpr std::size_t fewest_requests = 100;
constexpr double varies_less = 0.7;
constexpr double standard_errors = 4;
constexpr double least_correlation = -0.3;
constexpr double equally_long = 0.01;

/// How many requests are under way.
struct UnderWay {
  double mean = 0;
  double variance = 0;
  std::size_t most = 0;
};

/// From the first start to the last one. Who ends at an instant is gone when another one starts.
UnderWay count_under_way(const std::vector<RequestTimes>& by_start,
                         const std::vector<RequestTimes>& by_end) {
  UnderWay count;
  double time = 0;
  double sum = 0;
  double squares = 0;
  std::size_t ended = 0;
  std::int64_t last = by_start.front().start;
  std::size_t under_way = 0;
  const auto pass = [&](std::int64_t now) {
    const auto passed = static_cast<double>(now - last);
    const auto here = static_cast<double>(under_way);
    time += passed;
    sum += passed * here;
    squares += passed * here * here;
    last = now;
  };
  for (const RequestTimes& request : by_start) {
    for (; by_end[ended].end <= request.start; ++ended) {
      pass(by_end[ended].end);
      --under_way;
    }
    pass(request.start);
    ++under_way;
    count.most = std::max(count.most, under_way);
  }
  if (time <= 0) return count;
  count.mean = sum / time;
  count.variance = squares / time - count.mean * count.mean;
  return count;
}

double mean_length(const std::vector<RequestTimes>& requests) {
  double sum = 0;
  for (const RequestTimes& request : requests) {
    sum += static_cast<double>(request.end - request.start);
  }
  return sum / static_cast<double>(requests.size());
}

double covariance(const std::vector<double>& a, const std::vector<double>& b) {
  double sum_a = 0;
  double sum_b = 0;
  double products = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    sum_a += a[i];
    sum_b += b[i];
    products += a[i] * b[i];
  }
  const auto n = static_cast<double>(a.size());
  return products / n - sum_a / n * (sum_b / n);
}

}  // namespace

std::optional<ClosedLoop> find_closed_loop(std::vector<RequestTimes> requests) {
  const bool each_takes_time =
      std::none_of(requests.begin(), requests.end(),
                   [](const RequestTimes& request) { return request.end <= request.start; });
  if (!each_takes_time || requests.size() < fewest_requests) return std::nullopt;
  std::stable_sort(requests.begin(), requests.end(),
                   [](const auto& a, const auto& b) { return a.start < b.start; });
  std::vector<RequestTimes> by_end = requests;
  std::stable_sort(by_end.begin(), by_end.end(),
                   [](const auto& a, const auto& b) { return a.end < b.end; });
  const UnderWay under_way = count_under_way(requests, by_end);
  const std::size_t users = under_way.most;
  if (under_way.mean <= 0 || requests.size() < users + fewest_requests) return std::nullopt;

  const double length = mean_length(requests);
  const auto recorded = static_cast<double>(requests.back().start - requests.front().start);
  const double varies = under_way.variance / under_way.mean;
  const double error = std::sqrt(2 * length / recorded);
  if (varies > varies_less || varies > 1 - standard_errors * error) return std::nullopt;

  ClosedLoop loop;
  loop.users = static_cast<std::uint32_t>(users);
  std::vector<double> lengths;
  std::vector<double> pauses;
  std::vector<double> rounds;  // from the start of a request to that of the N-th after it
  for (std::size_t i = users; i < requests.size(); ++i) {
    const RequestTimes& before = by_end[i - users];
    lengths.push_back(static_cast<double>(before.end - before.start));
    pauses.push_back(static_cast<double>(requests[i].start - before.end));
    rounds.push_back(static_cast<double>(requests[i].start - requests[i - users].start));
    loop.think_times.push_back({pauses.back(), 1});
  }
  const double of_lengths = covariance(lengths, lengths);
  if (of_lengths < equally_long * equally_long * length * length) return std::nullopt;
  const double least_of_rounds = of_lengths / (4 * static_cast<double>(users));
  if (covariance(rounds, rounds) < least_of_rounds) return std::nullopt;
  const double least = least_correlation * std::sqrt(of_lengths * covariance(pauses, pauses));
  if (covariance(lengths, pauses) < least) return std::nullopt;
  return loop;
}

}  // namespace rehearse
