#include "calibrate/learn/recorded_load.hpp"

#include <algorithm>
#include <cstdlib>
#include <limits>

#include <fmt/format.h>

#include "sim/expects.hpp"
#include "sim/random/law.hpp"

namespace rehearse {
namespace {

constexpr std::uint32_t none = TraceForest::none;
constexpr std::int64_t window_length = recorded_load_window.in_nanoseconds();
constexpr std::uint64_t least_visits = 30;

/// What was met in one window.
struct WindowLoad {
  Stretch window;
  std::uint64_t visits = 0;
  double work = 0;    // nanoseconds
  double inside = 0;  // nanoseconds that requests spent there
};

/// The window of 10 s in which an instant lies; nothing outside of the stretches or in their rest.
std::optional<Stretch> window_at(const std::vector<Stretch>& stretches, std::int64_t instant) {
  auto stretch = std::upper_bound(stretches.begin(), stretches.end(), instant,
                                  [](std::int64_t at, const Stretch& s) { return at < s.from; });
  if (stretch == stretches.begin()) return std::nullopt;
  --stretch;
  const std::int64_t index = (instant - stretch->from) / window_length;
  if (index >= (stretch->to - stretch->from) / window_length) return std::nullopt;
  const std::int64_t from = stretch->from + index * window_length;
  return Stretch{from, from + window_length};
}

/// Only windows with enough visits are ever made: a recording may last for years.
std::vector<WindowLoad> busy_windows(const std::vector<RecordedStay>& stays,
                                     const std::vector<Stretch>& stretches) {
  std::vector<WindowLoad> busy;
  WindowLoad current;
  const auto close = [&] {
    if (current.visits >= least_visits) busy.push_back({current.window});
  };
  for (const RecordedStay& stay : stays) {
    const auto window = window_at(stretches, stay.start);
    if (!window) continue;
    if (window->from != current.window.from || current.visits == 0) {
      close();
      current = {*window};
    }
    ++current.visits;
  }
  close();
  return busy;
}

/// The first window that ends after an instant.
std::size_t first_ending_after(const std::vector<WindowLoad>& loads, std::int64_t instant) {
  const auto found =
      std::upper_bound(loads.begin(), loads.end(), instant,
                       [](std::int64_t at, const WindowLoad& load) { return at < load.window.to; });
  return static_cast<std::size_t>(found - loads.begin());
}

double overlap(const RecordedStay& stay, const Stretch& window) {
  const std::int64_t from = std::max(stay.start, window.from);
  return static_cast<double>(std::max<std::int64_t>(std::min(stay.end, window.to) - from, 0));
}

/// Fills windows that rise and do not overlap. A stay takes the same time however many it covers:
/// those between its first and its last are full of it, which is summed up once at the end.
void fill(std::vector<WindowLoad>& loads, const std::vector<RecordedStay>& stays) {
  std::vector<double> covering(loads.size() + 1, 0);
  for (const RecordedStay& stay : stays) {
    const std::size_t first = first_ending_after(loads, stay.start);
    if (first == loads.size()) continue;
    WindowLoad& begun = loads[first];
    begun.inside += stay.weight * overlap(stay, begun.window);
    if (stay.start >= begun.window.from) {
      ++begun.visits;
      begun.work += stay.weight * stay.work;
    }
    const std::size_t last = std::min(first_ending_after(loads, stay.end), loads.size() - 1);
    if (last == first) continue;
    loads[last].inside += stay.weight * overlap(stay, loads[last].window);
    covering[first + 1] += stay.weight;
    covering[last] -= stay.weight;
  }
  double covered = 0;
  for (std::size_t i = 0; i < loads.size(); ++i) {
    covered += covering[i];
    loads[i].inside += covered * static_cast<double>(loads[i].window.to - loads[i].window.from);
  }
}

/// Six digits: more say nothing, and people read them.
double rounded(double value) {
  return std::strtod(fmt::format("{:.6g}", value).c_str(), nullptr);
}

/// Whole milliseconds, when there are many.
std::int64_t readable(std::int64_t nanoseconds) {
  constexpr std::int64_t millisecond = 1'000'000;
  constexpr std::int64_t longest = std::numeric_limits<std::int64_t>::max();
  if (nanoseconds < 1000 * millisecond) return nanoseconds;
  const std::int64_t whole = nanoseconds / millisecond * millisecond;
  return nanoseconds - whole < millisecond / 2 || whole > longest - millisecond
             ? whole
             : whole + millisecond;
}

HighestRecorded highest_of(const std::vector<WindowLoad>& loads, int instances) {
  HighestRecorded highest;
  double most_work = -1;
  double most_inside = 0;
  for (const WindowLoad& load : loads) {
    most_inside = std::max(most_inside, load.inside);
    if (load.work > most_work) {
      most_work = load.work;
      highest.visits = load.visits;
    }
  }
  const double scale = static_cast<double>(window_length) * instances;
  highest.work_per_instance = rounded(most_work / scale);
  highest.inside_per_instance = rounded(most_inside / scale);
  highest.window = Duration::nanoseconds(window_length);
  return highest;
}

std::optional<HighestRecorded> mean_over(const std::vector<WindowLoad>& loads, int instances) {
  HighestRecorded mean;
  double work = 0;
  double inside = 0;
  std::int64_t length = 0;
  for (const WindowLoad& load : loads) {
    mean.visits += load.visits;
    work += load.work;
    inside += load.inside;
    length += load.window.to - load.window.from;
  }
  if (mean.visits == 0) return std::nullopt;
  const double scale = static_cast<double>(length) * instances;
  mean.work_per_instance = rounded(work / scale);
  mean.inside_per_instance = rounded(inside / scale);
  mean.window = Duration::nanoseconds(readable(length));
  return mean;
}

/// Mean times at one endpoint, for the calls of which only the caller's side is known.
struct Typical {
  double visits = 0;
  double duration = 0;
  double work = 0;
};

RecordedStay stay_of_call(const RecordedCall& call, const Typical& typical, double weight) {
  const auto duration = static_cast<double>(call.end - call.start);
  if (typical.visits == 0) return {call.start, call.end, duration, weight};
  const double length = std::min(duration, typical.duration / typical.visits);
  const auto margin = static_cast<std::int64_t>((duration - length) / 2);
  return {call.start + margin, call.end - margin, typical.work / typical.visits, weight};
}

}  // namespace

std::map<NameId, std::vector<RecordedStay>> find_stays(const TraceForest& forest,
                                                       const VisitTable& table,
                                                       const NetworkFacts& network,
                                                       const std::vector<double>& work) {
  std::map<std::pair<std::uint32_t, std::uint32_t>, double> before_calls;
  for (const auto& [edge, law] : network.before_calls) {
    before_calls[edge] = Law(law).mean_seconds() * 1e9;
  }
  std::map<NameId, std::vector<RecordedStay>> stays;
  std::vector<Typical> typical(table.endpoints.size());
  for (std::size_t i = 0; i < table.visits.size(); ++i) {
    const Visit& visit = table.visits[i];
    const Span& span = forest.spans[visit.span];
    RecordedStay stay{span.start, span.end, work[i], span.adjusted_count};
    for (const RecordedCall& call : table.calls_of(visit)) {
      const auto before = before_calls.find({visit.endpoint, call.endpoint});
      if (before != before_calls.end()) stay.work += before->second;
    }
    Typical& own = typical[visit.endpoint];
    own.visits += stay.weight;
    own.duration += stay.weight * static_cast<double>(span.duration());
    own.work += stay.weight * stay.work;
    stays[span.service].push_back(stay);
  }
  for (const Visit& visit : table.visits) {
    for (const RecordedCall& call : table.attempts_of(visit)) {
      if (call.callee != none) continue;
      // What failed without a trace at the callee may never have got there.
      if (call.failed && typical[call.endpoint].visits > 0) continue;
      stays[table.endpoints[call.endpoint].service].push_back(
          stay_of_call(call, typical[call.endpoint], forest.spans[visit.span].adjusted_count));
    }
  }
  return stays;
}

std::optional<HighestRecorded> highest_recorded(std::vector<RecordedStay> stays,
                                                const std::vector<Stretch>& stretches,
                                                int instances) {
  expects(instances > 0, "a service has instances");
  std::sort(stays.begin(), stays.end());
  std::vector<WindowLoad> busy = busy_windows(stays, stretches);
  if (!busy.empty()) {
    fill(busy, stays);
    return highest_of(busy, instances);
  }
  std::vector<WindowLoad> whole;
  for (const Stretch& stretch : stretches) whole.push_back({stretch});
  fill(whole, stays);
  return mean_over(whole, instances);
}

}  // namespace rehearse
