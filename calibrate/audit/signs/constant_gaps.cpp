#include "calibrate/audit/signs/constant_gaps.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "calibrate/learn/p_values.hpp"
#include "sim/counted_text.hpp"
#include "sim/duration_text.hpp"

namespace rehearse {
namespace {

constexpr std::size_t fewest_gaps = 50;
constexpr double near = 0.02;
constexpr double near_by_chance = 0.0148;
constexpr double least_share = 0.05;
constexpr double most_variation = 0.8;  // of gaps, over their mean
constexpr double least_ticks = 100;
/// The finder of users who wait asks for more than chance does in thousands of recordings.
constexpr double p_value_of_waiting_users = 1e-6;

SignTest test(std::vector<std::int64_t> starts, std::int64_t tick, const std::string& whose) {
  std::sort(starts.begin(), starts.end());
  std::vector<double> gaps;
  double sum = 0;
  double squares = 0;
  for (std::size_t i = 1; i < starts.size(); ++i) {
    const auto gap = static_cast<double>(starts[i] - starts[i - 1]);
    gaps.push_back(gap);
    sum += gap;
    squares += gap * gap;
  }
  const auto all = static_cast<double>(gaps.size());
  const auto middle = gaps.begin() + static_cast<std::ptrdiff_t>(gaps.size() / 2);
  std::nth_element(gaps.begin(), middle, gaps.end());
  const double median = *middle;
  const auto alike =
      static_cast<std::uint64_t>(std::count_if(gaps.begin(), gaps.end(), [&](double gap) {
        return std::abs(gap - median) <= near * median;
      }));
  const double variation = std::sqrt(std::max(all * squares / (sum * sum) - 1, 0.0));
  double p_value = 1;
  const bool many = static_cast<double>(alike) > least_share * all;
  if (many && median >= least_ticks * static_cast<double>(tick)) {
    p_value = at_least(alike, gaps.size(), near_by_chance);
  }
  if (variation < most_variation) {
    const double off = (all * squares / (sum * sum) - 2) * std::sqrt(all) / 2;
    p_value = std::min(p_value, normal_tail(-off));
  }
  return {std::min(2 * p_value, 1.0),
          fmt::format("requests to {} come in gaps of {}: {} of {} are within 2 % of that, and "
                      "they vary {:.2f} times as much as their mean (of users: once or more): a "
                      "load generator, or a server that begins work by a clock",
                      whose, rounded_duration_text(median * 1e-9), count_text(alike),
                      count_text(gaps.size()), variation)};
}

}  // namespace

SignAnswer find_constant_gaps(const Recording& recording) {
  SignAnswer answer;
  answer.sign = "load generator";
  const std::vector<std::int64_t> ticks = clock_grains(recording.forest);
  std::map<std::uint32_t, std::vector<std::int64_t>> endpoints;
  std::vector<std::int64_t> all;
  std::int64_t coarsest = 1;
  for (const std::uint32_t index : recording.arrivals.visits) {
    const Visit& visit = recording.visits.visits[index];
    const Span& span = recording.span_of(visit);
    endpoints[visit.endpoint].push_back(span.start);
    all.push_back(span.start);
    coarsest = std::max(coarsest, ticks[span.service]);
  }
  const auto tell_apart = [](const std::vector<std::int64_t>& starts) {
    const auto [first, last] = std::minmax_element(starts.begin(), starts.end());
    return starts.size() > fewest_gaps && *first < *last;
  };
  if (!tell_apart(all)) {
    answer.untold.push_back("whether a load generator sent the requests: there are too few");
    return answer;
  }
  if (endpoints.size() > 1) answer.tests.push_back(test(all, coarsest, "all endpoints together"));
  for (auto& [endpoint, starts] : endpoints) {
    if (!tell_apart(starts)) continue;
    const EndpointKey& key = recording.visits.endpoints[endpoint];
    answer.tests.push_back(
        test(std::move(starts), coarsest,
             recording.names.text(key.service) + "/" + recording.names.text(key.operation)));
  }
  if (const auto& loop = recording.arrivals.closed_loop) {
    answer.tests.push_back(
        {p_value_of_waiting_users,
         fmt::format("never more than {} under way, and others come when these are done: a load "
                     "generator whose users wait for their answers",
                     counted(static_cast<std::uint64_t>(loop->users), "request"))});
  }
  return answer;
}

}  // namespace rehearse
