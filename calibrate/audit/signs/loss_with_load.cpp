#include "calibrate/audit/signs/loss_with_load.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "calibrate/learn/p_values.hpp"
#include "sim/counted_text.hpp"

namespace rehearse {
namespace {

constexpr std::size_t most_windows = 40;
constexpr std::size_t fewest_in_window = 10;
constexpr std::uint64_t fewest_lost = 10;
constexpr double usually = 0.5;

/// A span that should be there.
struct Expected {
  std::int64_t at = 0;
  bool lost = false;
};

void add_parents(const TraceForest& forest, std::vector<Expected>& expected) {
  for (std::size_t i = 0; i < forest.spans.size(); ++i) {
    const Top top = forest.top[i];
    if (top != Top::no && top != Top::orphan) continue;
    expected.push_back({forest.spans[i].start, top == Top::orphan});
  }
}

void add_callees(const Recording& recording, std::vector<Expected>& expected) {
  std::map<std::uint32_t, std::vector<Expected>> endpoints;
  const auto& attempts =
      recording.visits.attempts.empty() ? recording.visits.calls : recording.visits.attempts;
  for (const RecordedCall& call : attempts) {
    const bool awaited = !call.failed && !call.detached && call.client != TraceForest::none;
    if (awaited) {
      endpoints[call.endpoint].push_back({call.start, call.callee == TraceForest::none});
    }
  }
  for (const auto& [endpoint, calls] : endpoints) {
    const auto lost = static_cast<double>(
        std::count_if(calls.begin(), calls.end(), [](const Expected& one) { return one.lost; }));
    if (lost > usually * static_cast<double>(calls.size())) continue;
    expected.insert(expected.end(), calls.begin(), calls.end());
  }
}

std::vector<std::int64_t> starts_of_traces(const TraceForest& forest) {
  std::vector<std::int64_t> starts;
  for (std::size_t i = 0; i < forest.spans.size(); ++i) {
    const bool same = i > 0 && forest.spans[i].trace == forest.spans[i - 1].trace;
    if (!same) starts.push_back(forest.spans[i].start);
    starts.back() = std::min(starts.back(), forest.spans[i].start);
  }
  std::sort(starts.begin(), starts.end());
  return starts;
}

/// Of some windows.
struct Windows {
  std::vector<double> traces;
  std::vector<double> lost;  // the share
};

Windows windows_of(const std::vector<std::int64_t>& starts, const std::vector<Expected>& expected) {
  const std::size_t count = std::min(most_windows, starts.size() / fewest_in_window);
  const auto first = static_cast<double>(starts.front());
  const double length = static_cast<double>(starts.back()) - first + 1;
  const auto window_of = [&](std::int64_t at) {
    const double share = (static_cast<double>(at) - first) / length;
    const double place = std::clamp(share, 0.0, 1.0) * static_cast<double>(count);
    return std::min(static_cast<std::size_t>(place), count - 1);
  };
  std::vector<double> traces(count, 0);
  std::vector<double> spans(count, 0);
  std::vector<double> lost(count, 0);
  for (const std::int64_t start : starts) traces[window_of(start)] += 1;
  for (const Expected& one : expected) {
    spans[window_of(one.at)] += 1;
    lost[window_of(one.at)] += one.lost ? 1 : 0;
  }
  Windows windows;
  for (std::size_t i = 0; i < count; ++i) {
    if (spans[i] < fewest_in_window) continue;
    windows.traces.push_back(traces[i]);
    windows.lost.push_back(lost[i] / spans[i]);
  }
  return windows;
}

/// The mean of the half of the windows with the least, and with the most traces.
std::pair<double, double> lost_by_load(const Windows& windows) {
  std::vector<std::pair<double, double>> sorted;
  for (std::size_t i = 0; i < windows.traces.size(); ++i) {
    sorted.emplace_back(windows.traces[i], windows.lost[i]);
  }
  std::sort(sorted.begin(), sorted.end());
  const std::size_t half = sorted.size() / 2;
  double low = 0;
  double high = 0;
  for (std::size_t i = 0; i < sorted.size(); ++i) (i < half ? low : high) += sorted[i].second;
  return {low / static_cast<double>(std::max<std::size_t>(half, 1)),
          high / static_cast<double>(std::max<std::size_t>(sorted.size() - half, 1))};
}

}  // namespace

SignAnswer find_loss_with_load(const Recording& recording) {
  SignAnswer answer;
  answer.sign = "loss that rises with load";
  std::vector<Expected> expected;
  add_parents(recording.forest, expected);
  add_callees(recording, expected);
  const auto lost = static_cast<std::uint64_t>(std::count_if(
      expected.begin(), expected.end(), [](const Expected& one) { return one.lost; }));
  if (expected.empty()) {
    answer.untold.push_back("whether spans were lost: no span has a parent");
    return answer;
  }
  const std::vector<std::int64_t> starts = starts_of_traces(recording.forest);
  if (lost < fewest_lost || starts.size() < fewest_in_window * fewest_in_window) return answer;
  const Windows windows = windows_of(starts, expected);
  const auto [low, high] = lost_by_load(windows);
  answer.tests.push_back(
      {rank_correlation_p_value(windows.traces, windows.lost),
       fmt::format("spans were lost more often under load: {:.3g} % in the half of the time with "
                   "fewer requests, {:.3g} % in the other, {} that others speak of in all; what "
                   "was busy looks as if it called less",
                   100 * low, 100 * high, counted(lost, "span"))});
  return answer;
}

}  // namespace rehearse
