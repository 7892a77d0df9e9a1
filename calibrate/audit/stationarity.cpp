#include "calibrate/audit/stationarity.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <span>

#include <fmt/format.h>

#include "sim/counted_text.hpp"
#include "sim/duration_text.hpp"

namespace rehearse {
namespace {

constexpr std::size_t fewest_in_part = 20;
constexpr double furthest_by_chance = 2.8;
constexpr double least_difference = 0.15;
constexpr double told_from_times = 1.25;
constexpr std::size_t most_parts_told = 3;
constexpr std::size_t most_windows = 20;
constexpr std::size_t fewest_windows = 4;
constexpr std::size_t enough_in_window = 25;

/// One request, compared with the others of its endpoint.
struct Request {
  double at = 0;     // seconds from the first one, pauses of the recording left out
  double rank = 0;   // by time taken; in (0, 1)
  double times = 0;  // the median of its endpoint
};

double seconds_under_way(std::int64_t start, const std::vector<Stretch>& stretches) {
  double nanoseconds = 0;
  for (const Stretch& stretch : stretches) {
    if (start < stretch.from) break;
    nanoseconds += static_cast<double>(std::min(start, stretch.to) - stretch.from);
  }
  return nanoseconds * 1e-9;
}

/// By time.
std::vector<Request> requests_of(const TraceForest& forest, const VisitTable& visits,
                                 const ArrivalFacts& arrivals) {
  std::map<std::uint32_t, std::vector<std::pair<std::int64_t, std::int64_t>>> by_endpoint;
  for (const std::uint32_t index : arrivals.visits) {
    const Visit& visit = visits.visits[index];
    const Span& span = forest.spans[visit.span];
    by_endpoint[visit.endpoint].emplace_back(span.duration(), span.start);
  }
  std::vector<Request> requests;
  for (auto& [endpoint, spans] : by_endpoint) {
    std::sort(spans.begin(), spans.end());
    const auto all = static_cast<double>(spans.size());
    const auto median =
        static_cast<double>(std::max<std::int64_t>(spans[spans.size() / 2].first, 1));
    for (std::size_t i = 0; i < spans.size(); ++i) {
      requests.push_back({seconds_under_way(spans[i].second, arrivals.stretches),
                          (static_cast<double>(i) + 0.5) / all,
                          static_cast<double>(spans[i].first) / median});
    }
  }
  std::stable_sort(requests.begin(), requests.end(),
                   [](const Request& a, const Request& b) { return a.at < b.at; });
  return requests;
}

double mean_rank(std::span<const Request> requests) {
  double sum = 0;
  for (const Request& request : requests) sum += request.rank;
  return sum / static_cast<double>(requests.size());
}

/// Expects a part that is not all.
double mean_rank_of_rest(std::span<const Request> all, std::span<const Request> part) {
  const double sum = mean_rank(all) * static_cast<double>(all.size()) -
                     mean_rank(part) * static_cast<double>(part.size());
  return sum / static_cast<double>(all.size() - part.size());
}

/// The part that differs most from what is around it, from and to; empty: none does.
std::pair<std::size_t, std::size_t> find_change(std::span<const Request> requests) {
  if (requests.size() < 2 * fewest_in_part) return {0, 0};
  const double mean = mean_rank(requests);
  double sum = 0;
  double squares = 0;
  std::vector<double> sums = {0};
  for (const Request& request : requests) {
    const double off = request.rank - mean;
    sum += off;
    squares += off * off;
    sums.push_back(sum);
  }
  const auto [least, most] = std::minmax_element(sums.begin(), sums.end());
  if (*most - *least < furthest_by_chance * std::sqrt(squares)) return {0, 0};
  auto from = static_cast<std::size_t>(std::min(least, most) - sums.begin());
  auto to = static_cast<std::size_t>(std::max(least, most) - sums.begin());
  if (from < fewest_in_part) from = 0;
  if (requests.size() - to < fewest_in_part) to = requests.size();
  const std::size_t inside = to - from;
  if (inside < fewest_in_part || requests.size() - inside < fewest_in_part) return {0, 0};
  const double of_inside = mean_rank(requests.subspan(from, inside));
  const double of_rest =
      (mean * static_cast<double>(requests.size()) - of_inside * static_cast<double>(inside)) /
      static_cast<double>(requests.size() - inside);
  if (std::abs(of_inside - of_rest) < least_difference) return {0, 0};
  return {from, to};
}

/// Where each part begins, and the end of the last.
std::vector<std::size_t> cut_into_parts(std::span<const Request> requests) {
  std::vector<std::size_t> cuts = {0, requests.size()};
  for (std::size_t i = 0; i + 1 < cuts.size();) {
    const std::size_t begin = cuts[i];
    const std::size_t end = cuts[i + 1];
    const auto [from, to] = find_change(requests.subspan(begin, end - begin));
    if (from == to) {
      ++i;
      continue;
    }
    const auto next = cuts.begin() + static_cast<std::ptrdiff_t>(i) + 1;
    if (begin + to < end) cuts.insert(next, begin + to);
    if (from > 0) cuts.insert(cuts.begin() + static_cast<std::ptrdiff_t>(i) + 1, begin + from);
  }
  return cuts;
}

double quantile(std::vector<double> values, double level) {
  const auto at =
      values.begin() + static_cast<std::ptrdiff_t>(level * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

OddPart describe(std::span<const Request> requests, std::size_t from, std::size_t to,
                 double seconds) {
  std::vector<double> inside;
  std::vector<double> rest;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    (i >= from && i < to ? inside : rest).push_back(requests[i].times);
  }
  const auto times = [&](double level) {
    return quantile(inside, level) / std::max(quantile(rest, level), 1e-9);
  };
  return {.at_start = from == 0,
          .at_end = to == requests.size(),
          .from = from == 0 ? 0 : requests[from].at,
          .to = to == requests.size() ? seconds : requests[to].at,
          .requests = to - from,
          .median_times = times(0.5),
          .p90_times = times(0.9)};
}

bool is_odd(double times) {
  return times >= told_from_times || times <= 1 / told_from_times;
}

std::vector<OddPart> find_odd_parts(std::span<const Request> requests, double seconds) {
  const std::vector<std::size_t> cuts = cut_into_parts(requests);
  std::vector<OddPart> parts;
  if (cuts.size() < 3) return parts;
  for (std::size_t i = 0; i + 1 < cuts.size(); ++i) {
    const std::size_t inside = 2 * (cuts[i + 1] - cuts[i]);
    const bool is_last = cuts[i + 1] == requests.size();
    if (inside > requests.size() || (inside == requests.size() && !is_last)) continue;
    const std::span<const Request> part = requests.subspan(cuts[i], cuts[i + 1] - cuts[i]);
    if (std::abs(mean_rank(part) - mean_rank_of_rest(requests, part)) < least_difference) continue;
    const OddPart odd = describe(requests, cuts[i], cuts[i + 1], seconds);
    if (is_odd(odd.median_times) || is_odd(odd.p90_times)) parts.push_back(odd);
  }
  return parts;
}

std::vector<OddRate> find_odd_rates(std::span<const Request> requests,
                                    const ArrivalFacts& arrivals) {
  const std::size_t count = std::min(requests.size() / enough_in_window, most_windows);
  if (count < fewest_windows || arrivals.seconds <= 0) return {};
  std::vector<double> windows(count);
  const double width = arrivals.seconds / static_cast<double>(count);
  for (const Request& request : requests) {
    windows[std::min(static_cast<std::size_t>(request.at / width), count - 1)] += 1;
  }
  const double expected = static_cast<double>(requests.size()) / static_cast<double>(count);
  const double deviation = std::sqrt(expected) * std::max(1.0, arrivals.gaps_vary_by);
  std::vector<OddRate> rates;
  for (std::size_t i = 0; i < count; ++i) {
    const double off = windows[i] - expected;
    if (std::abs(off) < std::max(expected / 2, 6 * deviation)) continue;
    const double from = static_cast<double>(i) * width;
    const bool goes_on =
        !rates.empty() && rates.back().to == from && (rates.back().times > 1) == (off > 0);
    if (!goes_on) rates.push_back({from, from, 0});
    OddRate& rate = rates.back();
    const double before = rate.times * (rate.to - rate.from);
    rate.to = static_cast<double>(i + 1) * width;
    rate.times = (before + windows[i] / expected * width) / (rate.to - rate.from);
  }
  return rates;
}

std::string when(double from, double to, bool at_start, bool at_end) {
  if (at_start) return fmt::format("in the first {}", rounded_duration_text(to));
  if (at_end) return fmt::format("in the last {}", rounded_duration_text(to - from));
  return fmt::format("from {} to {} after the first request", rounded_duration_text(from),
                     rounded_duration_text(to));
}

std::string sentence(const OddPart& part) {
  const bool slower = part.median_times + part.p90_times > 2;
  return fmt::format(
      "warning: {} {} took {} times the median and {} times the p90 of the rest: {}",
      when(part.from, part.to, part.at_start, part.at_end), counted(part.requests, "request"),
      times_text(part.median_times), times_text(part.p90_times),
      slower && part.at_start ? "if that was the warm-up, leave it out with --skip-start"
                              : "the model has both, mixed");
}

}  // namespace

Stationarity study_stationarity(const TraceForest& forest, const VisitTable& visits,
                                const ArrivalFacts& arrivals) {
  const std::vector<Request> requests = requests_of(forest, visits, arrivals);
  return {find_odd_parts(requests, arrivals.seconds), find_odd_rates(requests, arrivals)};
}

std::vector<std::string> sentences(const Stationarity& stationarity) {
  std::vector<std::string> lines;
  std::vector<OddPart> parts = stationarity.parts;
  std::stable_sort(parts.begin(), parts.end(),
                   [](const OddPart& a, const OddPart& b) { return a.requests > b.requests; });
  const std::size_t told = std::min(parts.size(), most_parts_told);
  for (std::size_t i = 0; i < told; ++i) lines.push_back(sentence(parts[i]));
  if (told < parts.size()) {
    lines.push_back(
        fmt::format("warning: {} like these, shorter: requests wait for one another, "
                    "or the system changed all the time",
                    counted(parts.size() - told, "more part")));
  }
  for (const OddRate& rate : stationarity.rates) {
    lines.push_back(
        fmt::format("warning: {} requests came {} times as often as on average: the model has the "
                    "average",
                    when(rate.from, rate.to, false, false), times_text(rate.times)));
  }
  return lines;
}

}  // namespace rehearse
