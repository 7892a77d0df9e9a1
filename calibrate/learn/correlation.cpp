#include "calibrate/learn/correlation.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "sim/stats/intervals.hpp"

namespace rehearse {
namespace {

constexpr std::uint32_t none = TraceForest::none;
constexpr std::uint64_t least_groups = 20;
constexpr double significant_errors = 2.33;  // one-sided 1 %
constexpr double largest = 0.99;

/// What one call met at its callee's service.
struct Meeting {
  TraceId trace;
  std::pair<std::uint32_t, std::uint32_t> edge;  // caller and callee endpoint
  double network = 0;
  double self_time = 0;
};

using Meetings = std::vector<Meeting>;

std::map<NameId, Meetings> meetings_by_service(const TraceForest& forest, const VisitTable& table,
                                               const std::vector<double>& self_times) {
  std::map<NameId, Meetings> meetings;
  for (const Visit& visit : table.visits) {
    const Span& caller = forest.spans[visit.span];
    for (const RecordedCall& call : table.calls_of(visit)) {
      if (call.detached) continue;
      Meeting meeting{caller.trace, {visit.endpoint, call.endpoint}, 0, 0};
      const auto whole = static_cast<double>(call.end - call.start);
      if (call.callee == none) {
        meeting.self_time = whole;
      } else {
        const Span& callee = forest.spans[call.callee];
        meeting.self_time = self_times[table.visit_of_span[call.callee]];
        if (call.client != none) {
          meeting.network = std::max(whole - static_cast<double>(callee.duration()), 0.0);
        }
      }
      meetings[table.endpoints[call.endpoint].service].push_back(meeting);
    }
  }
  return meetings;
}

/// The variance of `part` around the mean of each edge.
template <class Part>
double variance_within_edges(const Meetings& meetings, const Part& part) {
  struct Sums {
    double n = 0, sum = 0, squares = 0;
  };
  std::map<std::pair<std::uint32_t, std::uint32_t>, Sums> edges;
  for (const Meeting& meeting : meetings) {
    Sums& sums = edges[meeting.edge];
    const double milliseconds = part(meeting) / 1e6;
    sums.n += 1;
    sums.sum += milliseconds;
    sums.squares += milliseconds * milliseconds;
  }
  double variance = 0;
  for (const auto& [edge, sums] : edges) variance += sums.squares - sums.sum * sums.sum / sums.n;
  return variance;
}

/// Scores of all meetings within their edges, grouped by trace.
template <class Part>
std::vector<std::vector<double>> scores_by_trace(const Meetings& meetings, const Part& part) {
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::vector<std::size_t>> edges;
  for (std::size_t i = 0; i < meetings.size(); ++i) edges[meetings[i].edge].push_back(i);
  std::vector<double> score(meetings.size());
  for (const auto& [edge, members] : edges) {
    std::vector<double> values;
    for (const std::size_t member : members) values.push_back(part(meetings[member]));
    const std::vector<double> scores = normal_scores(values);
    for (std::size_t i = 0; i < members.size(); ++i) score[members[i]] = scores[i];
  }
  std::map<TraceId, std::vector<double>> traces;
  for (std::size_t i = 0; i < meetings.size(); ++i) traces[meetings[i].trace].push_back(score[i]);
  std::vector<std::vector<double>> groups;
  for (auto& [trace, scores] : traces) groups.push_back(std::move(scores));
  return groups;
}

}  // namespace

std::vector<double> normal_scores(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::vector<double> scores(values.size());
  std::size_t first = 0;
  while (first < order.size()) {
    std::size_t last = first;
    while (last < order.size() && values[order[last]] == values[order[first]]) ++last;
    const double level = static_cast<double>(first + last) / 2 / static_cast<double>(order.size());
    for (std::size_t i = first; i < last; ++i) scores[order[i]] = normal_quantile(level);
    first = last;
  }
  return scores;
}

Correlation intraclass_correlation(const std::vector<std::vector<double>>& groups) {
  Correlation result;
  double n = 0, sum = 0, squares = 0, between = 0, sizes_squared = 0;
  for (const std::vector<double>& group : groups) {
    if (group.size() < 2) continue;
    const auto size = static_cast<double>(group.size());
    const double total = std::accumulate(group.begin(), group.end(), 0.0);
    for (const double value : group) squares += value * value;
    between += total * total / size;
    sum += total;
    n += size;
    sizes_squared += size * size;
    ++result.traces;
  }
  result.calls = static_cast<std::uint64_t>(n);
  if (result.traces < 2) return result;
  const auto k = static_cast<double>(result.traces);
  const double mean_square_between = (between - sum * sum / n) / (k - 1);
  const double mean_square_within = (squares - between) / (n - k);
  const double size = (n - sizes_squared / n) / (k - 1);
  const double spread = mean_square_between + (size - 1) * mean_square_within;
  if (!(spread > 0)) return result;
  result.estimate = (mean_square_between - mean_square_within) / spread;
  result.standard_error = std::sqrt(2 / (size * (size - 1) * (k - 1)));
  if (result.traces >= least_groups &&
      result.estimate > significant_errors * result.standard_error) {
    result.value = std::min(result.estimate, largest);
  }
  return result;
}

std::map<NameId, Correlation> study_correlations(const TraceForest& forest, const VisitTable& table,
                                                 const std::vector<double>& self_times) {
  const auto network = [](const Meeting& meeting) { return meeting.network; };
  const auto self_time = [](const Meeting& meeting) { return meeting.self_time; };
  std::map<NameId, Correlation> result;
  for (const auto& [service, meetings] : meetings_by_service(forest, table, self_times)) {
    const bool of_network =
        variance_within_edges(meetings, network) > variance_within_edges(meetings, self_time);
    Correlation& correlation = result[service];
    correlation = intraclass_correlation(of_network ? scores_by_trace(meetings, network)
                                                    : scores_by_trace(meetings, self_time));
    correlation.of_network = of_network;
  }
  return result;
}

}  // namespace rehearse
